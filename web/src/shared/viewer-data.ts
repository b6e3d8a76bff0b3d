/**
 * What a viewer tells of themselves. It is kept in this browser's IndexedDB and nowhere else; a play sends of it what the service says matters (Cmix patent
 * [0119]-[0120], [0199]).
 */
import type { ViewerAttributes } from "./service.ts";

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
    return ((await withStore("readonly", (store) => store.get(KEY))) as ViewerData | undefined) ?? {};
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
    languages: languages.length > 0 ? languages : browserLanguages,
    ...(kinds.length > 0 && { kinds }),
    ...(genres.length > 0 && { genres }),
  };
}

async function withStore(mode: IDBTransactionMode, use: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = (await settled(opening)) as IDBDatabase;
  try {
    return await settled(use(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

function settled(request: IDBRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
