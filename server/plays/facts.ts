/** What happened in a play and outlasts it. Deliveries and events go into the ledger too. */
import { appendDelivery, appendEvent } from "../ledger/append.ts";
import type { CountedEvent, Delivery, Unbilled } from "../ledger/entries.ts";
import type { EventCounts, FactStore, OwedCm, PlayUnit } from "./store.ts";

/** A delivery, and what decides whether it is paid for. */
export interface NewDelivery {
  delivery: Omit<Delivery, "unbilled">;
  viewer: string;
  /** Who earns points by it; undefined for a visitor without an account. */
  accountId: string | undefined;
  /** The CM's cap; null for none. */
  perViewerDay: number | null;
  /** The network of a visitor without an account, and how many deliveries there are paid for in an hour; undefined for an account. */
  network: { address: string; mostPerHour: number } | undefined;
}

export type Fact =
  | ({ kind: "delivery" } & NewDelivery)
  | { kind: "event"; event: CountedEvent; counts: EventCounts }
  | { kind: "cm-view"; viewer: string; cmId: string; at: number }
  | { kind: "owed"; owed: OwedCm }
  /** A CM that was owed has been shown. */
  | { kind: "settled"; viewer: string; cmId: string };

/** Within a unit of work. @returns whether it was new */
export async function writeFact({ facts, ledger, points }: PlayUnit, fact: Fact): Promise<boolean> {
  switch (fact.kind) {
    case "delivery": {
      const { viewer, network } = fact;
      const { mainId, cmId, releasedAt: at } = fact.delivery;
      const receiver = { viewer, mainId, cmId, address: network?.address, at };
      const delivery = { ...fact.delivery, unbilled: await whyUnbilled(facts, fact, receiver) };
      if (!(await facts.addDelivery(delivery))) return false;
      await appendDelivery(ledger, delivery);
      await facts.countVideoView(viewer, mainId);
      await facts.countDelivered(receiver);
      const { playId, video, unbilled } = delivery;
      if (fact.accountId !== undefined && unbilled === null)
        await points.earn({ accountId: fact.accountId, playId, video, at });
      return true;
    }
    case "event":
      if (!(await facts.addEvent(fact.event, fact.counts))) return false;
      await appendEvent(ledger, fact.event);
      return true;
    case "cm-view":
      await facts.countCmView(fact.viewer, fact.cmId, fact.at);
      return true;
    case "owed":
      return facts.addOwed(fact.owed);
    case "settled":
      await facts.settle(fact.viewer, fact.cmId);
      return true;
  }
}

/** Why nobody pays for a delivery: decided here, within the unit that counts it, so that of many at once each sees the ones before. */
async function whyUnbilled(
  facts: FactStore,
  { perViewerDay, network }: NewDelivery,
  receiver: Parameters<FactStore["deliveredBefore"]>[0],
): Promise<Unbilled | null> {
  const before = await facts.deliveredBefore(receiver);
  if (before.pair > 0) return "repeat";
  if (perViewerDay !== null && before.cm >= perViewerDay) return "cap";
  return network !== undefined && before.address >= network.mostPerHour ? "rate" : null;
}
