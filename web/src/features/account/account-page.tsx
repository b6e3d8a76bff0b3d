import type { ReactNode } from "react";
import {
  type Account,
  changeAccount,
  changePassword,
  deleteAccount,
  loadDivisions,
  loadOwnAccessLog,
  signOut,
  useSession,
} from "../../shared/api/session.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { Link } from "../../shared/routing/router.tsx";
import { Hint } from "../../shared/ui/notices.tsx";
import { AccessLog } from "./access-log.tsx";
import { AccountForms } from "./account-forms.tsx";
import { ConditionLog } from "./condition-log.tsx";
import { BUSINESS_FIELDS, currentPassword, DataForm, email, newPassword } from "./data-form.tsx";
import { DivisionLog } from "./log-table.tsx";
import { MembershipPart } from "./membership-part.tsx";
import { OwnAttributes } from "./own-attributes.tsx";
import { ViewerDataForm } from "./viewer-data-form.tsx";

export function AccountPage(): ReactNode {
  const { t } = useText();
  const session = useSession();
  return (
    <div className="page">
      <h1>{t("account.title")}</h1>
      {session === undefined && <p role="status">{t("account.asking")}</p>}
      {session?.account === null && (
        <>
          <p className="lead">{t("account.lead")}</p>
          <section className="card account-card">
            <AccountForms kind="viewer" />
          </section>
        </>
      )}
      {session?.account && (
        <OwnAccount key={session.account.accountId} account={session.account} mayDivide={mayDivide(session.role)} />
      )}
      {session !== undefined && (
        // What is above it depends on who is here.
        <section className="card account-card">
          <h2>{t("account.preferences")}</h2>
          <ViewerDataForm />
        </section>
      )}
      {session?.account && (
        <>
          <MembershipPart />
          <OwnAttributes />
          <AccessLog load={loadOwnAccessLog} />
          {mayDivide(session.role) && <DivisionLog load={loadDivisions} />}
          {mayDivide(session.role) && <ConditionLog />}
          <section className="card account-card danger">
            <h2>{t("account.delete")}</h2>
            <p>{t("account.deleteHint")}</p>
            <DataForm fields={[currentPassword]} submit="account.delete" onSubmit={deleteAccount} />
          </section>
        </>
      )}
    </div>
  );
}

const mayDivide = (role: string): boolean => role === "provider" || role === "administrator";

function OwnAccount({ account, mayDivide }: { account: Account; mayDivide: boolean }): ReactNode {
  const { t } = useText();
  const isBusiness = account.role === "provider" || account.role === "sponsor";
  const dataFields = [email, ...(isBusiness ? BUSINESS_FIELDS : [])].map((field) => ({
    ...field,
    value: String(account[field.name as keyof Account] ?? ""),
  }));
  return (
    <>
      {account.status === "pending" && <Hint warning>{t("account.pending")}</Hint>}
      <section className="card account-card" aria-label={t("account.id")}>
        <dl className="facts">
          <div>
            <dt>{t("account.id")}</dt>
            <dd className="account-id">{account.accountId}</dd>
          </div>
          <div>
            <dt>{t("account.kind")}</dt>
            <dd>{t(`account.role.${account.role}`)}</dd>
          </div>
        </dl>
        <p className="quiet">{t("account.idHint")}</p>
        <div className="actions">
          {mayDivide && (
            <Link href="/studio" className="button button-main">
              {t("home.toStudio")}
            </Link>
          )}
          <button type="button" className="button" onClick={() => void signOut(false)}>
            {t("account.signOut")}
          </button>
          <button type="button" className="button" onClick={() => void signOut(true)}>
            {t("account.signOutEverywhere")}
          </button>
          <a className="button" href="/api/account/export" download>
            {t("account.export")}
          </a>
        </div>
      </section>
      <section className="card account-card">
        <h2>{t("account.data")}</h2>
        <DataForm
          fields={[...dataFields, { ...currentPassword, hint: "account.passwordForEmail", isOptional: true }]}
          submit="account.save"
          done="account.saved"
          onSubmit={changeAccount}
        />
      </section>
      <section className="card account-card">
        <h2>{t("account.changePassword")}</h2>
        <DataForm
          fields={[currentPassword, newPassword("newPassword", "account.newPassword")]}
          submit="account.changePassword"
          done="account.passwordChanged"
          onSubmit={changePassword}
        />
      </section>
    </>
  );
}
