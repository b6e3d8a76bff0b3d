import { type ReactNode, useId, useRef, useState } from "react";
import { useText } from "../../shared/i18n/text.tsx";
import { watchAddress, watchPath } from "../../shared/routing/addresses.ts";
import { Link } from "../../shared/routing/router.tsx";
import { copyText } from "../../shared/ui/copy-text.ts";

/** What a published video is passed on by: its address, and what other sites put into their pages. */
export function Published({ mainId, title }: { mainId: string; title: string }): ReactNode {
  const { t } = useText();
  return (
    <section className="published" aria-label={t("studio.publish.done")}>
      <p className="notice notice-good" role="status">
        {t("studio.publish.done")}
      </p>
      <CopyField label={t("studio.published.link")} text={watchAddress(mainId)} />
      <CopyField label={t("studio.published.embed")} text={embedCode(mainId, title)} isLong />
      <div className="actions">
        <Link href={watchPath(mainId)} className="button">
          {t("studio.published.open")}
        </Link>
        <Link href="/" className="button">
          {t("error.toLibrary")}
        </Link>
      </div>
    </section>
  );
}

/** The player's frame, as server/API.md has it. */
function embedCode(mainId: string, title: string): string {
  const name = title.replace(/[&"<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return `<iframe src="${location.origin}/embed?main=${mainId}" title="${name}" width="640" height="360" style="border:0" allow="autoplay; fullscreen; picture-in-picture"></iframe>`;
}

function CopyField({ label, text, isLong = false }: { label: string; text: string; isLong?: boolean }): ReactNode {
  const { t } = useText();
  const id = useId();
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const [isCopied, setIsCopied] = useState(false);
  const copy = async () => {
    field.current?.select();
    // Where it cannot be copied the text is selected, for the keys.
    if (await copyText(text)) setIsCopied(true);
  };
  const props = { id, ref: field, readOnly: true, value: text, onFocus: () => field.current?.select() };
  return (
    <div className="copy-field">
      <label htmlFor={id}>{label}</label>
      {isLong ? <textarea rows={3} {...props} /> : <input {...props} />}
      <button type="button" className="button" aria-label={t("studio.published.copyOne", { label })} onClick={copy}>
        {t(isCopied ? "studio.published.copied" : "studio.published.copy")}
      </button>
      <span className="visually-hidden" role="status">
        {isCopied && t("studio.published.copied")}
      </span>
    </div>
  );
}
