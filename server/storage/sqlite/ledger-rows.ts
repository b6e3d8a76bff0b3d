import type { CountedEvent, Delivery } from "../../ledger/entries.ts";
import type { DeliveryRow, PlayEventRow } from "./schema.ts";

export function deliveryOf(row: DeliveryRow): Delivery {
  return {
    playId: row.play_id,
    video: row.video,
    slaveId: row.slave_id,
    mainId: row.main_id,
    cmId: row.cm_id,
    unbilled: row.unbilled,
    releasedAt: row.released_at,
  };
}

export function eventOf(row: PlayEventRow): CountedEvent {
  return {
    playId: row.play_id,
    eventId: row.event_id,
    kind: row.kind,
    number: row.number,
    mainId: row.main_id,
    cmId: row.cm_id,
    seconds: row.seconds,
    at: row.at,
  };
}
