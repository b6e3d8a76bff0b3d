/** What happened in a play and outlasts it. Deliveries and events go into the ledger too. */
import { appendDelivery, appendEvent } from "../ledger/append.ts";
import type { CountedEvent, Delivery } from "../ledger/entries.ts";
import type { OwedCm, PlayUnit } from "./store.ts";

export type Fact =
  | { kind: "delivery"; delivery: Delivery; viewer: string }
  | { kind: "event"; event: CountedEvent }
  | { kind: "cm-view"; viewer: string; cmId: string; at: number }
  | { kind: "owed"; owed: OwedCm }
  /** A CM that was owed has been shown. */
  | { kind: "settled"; viewer: string; cmId: string };

/** Within a unit of work. @returns whether it was new */
export async function writeFact({ facts, ledger }: PlayUnit, fact: Fact): Promise<boolean> {
  switch (fact.kind) {
    case "delivery": {
      const { delivery, viewer } = fact;
      if (!(await facts.addDelivery(delivery))) return false;
      await appendDelivery(ledger, delivery);
      await facts.countVideoView(viewer, delivery.mainId);
      return true;
    }
    case "event":
      if (!(await facts.addEvent(fact.event))) return false;
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
