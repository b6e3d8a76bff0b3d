/** One language of captions, and how languages are named. */

/** `subtitles` say what is spoken; `captions` also what else is heard, for those who do not hear it. */
export const CAPTION_KINDS = ["subtitles", "captions"] as const;
/** `captions` tell of sounds too, for who does not hear them. */
export type CaptionKind = (typeof CAPTION_KINDS)[number];

/** Languages that a main may carry. */
export const CAPTION_TRACKS_MAX = 32;
/** Characters that a label may have. */
export const CAPTION_LABEL_MAX = 100;

/** Language tags that a main takes: those of BCP 47 without `x-` and the like at their start. */
export const LANGUAGE_TAG = /^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$/;
export const LANGUAGE_TAG_MAX = 35;

/** What a viewer chooses by. */
export interface CaptionLanguage {
  /** BCP 47. */
  language: string;
  label: string;
  kind: CaptionKind;
}

/** Captions of one language. */
export interface CaptionTrack extends CaptionLanguage {
  /** WebVTT. */
  text: string;
}

/** The tag in its canonical form (`PT-br` → `pt-BR`, `eng` → `en`); undefined where it is none. */
export function languageTag(tag: string): string | undefined {
  try {
    const [canonical = ""] = tag.length <= LANGUAGE_TAG_MAX ? Intl.getCanonicalLocales(tag) : [];
    return LANGUAGE_TAG.test(canonical) ? canonical : undefined;
  } catch {
    return undefined;
  }
}

/** The language's name in `inLanguage`, by itself its own (`ja` → 日本語); the tag where it has none. */
export function languageName(tag: string, inLanguage = tag): string {
  return namesIn(inLanguage)?.of(tag) ?? tag;
}

/** What a file's name tells: `film.ja.vtt`, `film.pt-BR.srt`, `film.en.cc.vtt`. Undefined language where it tells none. */
export function captionsOfFileName(name: string): { language: string | undefined; kind: CaptionKind } {
  const parts = name.split(".").slice(1, -1);
  const isForDeaf = /^(?:cc|sdh|hi)$/i.test(parts.at(-1) ?? "") && parts.length > 1;
  if (isForDeaf) parts.pop();
  const tag = languageTag((parts.at(-1) ?? "").replaceAll("_", "-"));
  const isKnown = tag !== undefined && namesIn("en")?.of(tag) !== undefined;
  return { language: isKnown ? tag : undefined, kind: isForDeaf ? "captions" : "subtitles" };
}

function namesIn(language: string): Intl.DisplayNames | undefined {
  try {
    return new Intl.DisplayNames([language], { type: "language", fallback: "none" });
  } catch {
    return undefined;
  }
}
