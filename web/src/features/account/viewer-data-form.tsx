import { lazy, type ReactNode, Suspense, useEffect, useId, useState } from "react";
import { languageName } from "../../../../codec/page.ts";
import type { Values } from "../../shared/api/session.ts";
import type { Translate } from "../../shared/i18n/text.tsx";
import { useText } from "../../shared/i18n/text.tsx";
import { knownLanguages, useGenres } from "../../shared/known-words.ts";
import { loadViewerData, saveViewerData, type ViewerData } from "../../shared/viewer-data.ts";
import { DataForm, type Field } from "./data-form.tsx";

// Where the player shows this form, its page starts without the combobox.
const ChipsField = lazy(async () => ({ default: (await import("../../shared/ui/chips-field.tsx")).ChipsField }));

/** The words that CMs' conditions use. */
const GENDERS = ["female", "male", "other"] as const;
const OLDEST_YEARS = 150;
/** The service takes no more, and none longer. */
const WORDS_MOST = 50;
const WORD_LENGTH_MOST = 60;

/** "Your data": what stays on the device and is told for a play only where it matters. */
export function ViewerDataForm(): ReactNode {
  const { t, language } = useText();
  const id = useId();
  const genres = useGenres();
  const [data, setData] = useState<ViewerData>();
  useEffect(() => {
    void loadViewerData().then(setData);
  }, []);
  if (data === undefined) return null;
  const fields: Field[] = [
    { name: "birthYear", label: "data.birthYear", autoComplete: "bday-year", value: String(data.birthYear ?? "") },
  ];
  return (
    <DataForm
      fields={fields.map((field) => ({ ...field, isOptional: true }))}
      submit="data.save"
      done="data.saved"
      onSubmit={(values) => saveViewerData(dataOf(values, t))}
    >
      <p className="quiet">{t("data.lead")}</p>
      <div className="field">
        <label htmlFor={id}>{t("data.gender")}</label>
        <select id={id} name="gender" defaultValue={data.gender ?? ""}>
          <option value="">{t("data.untold")}</option>
          {GENDERS.map((gender) => (
            <option key={gender} value={gender}>
              {t(`data.gender.${gender}`)}
            </option>
          ))}
        </select>
      </div>
      <Suspense>
        <ChipsField
          name="languages"
          label={t("data.languages")}
          initial={data.languages ?? []}
          known={knownLanguages()}
          nameOf={(tag) => languageName(tag, language)}
          hint={t("data.languagesHint")}
        />
        {/* No list of kinds is public: what commercials (CMs) are called is their sponsors' choice. */}
        <ChipsField name="kinds" label={t("data.kinds")} initial={data.kinds ?? []} known={[]} hint={t("data.words")} />
        <ChipsField
          name="genres"
          label={t("data.genres")}
          initial={data.genres ?? []}
          known={genres}
          hint={t("data.words")}
        />
      </Suspense>
    </DataForm>
  );
}

/** @throws Error what was typed is no year */
function dataOf({ birthYear = "", gender = "", languages, kinds, genres }: Values, t: Translate): ViewerData {
  const [year, now] = [Number(birthYear), new Date().getFullYear()];
  if (birthYear !== "" && !(Number.isInteger(year) && year > now - OLDEST_YEARS && year <= now))
    throw new Error(t("data.noYear", { from: now - OLDEST_YEARS + 1, to: now }));
  return {
    ...(birthYear !== "" && { birthYear: year }),
    ...(gender !== "" && { gender }),
    languages: wordsOf(languages),
    kinds: wordsOf(kinds),
    genres: wordsOf(genres),
  };
}

const wordsOf = (text = ""): string[] =>
  text
    .split(/[,、]/)
    .map((word) => word.trim().slice(0, WORD_LENGTH_MOST))
    .filter((word) => word !== "")
    .slice(0, WORDS_MOST);
