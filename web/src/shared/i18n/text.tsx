/** The pages' language: chosen by the browser, changed by the viewer, kept in this browser. */

import i18next from "i18next";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { en, type TextKey } from "./en.ts";
import type { Language } from "./language.ts";
import { reasonOf } from "./reasons.ts";

// Keys hold dots and texts hold colons; React escapes what it draws.
const texts = i18next.createInstance();
void texts.init({
  initAsync: false,
  resources: { en: { translation: en } },
  lng: "en",
  fallbackLng: "en",
  keySeparator: false,
  nsSeparator: false,
  interpolation: { prefix: "{", suffix: "}", escapeValue: false, skipOnVariables: true },
  missingInterpolationHandler: (_text: string, match: RegExpExecArray) => match[0],
});

export type Translate = (key: TextKey, values?: Record<string, string | number>) => string;

const STORAGE_KEY = "cmix-language";
const isLanguage = (value: unknown): value is Language => value === "en" || value === "ja";

const LOADERS: Record<Exclude<Language, "en">, () => Promise<object>> = {
  ja: async () => (await import("./ja.ts")).ja,
};

/** Fetches a language's texts; English is there from the start and stays for what cannot be fetched. */
export async function loadLanguage(language: Language): Promise<void> {
  if (language === "en" || texts.hasResourceBundle(language, "translation")) return;
  texts.addResourceBundle(language, "translation", await LOADERS[language]());
}

/** Fetches the English words that {@link lateEn} has; the other languages have them from the start. */
export async function loadLateTexts(): Promise<void> {
  const { lateEn } = await import("./late-texts.ts");
  texts.addResourceBundle("en", "translation", lateEn, true);
}

/** The first of the viewer's languages that there is a dictionary for; English otherwise. */
export function chooseLanguage(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const primary = tag.toLowerCase().split("-")[0];
    if (isLanguage(primary)) return primary;
  }
  return "en";
}

/** @param values for the blanks; `count` also chooses the plural form */
export function translate(language: Language, key: TextKey, values: Record<string, string | number> = {}): string {
  return texts.t(key, { ...values, lng: language });
}

/** The viewer's own choice, or the browser's. */
export function storedLanguage(): Language {
  try {
    const stored = localStorage.getItem(STORAGE_KEY);
    if (isLanguage(stored)) return stored;
  } catch {
    // Storage is refused in some private windows.
  }
  return chooseLanguage(navigator.languages);
}

interface TextContext {
  language: Language;
  setLanguage: (language: Language) => void;
  t: Translate;
  /** Why something failed. */
  reason: (error: Error) => string;
}

const Context = createContext<TextContext>({
  language: "en",
  setLanguage: () => {},
  t: (key, values) => translate("en", key, values),
  reason: (error) => reasonOf(error, "en", (key, values) => translate("en", key, values)),
});

export function TextProvider({ children }: { children: ReactNode }): ReactNode {
  const [language, setState] = useState(storedLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const setLanguage = useCallback((next: Language) => {
    try {
      localStorage.setItem(STORAGE_KEY, next);
    } catch {
      // Kept for this page only.
    }
    void loadLanguage(next)
      .catch(() => {}) // English, as far as it is not here
      .then(() => setState(next));
  }, []);
  const value = useMemo<TextContext>(
    () => ({
      language,
      setLanguage,
      t: (key, values) => translate(language, key, values),
      reason: (error) => reasonOf(error, language, (key, values) => translate(language, key, values)),
    }),
    [language, setLanguage],
  );
  return <Context value={value}>{children}</Context>;
}

export const useText = (): TextContext => useContext(Context);
