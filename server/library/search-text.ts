/** What the library is searched by. Full and half width, and large and small letters, are the same (NFKC). */

export interface Searchable {
  title: string;
  copyright: string;
  genre: string;
  description: string;
}

/** Fields stand on lines of their own, so that no find runs over two. */
export function searchText({ title, copyright, genre, description }: Searchable): string {
  return fold([title, copyright, genre, description].map((field) => field.replace(/\s+/g, " ")).join("\n"));
}

const WORDS_MOST = 10;

/** The words that all must be found; any further ones do not count. */
export function searchWords(query: string): string[] {
  return fold(query)
    .split(/[\s\p{Cc}]+/u)
    .filter((word) => word !== "")
    .slice(0, WORDS_MOST);
}

const fold = (text: string): string => text.normalize("NFKC").toLowerCase();
