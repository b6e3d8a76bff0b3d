import { type ReactNode, useRef } from "react";
import type { AccountRole } from "../../shared/api/session.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { AccountForms } from "./account-forms.tsx";

interface SignInButtonProps {
  /** Of the account that is made by who has none, unless another is chosen. */
  kind: Exclude<AccountRole, "administrator">;
  /** Somebody is signed in. */
  onDone(): void;
  children: ReactNode;
}

/** Signing in or registering over the page, which stays as it is. */
export function SignInButton({ kind, onDone, children }: SignInButtonProps): ReactNode {
  const { t } = useText();
  const dialog = useRef<HTMLDialogElement>(null);
  const done = () => {
    dialog.current?.close();
    onDone();
  };
  return (
    <>
      <button type="button" className="button button-main" onClick={() => dialog.current?.showModal()}>
        {children}
      </button>
      <dialog ref={dialog} className="dialog" aria-label={t("account.signInOrRegister")}>
        <AccountForms kind={kind} onDone={done} />
        <button type="button" className="button" onClick={() => dialog.current?.close()}>
          {t("account.close")}
        </button>
      </dialog>
    </>
  );
}
