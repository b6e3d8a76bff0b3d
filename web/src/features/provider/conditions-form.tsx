import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import { loadConditions, putConditions, type VideoConditions } from "../../shared/api/provider.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { ChipsField } from "../../shared/ui/chips-field.tsx";
import { Field } from "../../shared/ui/field.tsx";
import { dayOf, formValues } from "../../shared/ui/form-values.ts";
import { ErrorNotice, Hint } from "../../shared/ui/notices.tsx";

/** How often and when a video may be played, and beside which kinds of CM (Cmix patent [0163]). */
export function ConditionsForm({ mainId }: { mainId: string }): ReactNode {
  const { t, reason } = useText();
  const [conditions, setConditions] = useState<VideoConditions>();
  const [error, setError] = useState<Error>();
  const [isSaved, setIsSaved] = useState(false);
  useEffect(() => void loadConditions(mainId).then(setConditions, setError), [mainId]);

  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const { number, day, words } = formValues(event.currentTarget);
    setError(undefined);
    setIsSaved(false);
    putConditions(mainId, {
      plays: number("plays"),
      playsPerViewer: number("playsPerViewer"),
      from: day("from"),
      until: day("until"),
      kindsAllowed: words("kindsAllowed"),
      kindsExcluded: words("kindsExcluded"),
    }).then(() => setIsSaved(true), setError);
  };
  return (
    <form className="data-form" onSubmit={save} aria-label={t("conditions.title")}>
      <h3>{t("conditions.title")}</h3>
      {error !== undefined && <ErrorNotice message={reason(error)} />}
      {conditions !== undefined && (
        <>
          <div className="field-grid">
            {(["plays", "playsPerViewer"] as const).map((name) => (
              <Field
                key={name}
                name={name}
                type="number"
                min={1}
                label={t(`conditions.${name}`)}
                value={conditions[name]}
              />
            ))}
            {(["from", "until"] as const).map((name) => (
              <Field
                key={name}
                name={name}
                type="date"
                label={t(`conditions.${name}`)}
                value={dayOf(conditions[name])}
              />
            ))}
            {(["kindsAllowed", "kindsExcluded"] as const).map((name) => (
              <ChipsField
                key={name}
                name={name}
                label={t(`conditions.${name}`)}
                initial={conditions[name]}
                known={[...new Set([...conditions.kindsAllowed, ...conditions.kindsExcluded])]}
              />
            ))}
          </div>
          <p className="quiet">{t("conditions.hint")}</p>
          <button type="submit" className="button">
            {t("provider.save")}
          </button>
          {isSaved && <Hint>{t("provider.saved")}</Hint>}
        </>
      )}
    </form>
  );
}
