/** What happened in plays, into its tables and the ledger. Prepared statements: a fact is written while viewers wait for it. */
import type SqliteDatabase from "better-sqlite3";
import { deliveryBody, eventBody, type LedgerEntry, nextEntry } from "../../ledger/chain.ts";
import type { DeliveryRow, OwedCmRow, PlayEventRow } from "./schema.ts";

const DAY = 24 * 3600 * 1000;

/** Days since 1970, UTC. */
export const dayOf = (time: number): number => Math.floor(time / DAY);

/** What happened in a play and outlasts it. Deliveries and events go into the ledger too. */
export type Fact =
  | { kind: "delivery"; row: DeliveryRow; viewer: string }
  | { kind: "event"; row: PlayEventRow }
  | { kind: "cm-view"; viewer: string; cmId: string; at: number }
  | { kind: "owed"; row: OwedCmRow }
  /** A CM that was owed has been shown. */
  | { kind: "settled"; viewer: string; cmId: string };

/** @returns a function that writes one fact, within a transaction, and tells whether it was new */
export function factWriter(db: SqliteDatabase.Database): (fact: Fact) => boolean {
  const delivery = db.prepare<DeliveryRow>(
    `insert into deliveries (play_id, video, slave_id, main_id, cm_id, released_at)
    values (@play_id, @video, @slave_id, @main_id, @cm_id, @released_at) on conflict do nothing`,
  );
  const videoView = db.prepare<[string, string]>(
    `insert into video_views (viewer, main_id, views) values (?, ?, 1) on conflict do update set views = views + 1`,
  );
  const event = db.prepare<PlayEventRow>(
    `insert into play_events (play_id, event_id, kind, number, main_id, cm_id, seconds, at)
    values (@play_id, @event_id, @kind, @number, @main_id, @cm_id, @seconds, @at) on conflict do nothing`,
  );
  const cmView = db.prepare<[string, string, number]>(
    `insert into cm_views (viewer, cm_id, day, views) values (?, ?, ?, 1) on conflict do update set views = views + 1`,
  );
  const owed = db.prepare<OwedCmRow>(
    "insert into owed_cms (play_id, viewer, cm_id, at) values (@play_id, @viewer, @cm_id, @at) on conflict do nothing",
  );
  const settled = db.prepare<[string, string]>("delete from owed_cms where viewer = ? and cm_id = ?");
  const last = db.prepare<[], Pick<LedgerEntry, "seq" | "hash">>(
    "select seq, hash from ledger order by seq desc limit 1",
  );
  const entry = db.prepare<LedgerEntry>(
    "insert into ledger (seq, at, kind, body, previous, hash) values (@seq, @at, @kind, @body, @previous, @hash)",
  );
  const addEntry = (content: Pick<LedgerEntry, "at" | "kind" | "body">) =>
    void entry.run(nextEntry(last.get(), content));

  return (fact) => {
    switch (fact.kind) {
      case "delivery": {
        const { row, viewer } = fact;
        if (delivery.run(row).changes === 0) return false;
        addEntry({ at: row.released_at, kind: "delivery", body: deliveryBody(row) });
        videoView.run(viewer, row.main_id);
        return true;
      }
      case "event":
        if (event.run(fact.row).changes === 0) return false;
        addEntry({ at: fact.row.at, kind: "event", body: eventBody(fact.row) });
        return true;
      case "cm-view":
        cmView.run(fact.viewer, fact.cmId, dayOf(fact.at));
        return true;
      case "owed":
        return owed.run(fact.row).changes > 0;
      case "settled":
        settled.run(fact.viewer, fact.cmId);
        return true;
    }
  };
}
