import type { LedgerEntry } from "./chain.ts";
import type { CountedEvent, Delivery } from "./entries.ts";

export type LedgerEnd = Pick<LedgerEntry, "seq" | "hash">;

/** The append-only ledger, within a unit of work: nothing comes between `last` and `append`. */
export interface LedgerStore {
  last(): Promise<LedgerEnd | undefined>;
  append(entry: LedgerEntry): Promise<void>;
}

/** The ledger and what it tells of, as of one moment. */
export interface LedgerSnapshot {
  /** At most `most` entries behind `after`, in order. */
  entries(after: number, most: number): Promise<LedgerEntry[]>;
  delivery(playId: string, video: number): Promise<Delivery | undefined>;
  event(playId: string, eventId: string): Promise<CountedEvent | undefined>;
  countDeliveries(): Promise<number>;
  countEvents(): Promise<number>;
}
