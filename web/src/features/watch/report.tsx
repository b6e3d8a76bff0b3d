import { type FormEvent, type ReactNode, useId, useRef, useState } from "react";
import { type ComplaintReason, reportVideo } from "../../shared/api/complaints.ts";
import { useSession } from "../../shared/api/session.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { ErrorNotice } from "../../shared/ui/notices.tsx";

const TEXT_MAX = 1000;
/** In the order in which they are offered; every one that the service takes. */
const REASONS = Object.keys({
  ...{ copyright: 1, illegal: 1, violence: 1, minors: 1, misleading: 1, other: 1 },
} satisfies Record<ComplaintReason, 1>) as ComplaintReason[];

/** Reporting a video of the library to the service, over the page, which stays as it is; the focus comes back to the button. */
export function Report({ mainId, title }: { mainId: string; title: string }): ReactNode {
  const { t, reason: reasonOf } = useText();
  const contact = useSession()?.contact;
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const [state, setState] = useState<"asking" | "sending" | "sent">("asking");
  const [error, setError] = useState<Error>();
  const close = () => dialog.current?.close();

  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    setError(undefined);
    setState("sending");
    reportVideo(mainId, { reason: given.get("reason") as ComplaintReason, text: String(given.get("text")) })
      .then(() => setState("sent"))
      .catch((failure: Error) => {
        setError(failure);
        setState("asking");
      });
  };

  return (
    <>
      <button
        type="button"
        className="link-button"
        aria-haspopup="dialog"
        onClick={() => {
          setState("asking");
          setError(undefined);
          dialog.current?.showModal();
        }}
      >
        {t("report.open")}
      </button>
      {/* Keys that go to the dialogue are not the player's. */}
      <dialog ref={dialog} className="dialog" aria-labelledby={id} onKeyDown={(event) => event.stopPropagation()}>
        <h2 id={id}>{t("report.title", { title })}</h2>
        {state === "sent" ? (
          <>
            <p role="status">{t("report.sent")}</p>
            <button type="button" className="button button-main" ref={(button) => button?.focus()} onClick={close}>
              {t("report.close")}
            </button>
          </>
        ) : (
          <form onSubmit={send}>
            <p className="quiet">{t("report.lead")}</p>
            <label className="field">
              {t("report.reason")}
              <select name="reason" required defaultValue="">
                <option value="" disabled hidden />
                {REASONS.map((name) => (
                  <option key={name} value={name}>
                    {t(`report.reason.${name}`)}
                  </option>
                ))}
              </select>
            </label>
            <label className="field">
              {t("report.text", { most: TEXT_MAX })}
              <textarea name="text" rows={4} maxLength={TEXT_MAX} />
            </label>
            {error !== undefined && <ErrorNotice message={reasonOf(error)} />}
            {contact != null && (
              <p className="quiet">
                {t("report.contact")} <a href={contact.includes("://") ? contact : `mailto:${contact}`}>{contact}</a>
              </p>
            )}
            <div className="actions">
              <button type="submit" className="button button-main" disabled={state === "sending"}>
                {t("report.send")}
              </button>
              <button type="button" className="button" onClick={close}>
                {t("report.cancel")}
              </button>
            </div>
          </form>
        )}
      </dialog>
    </>
  );
}
