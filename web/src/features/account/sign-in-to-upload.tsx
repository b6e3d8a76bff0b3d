import type { ReactNode } from "react";
import { useSession } from "../../shared/api/session.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { SignInButton } from "./sign-in-button.tsx";

/** Stands where an upload would, until there is an account that may upload. What was divided stays as it is meanwhile. */
export function SignInToUpload({ onReady }: { onReady: () => void }): ReactNode {
  const { t } = useText();
  const session = useSession();
  const account = session?.account ?? undefined;
  const isPending = account?.status === "pending";
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
        <SignInButton kind="provider" onDone={onReady}>
          {t(account === undefined ? "account.signInOrRegister" : "account.upload.other")}
        </SignInButton>
        {account !== undefined && (
          <button type="button" className="button" onClick={onReady}>
            {t("studio.upload.retry")}
          </button>
        )}
      </div>
    </div>
  );
}
