/**
 * What a viewer tells of themselves. It is kept in this browser's IndexedDB and nowhere else; a play sends of it what the service says matters (Cmix patent
 * [0119]-[0120], [0199]).
 */

import type { ViewerAttributes } from "./api/plays.ts";
import { inObjectStore } from "./files/record-store.ts";

export interface ViewerData {
  birthYear?: number;
  gender?: string;
  /** As BCP 47 names them; the browser's own where there are none. */
  languages?: readonly string[];
  /** Kinds of CM wanted. */
  kinds?: readonly string[];
  /** Genres of video liked. */
  genres?: readonly string[];
}

const DATABASE = "cmix-viewer";
const STORE = "data";
const KEY = "viewer";

/** What is stored; nothing where storage is refused, as in some private windows. */
export async function loadViewerData(): Promise<ViewerData> {
  try {
    return (await withStore<ViewerData | undefined>("readonly", (store) => store.get(KEY))) ?? {};
  } catch {
    return {};
  }
}

/** @throws DOMException the browser refuses to store anything */
export async function saveViewerData(data: ViewerData): Promise<void> {
  await withStore("readwrite", (store) => store.put(data, KEY));
}

/** What could be told for a play. The age is the one reached this year. */
export function attributesOf(data: ViewerData, year: number, browserLanguages: readonly string[]): ViewerAttributes {
  const { birthYear, gender, languages = [], kinds = [], genres = [] } = data;
  return {
    ...(birthYear !== undefined && { age: year - birthYear }),
    ...(gender !== undefined && { gender }),
    languages: [...(languages.length > 0 ? languages : browserLanguages)],
    ...(kinds.length > 0 && { kinds: [...kinds] }),
    ...(genres.length > 0 && { genres: [...genres] }),
  };
}

const withStore = <T>(mode: IDBTransactionMode, use: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> =>
  inObjectStore(DATABASE, STORE, {}, mode, use);
