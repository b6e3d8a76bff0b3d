import { type ReactNode, useCallback, useEffect, useState } from "react";
import {
  type Account,
  type AccountRole,
  administer,
  listAccounts,
  makePasswordLink,
} from "../../shared/api/session.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { ErrorNotice } from "../../shared/ui/notices.tsx";
import { WideTable } from "../../shared/ui/wide-table.tsx";

const ROLES: readonly AccountRole[] = ["viewer", "provider", "sponsor", "administrator"];
/** Accounts of one answer of the service; fewer are the last ones. */
const PART = 100;

export function Accounts({ ownId }: { ownId: string | undefined }): ReactNode {
  const { t, reason } = useText();
  const [words, setWords] = useState("");
  const [accounts, setAccounts] = useState<Account[]>();
  const [hasMore, setHasMore] = useState(false);
  const [error, setError] = useState<Error>();
  const [link, setLink] = useState<{ accountId: string; url: string }>();

  const load = useCallback((query: string, known: Account[]) => {
    setError(undefined);
    listAccounts(query, known.at(-1)?.accountId ?? "")
      .then((more) => {
        setAccounts([...known, ...more]);
        setHasMore(more.length === PART);
      })
      .catch(setError);
  }, []);
  useEffect(() => load("", []), [load]);

  const change = (accountId: string, values: Parameters<typeof administer>[1]) => {
    setError(undefined);
    administer(accountId, values)
      .then((changed) => setAccounts((now) => now?.map((one) => (one.accountId === accountId ? changed : one))))
      .catch(setError);
  };

  const linkFor = (accountId: string) => {
    setError(undefined);
    makePasswordLink(accountId)
      .then((url) => setLink({ accountId, url }))
      .catch(setError);
  };

  return (
    <section className="log" aria-label={t("admin.accounts")}>
      <h2>{t("admin.accounts")}</h2>
      <form
        className="actions"
        onSubmit={(event) => {
          event.preventDefault();
          load(words, []);
        }}
      >
        <input
          type="search"
          value={words}
          aria-label={t("admin.search")}
          placeholder={t("admin.search")}
          onChange={(event) => setWords(event.target.value)}
        />
        <button type="submit" className="button">
          {t("admin.find")}
        </button>
      </form>
      {error !== undefined && <ErrorNotice message={reason(error)} onRetry={() => load(words, [])} />}
      {link !== undefined && (
        <div className="notice notice-warning" role="status">
          <p>{t("admin.passwordLinkFor", { account: link.accountId })}</p>
          <code>{link.url}</code>
        </div>
      )}
      {accounts?.length === 0 && <p className="quiet">{t("admin.noAccounts")}</p>}
      {accounts !== undefined && accounts.length > 0 && (
        <WideTable label={t("admin.accounts")}>
          <thead>
            <tr>
              <th scope="col">{t("account.id")}</th>
              <th scope="col">{t("account.email")}</th>
              <th scope="col">{t("account.company")}</th>
              <th scope="col">{t("account.kind")}</th>
              <th scope="col">{t("admin.status")}</th>
              <th scope="col">{t("admin.change")}</th>
            </tr>
          </thead>
          <tbody>
            {accounts.map((account) => (
              <AccountRow
                key={account.accountId}
                account={account}
                isOwn={account.accountId === ownId}
                onChange={change}
                onLink={linkFor}
              />
            ))}
          </tbody>
        </WideTable>
      )}
      {hasMore && (
        <button type="button" className="button" onClick={() => load(words, accounts ?? [])}>
          {t("log.more")}
        </button>
      )}
    </section>
  );
}

function AccountRow({
  account,
  isOwn,
  onChange,
  onLink,
}: {
  account: Account;
  isOwn: boolean;
  onChange(accountId: string, values: Parameters<typeof administer>[1]): void;
  onLink(accountId: string): void;
}): ReactNode {
  const { t } = useText();
  const { accountId, email, company, section, responsiblePerson, address, role, status } = account;
  const isActive = status === "active";
  return (
    <tr>
      <th scope="row">{accountId}</th>
      <td>{email ?? "–"}</td>
      <td>{[company, section, responsiblePerson, address].filter((part) => part !== "").join(", ")}</td>
      <td>
        <select
          value={role}
          disabled={isOwn || status === "deleted"}
          aria-label={t("admin.roleOf", { account: accountId })}
          onChange={(event) => onChange(accountId, { role: event.target.value as AccountRole })}
        >
          {ROLES.map((name) => (
            <option key={name} value={name}>
              {t(`account.role.${name}`)}
            </option>
          ))}
        </select>
      </td>
      <td>{t(`account.status.${status}`)}</td>
      <td>
        {!isOwn && status !== "deleted" && (
          <div className="actions">
            {!isActive && (
              <button type="button" className="button" onClick={() => onChange(accountId, { status: "active" })}>
                {t(status === "pending" ? "admin.approve" : "admin.enable")}
              </button>
            )}
            {isActive && (
              <button type="button" className="button" onClick={() => onLink(accountId)}>
                {t("admin.passwordLink")}
              </button>
            )}
            {status !== "disabled" && (
              <button type="button" className="button" onClick={() => onChange(accountId, { status: "disabled" })}>
                {t("admin.disable")}
              </button>
            )}
          </div>
        )}
      </td>
    </tr>
  );
}
