import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import { loadWebhook, putWebhook, type Webhook } from "../api/webhooks.ts";
import { useText } from "../i18n/text.tsx";
import { Field } from "./field.tsx";
import { formValues } from "./form-values.ts";
import { ErrorNotice, Hint } from "./notices.tsx";

/** Where the counts of one CM or video go, and whether they got there. @param of as `loadWebhook` */
export function WebhookForm({ of }: { of: string }): ReactNode {
  const { t, reason } = useText();
  const [webhook, setWebhook] = useState<Webhook>();
  const [error, setError] = useState<Error>();
  useEffect(() => void loadWebhook(of).then(setWebhook, setError), [of]);

  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const url = formValues(event.currentTarget).text("webhook");
    setError(undefined);
    putWebhook(of, url === "" ? null : url).then(setWebhook, setError);
  };
  const [last] = webhook?.sendings ?? [];
  return (
    <form className="data-form" onSubmit={save} aria-label={t("webhook.title")}>
      <h3>{t("webhook.title")}</h3>
      {error !== undefined && <ErrorNotice message={reason(error)} />}
      {webhook !== undefined && (
        <>
          <Field name="webhook" type="url" label={t("webhook.url")} value={webhook.url} />
          <p className="quiet">{t("webhook.hint")}</p>
          {webhook.secret !== null && <Hint>{t("webhook.secret", { secret: webhook.secret })}</Hint>}
          {last !== undefined && (
            <p className="quiet">
              {t("webhook.last", {
                from: last.from.slice(0, 10),
                to: last.to.slice(0, 10),
                outcome: last.sentAt !== null ? t("webhook.sent") : (last.error ?? t("webhook.waiting")),
              })}
            </p>
          )}
          <button type="submit" className="button">
            {t("provider.save")}
          </button>
        </>
      )}
    </form>
  );
}
