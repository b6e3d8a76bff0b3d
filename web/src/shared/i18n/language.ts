/** The languages that there is a dictionary for, by their own names. */
export const LANGUAGES = { en: "English", ja: "日本語" } as const;
export type Language = keyof typeof LANGUAGES;
