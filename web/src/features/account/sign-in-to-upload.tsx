import { type ReactNode, useRef } from "react";
import { useText } from "../../shared/i18n/text.tsx";
import { useSession } from "../../shared/session.ts";
import { AccountForms } from "./account-forms.tsx";

/** Stands where an upload would, until there is an account that may upload. What was divided stays as it is meanwhile. */
export function SignInToUpload({ onReady }: { onReady: () => void }): ReactNode {
  const { t } = useText();
  const session = useSession();
  const dialog = useRef<HTMLDialogElement>(null);
  const account = session?.account ?? undefined;
  const isPending = account?.status === "pending";
  const done = () => {
    dialog.current?.close();
    onReady();
  };
  return (
    <div className="notice notice-warning">
      <p className="notice-title" role="alert">
        {t(
          account === undefined
            ? "account.upload.signIn"
            : isPending
              ? "account.upload.pending"
              : "account.upload.role",
        )}
      </p>
      <p>{t("account.upload.kept")}</p>
      <div className="actions">
        <button type="button" className="button button-main" onClick={() => dialog.current?.showModal()}>
          {t(account === undefined ? "account.signInOrRegister" : "account.upload.other")}
        </button>
        {account !== undefined && (
          <button type="button" className="button" onClick={onReady}>
            {t("studio.upload.retry")}
          </button>
        )}
      </div>
      <dialog ref={dialog} className="dialog" aria-label={t("account.signInOrRegister")}>
        <AccountForms kind="provider" onDone={done} />
        <button type="button" className="button" onClick={() => dialog.current?.close()}>
          {t("account.close")}
        </button>
      </dialog>
    </div>
  );
}
