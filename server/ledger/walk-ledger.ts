/** Recomputes the ledger, and holds it against what it tells of. */
import { FormatError } from "../../codec/index.ts";
import { faultOf, GENESIS, type LedgerEntry } from "./chain.ts";
import { deliveryBody, eventBody } from "./entries.ts";
import type { LedgerSnapshot } from "./store.ts";

const PAGE_ENTRIES = 1000;

export interface VerifiedLedger {
  entries: number;
  deliveries: number;
  events: number;
  /** Noted down elsewhere, it shows later whether entries were taken off the end. */
  lastHash: string;
}

/**
 * Walks the whole chain, and holds it against the tables of deliveries and events that reports are made of.
 *
 * @throws {@link FormatError} the first entry that is wrong, or the first delivery or event that differs
 */
export async function walkLedger(snapshot: LedgerSnapshot): Promise<VerifiedLedger> {
  let last: LedgerEntry | undefined;
  const seen = { delivery: 0, event: 0 };
  for (;;) {
    const page = await snapshot.entries(last?.seq ?? 0, PAGE_ENTRIES);
    for (const entry of page) {
      const fault = faultOf(entry, last);
      if (fault !== undefined) throw broken(fault);
      await (entry.kind === "delivery" ? checkDelivery(snapshot, entry) : checkEvent(snapshot, entry));
      seen[entry.kind] += 1;
      last = entry;
    }
    if (page.length < PAGE_ENTRIES) break;
  }
  for (const [name, rows, count] of [
    ["deliveries", await snapshot.countDeliveries(), seen.delivery],
    ["events", await snapshot.countEvents(), seen.event],
  ] as const) {
    if (rows !== count)
      throw broken(`it has ${count} ${name}, the table of ${name} ${rows}: entries were taken off its end`);
  }
  return {
    entries: last?.seq ?? 0,
    deliveries: seen.delivery,
    events: seen.event,
    lastHash: last?.hash ?? GENESIS,
  };
}

async function checkDelivery(snapshot: LedgerSnapshot, { seq, at, body }: LedgerEntry): Promise<void> {
  const { playId = "", video = 1 } = JSON.parse(body) as { playId?: string; video?: number };
  const delivery = await snapshot.delivery(playId, video);
  if (delivery === undefined || body !== deliveryBody(delivery) || delivery.releasedAt !== at)
    throw broken(`entry ${seq} differs from the table of deliveries`);
}

async function checkEvent(snapshot: LedgerSnapshot, { seq, at, body }: LedgerEntry): Promise<void> {
  const { playId = "", eventId = "" } = JSON.parse(body) as { playId?: string; eventId?: string };
  const event = await snapshot.event(playId, eventId);
  if (event === undefined || body !== eventBody(event) || event.at !== at)
    throw broken(`entry ${seq} differs from the table of events`);
}

function broken(what: string): FormatError {
  return new FormatError(`the ledger does not hold: ${what}; compare with a backup`);
}
