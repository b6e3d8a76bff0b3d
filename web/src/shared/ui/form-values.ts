/** What stands in a form's fields, by their names. */
export interface FormValues {
  /** Without spaces around it; empty where there is no such field. */
  text(name: string): string;
  /** Null for an empty field. */
  number(name: string): number | null;
  /** The first moment of a day, UTC, in ISO 8601; null for an empty field. */
  day(name: string): string | null;
  /** Split at commas. */
  words(name: string): string[];
}

export function formValues(form: HTMLFormElement): FormValues {
  const data = new FormData(form);
  const text = (name: string) => String(data.get(name) ?? "").trim();
  return {
    text,
    number: (name) => (text(name) === "" ? null : Number(text(name))),
    day: (name) => (text(name) === "" ? null : `${text(name)}T00:00:00.000Z`),
    words: (name) =>
      text(name)
        .split(/[,、]/)
        .map((word) => word.trim())
        .filter((word) => word !== ""),
  };
}

/** For whom something is shown, from the fields that every such form has; an empty field is no condition. */
export function targetValues({ words, number, day }: FormValues) {
  return {
    kinds: words("kinds"),
    ageLimit: number("ageLimit") ?? 0,
    conditions: {
      genres: words("genres"),
      genders: words("genders"),
      languages: words("languages"),
      ageMin: number("ageMin"),
      ageMax: number("ageMax"),
      from: day("from"),
      until: day("until"),
    },
  };
}

/** The field's value for {@link FormValues.day}. */
export const dayOf = (date: string | null): string => date?.slice(0, 10) ?? "";
