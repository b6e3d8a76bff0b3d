import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { FormEvent, ReactNode } from "react";
import { ATTRIBUTE_NAMES, type AttributeName, askForAttribute, listRequests } from "../../shared/api/attributes.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { Field } from "../../shared/ui/field.tsx";
import { ErrorNotice } from "../../shared/ui/notices.tsx";
import { WideTable } from "../../shared/ui/wide-table.tsx";
import { timeOf } from "../account/log-table.tsx";

const KEY = ["attribute-requests"];
const PURPOSE_MAX = 300;

/** A provider, or an administrator for the service, asks viewers for attributes, and sees what they agreed to. */
export function AskAttributes(): ReactNode {
  const { t, reason, language } = useText();
  const client = useQueryClient();
  const { data, error } = useQuery({ queryKey: KEY, queryFn: listRequests });
  const asking = useMutation({
    mutationFn: askForAttribute,
    onSuccess: () => client.invalidateQueries({ queryKey: KEY }),
  });
  const ask = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const [form, values] = [event.currentTarget, new FormData(event.currentTarget)];
    const text = (name: string) => String(values.get(name)).trim();
    const request = { accountId: text("accountId"), name: text("name") as AttributeName, purpose: text("purpose") };
    asking.mutate(request, { onSuccess: () => form.reset() });
  };
  const failed = error ?? asking.error;
  return (
    <section className="log" aria-label={t("attributes.ask.title")}>
      <h2>{t("attributes.ask.title")}</h2>
      <p className="quiet">{t("attributes.ask.lead")}</p>
      <form className="actions" onSubmit={ask}>
        <Field name="accountId" label={t("attributes.ask.account")} value="" required maxLength={60} />
        <label className="field">
          {t("attributes.ask.what")}{" "}
          <select name="name">
            {ATTRIBUTE_NAMES.map((name) => (
              <option key={name} value={name}>
                {t(`attributes.name.${name}`)}
              </option>
            ))}
          </select>
        </label>
        <Field name="purpose" label={t("attributes.ask.purpose")} value="" required maxLength={PURPOSE_MAX} />
        <button type="submit" className="button" disabled={asking.isPending}>
          {t("attributes.ask.send")}
        </button>
      </form>
      {failed !== null && <ErrorNotice message={reason(failed)} />}
      {data !== undefined && data.length > 0 && (
        <WideTable label={t("attributes.ask.title")}>
          <thead>
            <tr>
              <th scope="col">{t("log.at")}</th>
              <th scope="col">{t("log.account")}</th>
              <th scope="col">{t("attributes.ask.what")}</th>
              <th scope="col">{t("attributes.ask.answer")}</th>
            </tr>
          </thead>
          <tbody>
            {data.map(({ number, at, accountId, name, agreed, value }) => (
              <tr key={number}>
                <td>{timeOf(at, language)}</td>
                <th scope="row">{accountId}</th>
                <td>{t(`attributes.name.${name}`)}</td>
                <td>
                  {agreed === null
                    ? t("attributes.open")
                    : agreed
                      ? (value ?? t("attributes.waits"))
                      : t("attributes.refused")}
                </td>
              </tr>
            ))}
          </tbody>
        </WideTable>
      )}
    </section>
  );
}
