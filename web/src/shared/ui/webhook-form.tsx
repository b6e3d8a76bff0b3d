import { useMutation, useQuery } from "@tanstack/react-query";
import type { FormEvent, ReactNode } from "react";
import { queryClient } from "../api/query-client.ts";
import { loadWebhook, putWebhook } from "../api/webhooks.ts";
import { useText } from "../i18n/text.tsx";
import { Field } from "./field.tsx";
import { formValues } from "./form-values.ts";
import { ErrorNotice, Hint } from "./notices.tsx";

/** Where the counts of one CM or video go, and whether they got there. @param of as `loadWebhook` */
export function WebhookForm({ of }: { of: string }): ReactNode {
  const { t, reason } = useText();
  const queryKey = ["webhook", of];
  const { data: webhook, error: unread } = useQuery({ queryKey, queryFn: () => loadWebhook(of) });
  const saving = useMutation({
    mutationFn: (url: string | null) => putWebhook(of, url),
    onSuccess: (saved) => queryClient.setQueryData(queryKey, saved),
  });
  const error = saving.error ?? unread;

  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const url = formValues(event.currentTarget).text("webhook");
    saving.mutate(url === "" ? null : url);
  };
  const [last] = webhook?.sendings ?? [];
  return (
    <form className="data-form" onSubmit={save} aria-label={t("webhook.title")}>
      <h3>{t("webhook.title")}</h3>
      {error !== null && <ErrorNotice message={reason(error)} />}
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
