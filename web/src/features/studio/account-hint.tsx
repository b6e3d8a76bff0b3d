import type { ReactNode } from "react";
import { useSession } from "../../shared/api/session.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { SignInButton } from "../account/sign-in-button.tsx";

/** Says before the work begins what account publishing takes; nothing to those who have it. */
export function AccountHint(): ReactNode {
  const { t } = useText();
  const session = useSession();
  if (session === undefined || session.role === "provider" || session.role === "administrator") return null;
  const account = session.account ?? undefined;
  const isPending = account?.status === "pending";
  return (
    <aside className="notice account-hint" aria-label={t("studio.account")}>
      <p>
        {t(
          account === undefined ? "studio.account.none" : isPending ? "studio.account.pending" : "studio.account.role",
          {
            email: account?.email ?? "",
          },
        )}
      </p>
      {!isPending && (
        <div className="actions">
          <SignInButton kind="provider" onDone={() => {}}>
            {t(account === undefined ? "account.signInOrRegister" : "account.upload.other")}
          </SignInButton>
        </div>
      )}
    </aside>
  );
}
