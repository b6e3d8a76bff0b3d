import { type LedgerEntry, nextEntry } from "./chain.ts";
import { type CountedEvent, type Delivery, deliveryBody, eventBody } from "./entries.ts";
import type { LedgerStore } from "./store.ts";

export const appendDelivery = (ledger: LedgerStore, delivery: Delivery): Promise<void> =>
  append(ledger, { at: delivery.releasedAt, kind: "delivery", body: deliveryBody(delivery) });

export const appendEvent = (ledger: LedgerStore, event: CountedEvent): Promise<void> =>
  append(ledger, { at: event.at, kind: "event", body: eventBody(event) });

async function append(ledger: LedgerStore, content: Pick<LedgerEntry, "at" | "kind" | "body">): Promise<void> {
  await ledger.append(nextEntry(await ledger.last(), content));
}
