/** The ledger's hash chain: each entry names the hash of the one before, so that none can be changed, taken out or put in unseen. */
import { createHash } from "node:crypto";

export interface LedgerEntry {
  /** From 1 on, without a gap. */
  seq: number;
  /** Milliseconds since 1970. */
  at: number;
  kind: "delivery" | "event";
  /** JSON. */
  body: string;
  /** Hash of the entry before; {@link GENESIS} for the first. Lowercase hex, as `hash` is. */
  previous: string;
  hash: string;
}

export const GENESIS = "0".repeat(64);

/** SHA-256 over the entry's other fields, one a line. */
export function hashOf({ seq, at, kind, body, previous }: Omit<LedgerEntry, "hash">): string {
  return createHash("sha256").update([previous, seq, at, kind, body].join("\n")).digest("hex");
}

/** The entry behind `last`, or the first. */
export function nextEntry(
  last: Pick<LedgerEntry, "seq" | "hash"> | undefined,
  content: Pick<LedgerEntry, "at" | "kind" | "body">,
): LedgerEntry {
  const entry = { ...content, seq: (last?.seq ?? 0) + 1, previous: last?.hash ?? GENESIS };
  return { ...entry, hash: hashOf(entry) };
}

/** What is wrong with `entry` as the one behind `last`; undefined where nothing is. */
export function faultOf(entry: LedgerEntry, last: Pick<LedgerEntry, "seq" | "hash"> | undefined): string | undefined {
  const wanted = (last?.seq ?? 0) + 1;
  if (entry.seq !== wanted) return `entry ${wanted} is missing: entry ${entry.seq} comes in its place`;
  if (entry.previous !== (last?.hash ?? GENESIS))
    return `entry ${entry.seq} does not follow the one before it: one of both was replaced`;
  if (entry.hash !== hashOf(entry)) return `entry ${entry.seq} was changed after it was written`;
  return undefined;
}
