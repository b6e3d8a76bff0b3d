/** Words to choose from, where the service or the browser knows some. */
import { useEffect, useState } from "react";
import { listVideos } from "./api/library.ts";

/** Of most viewers in the world; others are typed by their tag. */
const COMMON = [
  "ar",
  "bn",
  "de",
  "en",
  "es",
  "fr",
  "hi",
  "id",
  "it",
  "ja",
  "ko",
  "nl",
  "pl",
  "pt",
  "ru",
  "sv",
  "th",
  "tr",
  "uk",
  "vi",
  "zh",
];

/** Languages by their tags, the browser's own first. */
export const knownLanguages = (): string[] => [
  ...new Set([...navigator.languages.map((tag) => tag.split("-")[0] ?? tag), ...COMMON]),
];

/** Genres that the library has; none where the service does not answer. */
export function useGenres(): readonly string[] {
  const [genres, setGenres] = useState<readonly string[]>([]);
  useEffect(() => {
    const stopping = new AbortController();
    listVideos({ query: "", genre: "", age: "", page: 1 }, stopping.signal)
      .then((page) => setGenres(page.genres.map((one) => one.genre).filter((one) => one !== "")))
      .catch(() => {});
    return () => stopping.abort();
  }, []);
  return genres;
}
