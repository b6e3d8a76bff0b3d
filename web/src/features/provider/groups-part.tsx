import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { FormEvent, ReactNode } from "react";
import { type Group, listGroups, putGroup } from "../../shared/api/groups.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { Field } from "../../shared/ui/field.tsx";
import { formValues } from "../../shared/ui/form-values.ts";
import { ErrorNotice } from "../../shared/ui/notices.tsx";

const KEY = ["groups"];

/** A provider's groups of viewers, who see parts of videos that are for them. */
export function GroupsPart(): ReactNode {
  const { t, reason } = useText();
  const client = useQueryClient();
  const { data: groups, error } = useQuery({ queryKey: KEY, queryFn: listGroups });
  const saving = useMutation({
    mutationFn: ({ name, accountIds }: Group) => putGroup(name, accountIds),
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
  const save = (event: FormEvent<HTMLFormElement>, name?: string) => {
    event.preventDefault();
    const { text, words } = formValues(event.currentTarget);
    saving.mutate({ name: name ?? text("name"), accountIds: words("accountIds") });
  };
  const failed = error ?? saving.error;
  return (
    <section className="log" aria-label={t("groups.title")}>
      <h2>{t("groups.title")}</h2>
      <p className="quiet">{t("groups.lead")}</p>
      {failed !== null && <ErrorNotice message={reason(failed)} />}
      {groups?.map(({ name, accountIds }) => (
        <form key={`${name} ${accountIds}`} className="actions" onSubmit={(event) => save(event, name)}>
          <Field name="accountIds" label={t("groups.membersOf", { name })} value={accountIds.join(", ")} />
          <button type="submit" className="button" aria-label={t("groups.saveOf", { name })}>
            {t("groups.save")}
          </button>
        </form>
      ))}
      <form className="actions" onSubmit={(event) => save(event)}>
        <Field name="name" label={t("groups.name")} value="" required maxLength={32} pattern="[A-Za-z0-9_\-]+" />
        <Field name="accountIds" label={t("groups.members")} value="" required />
        <button type="submit" className="button">
          {t("groups.add")}
        </button>
      </form>
    </section>
  );
}
