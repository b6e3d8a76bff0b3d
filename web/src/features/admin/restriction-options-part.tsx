import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { FormEvent, ReactNode } from "react";
import { loadOptions, type RestrictionOptions, saveOptions } from "../../shared/api/reservations.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { ErrorNotice, Hint } from "../../shared/ui/notices.tsx";

const KEY = ["restriction-options"];
const ALL: RestrictionOptions = {
  viewers: ["premium", "signed-in", "age", "group"],
  treatments: ["black", "mosaic", "picture", "text"],
  sounds: ["keep", "mute", "voice", "tone"],
};

/** What the service offers to creators who reserve protection. */
export function RestrictionOptionsPart(): ReactNode {
  const { t, reason } = useText();
  const client = useQueryClient();
  const { data: options, error } = useQuery({ queryKey: KEY, queryFn: loadOptions });
  const saving = useMutation({
    mutationFn: saveOptions,
    onSuccess: () => client.invalidateQueries({ queryKey: KEY }),
  });
  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const of = <K extends keyof RestrictionOptions>(name: K) => data.getAll(name) as RestrictionOptions[K];
    saving.mutate({ viewers: of("viewers"), treatments: of("treatments"), sounds: of("sounds") });
  };
  const failed = error ?? saving.error;
  const group = (name: keyof RestrictionOptions, legend: string, textOf: (one: string) => string) => (
    <fieldset>
      <legend>{legend}</legend>
      {ALL[name].map((one) => (
        <label key={one} className="field">
          <input
            type="checkbox"
            name={name}
            value={one}
            defaultChecked={options?.[name].some((offered) => offered === one)}
          />{" "}
          {textOf(one)}
        </label>
      ))}
    </fieldset>
  );
  return (
    <section className="log" aria-label={t("reserve.options")}>
      <h2>{t("reserve.options")}</h2>
      {failed !== null && <ErrorNotice message={reason(failed)} />}
      {options !== undefined && (
        <form className="actions" onSubmit={save}>
          {group("viewers", t("mark.viewers"), (one) => t(`reserve.viewers.${one as "premium"}`))}
          {group("treatments", t("mark.treatment"), (one) => t(`mark.treatment.${one as "black"}`))}
          {group("sounds", t("mark.sound"), (one) => t(`mark.sound.${one as "mute"}`))}
          <button type="submit" className="button">
            {t("reserve.options.save")}
          </button>
        </form>
      )}
      {saving.isSuccess && <Hint>{t("members.rules.saved")}</Hint>}
    </section>
  );
}
