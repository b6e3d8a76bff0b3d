/**
 * Frozen: what the library was searched by when migration 0005 was released. Never changed: a change of server/library/search-text.ts
 * takes a migration of its own, which makes the column anew.
 */
export function searchText(shown: { title: string; copyright: string; genre: string; description: string }): string {
  const { title, copyright, genre, description } = shown;
  const text = [title, copyright, genre, description].map((field) => field.replace(/\s+/g, " ")).join("\n");
  return text.normalize("NFKC").toLowerCase();
}
