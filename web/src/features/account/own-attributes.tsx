import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import {
  answerRequest,
  loadAttributes,
  type OwnAttributes as Own,
  removeAttribute,
} from "../../shared/api/attributes.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { Field } from "../../shared/ui/field.tsx";
import { ErrorNotice } from "../../shared/ui/notices.tsx";
import { timeOf } from "./log-table.tsx";

const KEY = ["attributes"];

/** What the service keeps of a viewer who agreed, and who asks for what; without either there is nothing to see. */
export function OwnAttributes(): ReactNode {
  const { t, reason, language } = useText();
  const client = useQueryClient();
  const { data, error, refetch } = useQuery({ queryKey: KEY, queryFn: loadAttributes });
  const onSettled = () => client.invalidateQueries({ queryKey: KEY });
  const answering = useMutation({
    mutationFn: ({ number, agreed, value }: { number: number; agreed: boolean; value?: string }) =>
      answerRequest(number, { agreed, ...(value !== undefined && { value }) }),
    onSettled,
  });
  const removing = useMutation({ mutationFn: removeAttribute, onSettled });
  const failed = error ?? answering.error ?? removing.error;
  return (
    <section className="card account-card" aria-label={t("attributes.title")}>
      <h2>{t("attributes.title")}</h2>
      <p className="quiet">{t("attributes.lead")}</p>
      {failed !== null && <ErrorNotice message={reason(failed)} onRetry={() => void refetch()} />}
      {data?.attributes.length === 0 && data.requests.length === 0 && <p>{t("attributes.none")}</p>}
      {data?.attributes.map(({ name, value, certified }) => (
        <div key={name} className="actions">
          <span>
            <strong>{t(`attributes.name.${name}`)}</strong>: {value}{" "}
            <span className="quiet">
              {certified === null ? (
                t("attributes.waits")
              ) : (
                <>
                  {t("attributes.certified")} {timeOf(certified.at, language)}
                </>
              )}
            </span>
          </span>
          <button
            type="button"
            className="button"
            aria-label={t("attributes.removeOf", { name: t(`attributes.name.${name}`) })}
            onClick={() => removing.mutate(name)}
          >
            {t("attributes.remove")}
          </button>
        </div>
      ))}
      {data?.requests.map((request) => (
        <Request
          key={request.number}
          request={request}
          known={data.attributes.find(({ name }) => name === request.name)?.value}
          onAnswer={(agreed, value) =>
            answering.mutate({ number: request.number, agreed, ...(value !== undefined && { value }) })
          }
        />
      ))}
    </section>
  );
}

function Request({
  request: { name, asker, purpose, agreed },
  known,
  onAnswer,
}: {
  request: Own["requests"][number];
  /** The value that is kept already. */
  known: string | undefined;
  onAnswer(agreed: boolean, value: string | undefined): void;
}): ReactNode {
  const { t } = useText();
  const what = t(`attributes.name.${name}`);
  const who = asker === "" ? t("attributes.service") : asker;
  return (
    <form
      className="data-form"
      aria-label={t("attributes.asks", { who, what })}
      onSubmit={(event) => {
        event.preventDefault();
        const value = new FormData(event.currentTarget).get("value");
        onAnswer(true, value === null ? undefined : String(value));
      }}
    >
      <p>
        <strong>{t("attributes.asks", { who, what })}</strong> {purpose}
      </p>
      {agreed !== null && <p className="quiet">{t(agreed ? "attributes.agreed" : "attributes.refused")}</p>}
      {agreed !== true && known === undefined && (
        <Field
          name="value"
          label={what}
          value=""
          required
          {...(name === "age" ? { type: "number", min: 0, max: 150 } : { maxLength: 60 })}
        />
      )}
      <div className="actions">
        {agreed !== true && (
          <button type="submit" className="button button-main" aria-label={t("attributes.agreeTo", { who, what })}>
            {t("attributes.agree")}
          </button>
        )}
        {agreed !== false && (
          <button
            type="button"
            className="button"
            aria-label={t("attributes.refuseTo", { who, what })}
            onClick={() => onAnswer(false, undefined)}
          >
            {t("attributes.refuse")}
          </button>
        )}
      </div>
    </form>
  );
}
