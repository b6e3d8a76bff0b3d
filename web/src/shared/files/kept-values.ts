/** Small things that this browser keeps for the viewer: objects in localStorage, by name. */

/** What is kept; empty where there is nothing, or storage is refused, as in some private windows. */
export function keptValues(key: string): Record<string, unknown> {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(key) ?? "{}");
    return typeof found === "object" && found !== null ? (found as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

export function keepValues(key: string, values: object): void {
  try {
    localStorage.setItem(key, JSON.stringify(values));
  } catch {
    // Kept for this page only.
  }
}
