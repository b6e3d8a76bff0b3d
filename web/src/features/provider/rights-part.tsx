import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { createSigningKey, sign, toHex } from "../../../../codec/page.ts";
import { keepRecord, listKeys, listRecords, registerKey, revokeKey, revokeRecord } from "../../shared/api/rights.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { CopyField } from "../../shared/ui/copy-field.tsx";
import { Field } from "../../shared/ui/field.tsx";
import { formValues } from "../../shared/ui/form-values.ts";
import { ErrorNotice } from "../../shared/ui/notices.tsx";

const KEYS = ["rights-keys"];
const RECORDS = ["mark-records"];

/** A rights holder's keys, and the records of marks that they signed. */
export function RightsPart({ accountId }: { accountId: string }): ReactNode {
  const { t } = useText();
  return (
    <section className="log" aria-label={t("rights.title")}>
      <h2>{t("rights.title")}</h2>
      <p className="quiet">{t("rights.lead")}</p>
      <Keys accountId={accountId} />
      <Records />
    </section>
  );
}

function Keys({ accountId }: { accountId: string }): ReactNode {
  const { t, reason } = useText();
  const client = useQueryClient();
  const { data: keys, error } = useQuery({ queryKey: KEYS, queryFn: listKeys });
  const [privateKey, setPrivateKey] = useState<string>();
  const onSettled = () => client.invalidateQueries({ queryKey: KEYS });
  const making = useMutation({
    mutationFn: async (holder: string) => {
      const key = await createSigningKey();
      const proof = toHex(await sign("cmix/mark", new TextEncoder().encode(accountId), key.privateKey));
      await registerKey({ publicKey: toHex(key.publicKey), holder, proof });
      const bytes = new Uint8Array(await crypto.subtle.exportKey("pkcs8", key.privateKey));
      setPrivateKey(btoa(String.fromCharCode(...bytes)));
    },
    onSettled,
  });
  const revoking = useMutation({ mutationFn: revokeKey, onSettled });
  const make = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    making.mutate(formValues(event.currentTarget).text("holder"));
  };
  const failed = error ?? making.error ?? revoking.error;
  return (
    <>
      <h3>{t("rights.keys")}</h3>
      {failed !== null && <ErrorNotice message={reason(failed)} />}
      {keys?.map(({ keyId, holder, revoked }) => (
        <div key={keyId} className="actions">
          <span>
            <code>{keyId}</code> {holder}
          </span>
          {revoked === null ? (
            <button
              type="button"
              className="button"
              aria-label={t("rights.revokeOf", { name: keyId })}
              onClick={() => revoking.mutate(keyId)}
            >
              {t("rights.revoke")}
            </button>
          ) : (
            <span className="quiet">{t("rights.revoked")}</span>
          )}
        </div>
      ))}
      <form className="actions" onSubmit={make}>
        <Field name="holder" label={t("rights.holder")} value="" required maxLength={200} />
        <button type="submit" className="button" disabled={making.isPending}>
          {t("rights.makeKey")}
        </button>
      </form>
      {privateKey !== undefined && <CopyField label={t("rights.privateKey")} text={privateKey} isLong />}
    </>
  );
}

function Records(): ReactNode {
  const { t, reason } = useText();
  const client = useQueryClient();
  const { data: records, error } = useQuery({ queryKey: RECORDS, queryFn: listRecords });
  const onSettled = () => client.invalidateQueries({ queryKey: RECORDS });
  const keeping = useMutation({ mutationFn: keepRecord, onSettled });
  const revoking = useMutation({ mutationFn: revokeRecord, onSettled });
  const failed = error ?? keeping.error ?? revoking.error;
  return (
    <>
      <h3>{t("rights.records")}</h3>
      {failed !== null && <ErrorNotice message={reason(failed)} />}
      {records?.map(({ recordId, state, viewers, validUntil }) => (
        <div key={recordId} className="actions">
          <span>
            <code>{recordId}</code> {viewers} {validUntil.slice(0, 10)}
          </span>
          {state === "good" ? (
            <button
              type="button"
              className="button"
              aria-label={t("rights.revokeOf", { name: recordId })}
              onClick={() => revoking.mutate(recordId)}
            >
              {t("rights.revoke")}
            </button>
          ) : (
            <span className="quiet">{t(`mark.state.${state}`)}</span>
          )}
        </div>
      ))}
      <label className="field">
        {t("rights.keepRecord")}{" "}
        <input
          type="file"
          onChange={({ currentTarget }) => {
            const [file] = currentTarget.files ?? [];
            if (file !== undefined) keeping.mutate(file);
            currentTarget.value = "";
          }}
        />
      </label>
    </>
  );
}
