/** Where links lead that work once: the one that the server prints, and the administrator's to a new password. */
import { type ReactNode, useState } from "react";
import { register, setPasswordByLink, type Values } from "../../shared/api/session.ts";
import type { TextKey } from "../../shared/i18n/en.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { navigate } from "../../shared/routing/router.tsx";
import { ErrorNotice } from "../../shared/ui/notices.tsx";
import { DataForm, email, type Field, newPassword } from "./data-form.tsx";

export const FirstAdminPage = (): ReactNode => (
  <LinkPage
    title="account.first.title"
    lead="account.first.lead"
    fields={[email, newPassword("password", "account.password")]}
    submit="account.register"
    onSubmit={(values) => register("first-administrator", values)}
  />
);

export const NewPasswordPage = (): ReactNode => (
  <LinkPage
    title="account.newPassword"
    lead="account.link.lead"
    fields={[newPassword("password", "account.newPassword")]}
    submit="account.changePassword"
    onSubmit={setPasswordByLink}
  />
);

function LinkPage({
  title,
  lead,
  fields,
  submit,
  onSubmit,
}: {
  title: TextKey;
  lead: TextKey;
  fields: readonly Field[];
  submit: TextKey;
  onSubmit(values: Values): Promise<void>;
}): ReactNode {
  const { t } = useText();
  const [token] = useState(() => location.hash.slice(1));
  return (
    <div className="page">
      <h1>{t(title)}</h1>
      {token === "" ? (
        <ErrorNotice message={t("account.link.noToken")} />
      ) : (
        <>
          <p className="lead">{t(lead)}</p>
          <section className="card account-card">
            <DataForm
              fields={fields}
              submit={submit}
              onSubmit={async (values) => {
                await onSubmit({ ...values, token });
                navigate("/account");
              }}
            />
          </section>
        </>
      )}
    </div>
  );
}
