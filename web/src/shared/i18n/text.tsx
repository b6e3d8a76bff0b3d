/** The pages' language: chosen by the browser, changed by the viewer, kept in this browser. */

import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { en, type TextKey } from "./en.ts";
import { ja } from "./ja.ts";
import type { Language } from "./language.ts";
import { reasonOf } from "./reasons.ts";

const DICTIONARIES = { en, ja } as const;
export type Translate = (key: TextKey, values?: Record<string, string | number>) => string;

const STORAGE_KEY = "cmix-language";
const isLanguage = (value: unknown): value is Language => value === "en" || value === "ja";

/** The first of the viewer's languages that there is a dictionary for; English otherwise. */
export function chooseLanguage(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const primary = tag.toLowerCase().split("-")[0];
    if (isLanguage(primary)) return primary;
  }
  return "en";
}

export function translate(language: Language, key: TextKey, values: Record<string, string | number> = {}): string {
  return DICTIONARIES[language][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

function storedLanguage(): Language {
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
  reason: (error) => reasonOf(error, "en"),
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
    setState(next);
  }, []);
  const value = useMemo<TextContext>(
    () => ({
      language,
      setLanguage,
      t: (key, values) => translate(language, key, values),
      reason: (error) => reasonOf(error, language),
    }),
    [language, setLanguage],
  );
  return <Context value={value}>{children}</Context>;
}

export const useText = (): TextContext => useContext(Context);
