import { type ReactNode, useId, useState } from "react";
import { type AccountRole, mailPasswordLink, register, signIn, useSession } from "../../shared/api/session.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { BUSINESS_FIELDS, currentPassword, DataForm, email, newPassword } from "./data-form.tsx";

const ROLES = ["viewer", "provider", "sponsor"] as const satisfies AccountRole[];
type OpenRole = (typeof ROLES)[number];

/** Sign in, or make an account. The other form is one press away. */
export function AccountForms({ kind, onDone }: { kind: OpenRole; onDone?: (() => void) | undefined }): ReactNode {
  const { t } = useText();
  const [isNew, setIsNew] = useState(false);
  const [isForgotten, setIsForgotten] = useState(false);
  const session = useSession();
  if (isForgotten)
    return (
      <>
        <h2>{t("account.forgotten")}</h2>
        {session?.canMailPassword ? (
          <DataForm
            fields={[email]}
            submit="account.forgotten.send"
            done="account.forgotten.sent"
            onSubmit={mailPasswordLink}
          />
        ) : (
          <p>{t("account.forgotten.noMail")}</p>
        )}
        <button type="button" className="button button-quiet" onClick={() => setIsForgotten(false)}>
          {t("account.forgotten.back")}
        </button>
      </>
    );
  return (
    <>
      <h2>{t(isNew ? "account.register" : "account.signIn")}</h2>
      {isNew ? (
        <RegisterForm first={kind} onDone={onDone} />
      ) : (
        <DataForm
          fields={[{ name: "login", label: "account.login", autoComplete: "username" }, currentPassword]}
          submit="account.signIn"
          onSubmit={async (values) => {
            await signIn(values);
            onDone?.();
          }}
        />
      )}
      {!isNew && (
        <button type="button" className="button button-quiet" onClick={() => setIsForgotten(true)}>
          {t("account.forgotten")}
        </button>
      )}
      <button type="button" className="button button-quiet" onClick={() => setIsNew(!isNew)}>
        {t(isNew ? "account.hasOne" : "account.hasNone")}
      </button>
    </>
  );
}

function RegisterForm({ first, onDone }: { first: OpenRole; onDone?: (() => void) | undefined }): ReactNode {
  const { t } = useText();
  const id = useId();
  const [role, setRole] = useState<OpenRole>(first);
  return (
    <DataForm
      fields={[email, newPassword("password", "account.password"), ...(role === "viewer" ? [] : BUSINESS_FIELDS)]}
      submit="account.register"
      onSubmit={async (values) => {
        await register("accounts", values);
        onDone?.();
      }}
    >
      <div className="field">
        <label htmlFor={id}>{t("account.kind")}</label>
        <select id={id} name="role" value={role} onChange={(event) => setRole(event.target.value as OpenRole)}>
          {ROLES.map((name) => (
            <option key={name} value={name}>
              {t(`account.role.${name}`)}
            </option>
          ))}
        </select>
        {role !== "viewer" && <span className="quiet">{t("account.needsApproval")}</span>}
      </div>
    </DataForm>
  );
}
