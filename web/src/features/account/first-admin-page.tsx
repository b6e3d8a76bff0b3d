import { type ReactNode, useState } from "react";
import { navigate } from "../../app/router.tsx";
import { useText } from "../../shared/i18n/text.tsx";
import { register } from "../../shared/session.ts";
import { ErrorNotice } from "../../shared/ui/notices.tsx";
import { DataForm, email, newPassword } from "./data-form.tsx";

/** Where the link leads that the server prints at its first start. */
export function FirstAdminPage(): ReactNode {
  const { t } = useText();
  const [token] = useState(() => location.hash.slice(1));
  return (
    <div className="page">
      <h1>{t("account.first.title")}</h1>
      {token === "" ? (
        <ErrorNotice message={t("account.first.noToken")} />
      ) : (
        <>
          <p className="lead">{t("account.first.lead")}</p>
          <section className="card account-card">
            <DataForm
              fields={[email, newPassword("password", "account.password")]}
              submit="account.register"
              onSubmit={async (values) => {
                await register("/api/first-administrator", { ...values, token });
                navigate("/account");
              }}
            />
          </section>
        </>
      )}
    </div>
  );
}
