/**
 * `full`: there is no room. `busy`: another program holds the store; the same again may work. `unique`: another row has that key.
 * `broken`: anything else, the store's own words in `cause`.
 */
export type StorageTrouble = "full" | "busy" | "unique" | "broken";

/** A store could not do what it was asked to; nothing of it was done. Every implementation of a store throws this. */
export class StorageError extends Error {
  readonly kind: StorageTrouble;

  constructor(kind: StorageTrouble, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "StorageError";
    this.kind = kind;
  }
}
