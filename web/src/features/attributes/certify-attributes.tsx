import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import {
  addCertifier,
  type Claim,
  certify,
  listCertifiers,
  listClaims,
  removeCertifier,
} from "../../shared/api/attributes.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { CopyField } from "../../shared/ui/copy-field.tsx";
import { Field } from "../../shared/ui/field.tsx";
import { ErrorNotice } from "../../shared/ui/notices.tsx";
import { WideTable } from "../../shared/ui/wide-table.tsx";

const CLAIMS = ["attribute-claims"];
const CERTIFIERS = ["certifiers"];

/** The certifying engine's page: what viewers told, and the programs that certify too. */
export function CertifyAttributes(): ReactNode {
  const { t, reason } = useText();
  const client = useQueryClient();
  const { data: claims, error } = useQuery({ queryKey: CLAIMS, queryFn: listClaims });
  const certifying = useMutation({
    mutationFn: ({ claim, certified }: { claim: Claim; certified: boolean }) => certify(claim, certified),
    onSettled: () => client.invalidateQueries({ queryKey: CLAIMS }),
  });
  const failed = error ?? certifying.error;
  return (
    <section className="log" aria-label={t("attributes.certify.title")}>
      <h2>{t("attributes.certify.title")}</h2>
      {failed !== null && <ErrorNotice message={reason(failed)} />}
      {claims?.length === 0 && <p className="quiet">{t("attributes.certify.none")}</p>}
      {claims !== undefined && claims.length > 0 && (
        <WideTable label={t("attributes.certify.title")}>
          <thead>
            <tr>
              <th scope="col">{t("log.account")}</th>
              <th scope="col">{t("attributes.ask.what")}</th>
              <th scope="col">{t("attributes.value")}</th>
              <th scope="col">{t("admin.change")}</th>
            </tr>
          </thead>
          <tbody>
            {claims.map((claim) => {
              const what = `${t(`attributes.name.${claim.name}`)}: ${claim.value}, ${claim.accountId}`;
              return (
                <tr key={`${claim.accountId} ${claim.name}`}>
                  <th scope="row">{claim.accountId}</th>
                  <td>{t(`attributes.name.${claim.name}`)}</td>
                  <td>{claim.value}</td>
                  <td>
                    <div className="actions">
                      <button
                        type="button"
                        className="button"
                        aria-label={t("attributes.certifyOf", { what })}
                        onClick={() => certifying.mutate({ claim, certified: true })}
                      >
                        {t("attributes.certify")}
                      </button>
                      <button
                        type="button"
                        className="button"
                        aria-label={t("attributes.rejectOf", { what })}
                        onClick={() => certifying.mutate({ claim, certified: false })}
                      >
                        {t("attributes.reject")}
                      </button>
                    </div>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </WideTable>
      )}
      <Certifiers />
    </section>
  );
}

function Certifiers(): ReactNode {
  const { t, reason } = useText();
  const client = useQueryClient();
  const { data, error } = useQuery({ queryKey: CERTIFIERS, queryFn: listCertifiers });
  const [token, setToken] = useState<string>();
  const onSettled = () => client.invalidateQueries({ queryKey: CERTIFIERS });
  const adding = useMutation({ mutationFn: addCertifier, onSettled });
  const removing = useMutation({ mutationFn: removeCertifier, onSettled });
  const add = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    adding.mutate(String(new FormData(form).get("name")), {
      onSuccess: (made) => {
        setToken(made.token);
        form.reset();
      },
    });
  };
  const failed = error ?? adding.error ?? removing.error;
  return (
    <>
      <h3>{t("attributes.certifiers")}</h3>
      <p className="quiet">{t("attributes.certifiers.lead")}</p>
      {failed !== null && <ErrorNotice message={reason(failed)} />}
      {data?.map(({ certifierId, name }) => (
        <div key={certifierId} className="actions">
          <span>{name}</span>
          <button
            type="button"
            className="button"
            aria-label={t("attributes.certifiers.removeOf", { name })}
            onClick={() => removing.mutate(certifierId)}
          >
            {t("attributes.remove")}
          </button>
        </div>
      ))}
      <form className="actions" onSubmit={add}>
        <Field name="name" label={t("attributes.certifiers.name")} value="" required maxLength={100} />
        <button type="submit" className="button">
          {t("attributes.certifiers.add")}
        </button>
      </form>
      {token !== undefined && <CopyField label={t("attributes.certifiers.token")} text={token} />}
    </>
  );
}
