/**
 * Frozen: the ledger's chain as it was when migration 0002 was released. Never changed, whatever becomes of server/ledger/:
 * what this migration wrote, and writes in an old database, stays the same to the byte.
 */
import { createHash } from "node:crypto";

export interface LedgerEntry {
  seq: number;
  at: number;
  kind: string;
  body: string;
  previous: string;
  hash: string;
}

/** A row of the table of deliveries as it was then, before plays had several videos. */
export interface DeliveryRow {
  play_id: string;
  slave_id: string;
  main_id: string;
  cm_id: string;
  released_at: number;
}

/** The entry behind `last`, or the first. */
export function deliveryEntry(last: LedgerEntry | undefined, row: DeliveryRow): LedgerEntry {
  const [seq, at, kind, previous] = [(last?.seq ?? 0) + 1, row.released_at, "delivery", last?.hash ?? "0".repeat(64)];
  const { play_id, slave_id, main_id, cm_id } = row;
  const body = JSON.stringify({ playId: play_id, slaveId: slave_id, mainId: main_id, cmId: cm_id });
  const hash = createHash("sha256").update([previous, seq, at, kind, body].join("\n")).digest("hex");
  return { seq, at, kind, body, previous, hash };
}
