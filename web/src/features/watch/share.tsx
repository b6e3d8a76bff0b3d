import { type ReactNode, useState, useSyncExternalStore } from "react";
import type { Player } from "../../player/page/player.ts";
import { embedCode, frameCode } from "../../shared/embed-code.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { watchAddress } from "../../shared/routing/addresses.ts";
import { copyText } from "../../shared/ui/copy-text.ts";
import { formatTime } from "../../shared/ui/text-format.ts";

/** Link and embed code of a video of the library, to be copied. */
export function Share({ player, mainId, title }: { player: Player; mainId: string; title: string }): ReactNode {
  const { t } = useText();
  const [isTimed, setTimed] = useState(false);
  const [copied, setCopied] = useState<string>();
  const now = Math.floor(useSyncExternalStore(player.position.subscribe, player.position.snapshot));
  const link = watchAddress(mainId, isTimed ? now : 0);
  const code = embedCode(mainId, title);
  const frame = frameCode(mainId, title);
  // Where it cannot be copied the text can be selected, and copied by hand.
  const copy = async (text: string, said: string) => setCopied((await copyText(text)) ? said : t("watch.share.select"));
  return (
    <details className="share">
      <summary>{t("watch.share")}</summary>
      <div className="share-body card">
        <label>
          <span>{t("watch.share.link")}</span>
          <input readOnly value={link} onFocus={({ currentTarget }) => currentTarget.select()} />
        </label>
        <label className="share-timed">
          <input type="checkbox" checked={isTimed} onChange={({ target }) => setTimed(target.checked)} />
          <span>{t("watch.share.from", { time: formatTime(now) })}</span>
        </label>
        <button type="button" className="button" onClick={() => void copy(link, t("watch.share.copiedLink"))}>
          {t("watch.share.copyLink")}
        </button>
        <label>
          <span>{t("watch.share.code")}</span>
          <textarea readOnly rows={2} value={code} onFocus={({ currentTarget }) => currentTarget.select()} />
        </label>
        <button type="button" className="button" onClick={() => void copy(code, t("watch.share.copiedCode"))}>
          {t("watch.share.copyCode")}
        </button>
        <label>
          <span>{t("embed.frame")}</span>
          <textarea readOnly rows={2} value={frame} onFocus={({ currentTarget }) => currentTarget.select()} />
        </label>
        <button type="button" className="button" onClick={() => void copy(frame, t("watch.share.copiedCode"))}>
          {t("embed.copyFrame")}
        </button>
        <p role="status" className="quiet">
          {copied}
        </p>
      </div>
    </details>
  );
}
