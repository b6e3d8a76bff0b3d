import { type ReactNode, useId, useRef, useState } from "react";
import { useText } from "../i18n/text.tsx";
import { copyText } from "./copy-text.ts";

/** A text to be copied, by a button or by hand. */
export function CopyField({
  label,
  text,
  isLong = false,
}: {
  label: string;
  text: string;
  isLong?: boolean;
}): ReactNode {
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
