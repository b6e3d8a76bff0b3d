import { type ReactNode, useEffect, useRef } from "react";
import type { TextKey } from "../../shared/i18n/en.ts";
import { useText } from "../../shared/i18n/text.tsx";

const KEYS: readonly (readonly [keys: string, does: TextKey])[] = [
  ["Space K", "watch.help.playPause"],
  ["J L", "watch.help.tenSeconds"],
  ["← →", "watch.help.fiveSeconds"],
  ["↑ ↓", "watch.volume"],
  ["0 – 9", "watch.help.tenths"],
  ["Ctrl+← Ctrl+→", "watch.help.chapters"],
  ["N P", "watch.help.nextPrevious"],
  ["< >", "watch.speed"],
  ["M", "watch.mute"],
  ["C", "watch.captions"],
  ["F", "watch.fullScreen"],
  ["T", "watch.theatre"],
  ["?", "watch.help.title"],
];

/** What the keys do. */
export function KeysHelp({ onClose }: { onClose(): void }): ReactNode {
  const { t } = useText();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="keys-help" aria-labelledby="keys-help-title" onClose={onClose}>
      <h2 id="keys-help-title">{t("watch.help.title")}</h2>
      <dl>
        {KEYS.map(([keys, does]) => (
          <div key={keys}>
            <dt>
              {keys.split(" ").map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{t(does)}</dd>
          </div>
        ))}
      </dl>
      <p className="quiet">{t("watch.help.remote")}</p>
      <form method="dialog">
        <button type="submit" className="button">
          {t("watch.help.close")}
        </button>
      </form>
    </dialog>
  );
}
