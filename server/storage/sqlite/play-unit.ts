/** What changes while plays go on, in one transaction. Prepared statements: a fact is written while viewers wait for it. */
import type { LedgerEntry } from "../../ledger/chain.ts";
import type { LedgerEnd, LedgerStore } from "../../ledger/store.ts";
import type { FactStore, PlayUnit, PlayUnitOfWork } from "../../plays/store.ts";
import { dayOf } from "./days.ts";
import type { DeliveryRow, OwedCmRow, PlayEventRow } from "./schema.ts";
import type { SqliteFile } from "./sqlite-file.ts";

export function playUnitOfWork(file: SqliteFile): PlayUnitOfWork {
  const stores: PlayUnit = { plays: stateWriter(file), facts: factStore(file), ledger: ledgerStore(file) };
  return { run: (work, since) => file.write(() => work(stores), since) };
}

function stateWriter({ writer }: SqliteFile): PlayUnit["plays"] {
  const update = writer.prepare("update plays set seen_at = ?, over = ?, state = ? where id = ?");
  return {
    putState: async ({ id, state }) =>
      void update.run(state.seenAt, state.place.kind === "over" ? 1 : 0, JSON.stringify(state), id),
  };
}

function factStore({ writer }: SqliteFile): FactStore {
  const delivery = writer.prepare<DeliveryRow>(
    `insert into deliveries (play_id, video, slave_id, main_id, cm_id, released_at)
    values (@play_id, @video, @slave_id, @main_id, @cm_id, @released_at) on conflict do nothing`,
  );
  const videoView = writer.prepare<[string, string]>(
    `insert into video_views (viewer, main_id, views) values (?, ?, 1) on conflict do update set views = views + 1`,
  );
  const event = writer.prepare<PlayEventRow>(
    `insert into play_events (play_id, event_id, kind, number, main_id, cm_id, seconds, at)
    values (@play_id, @event_id, @kind, @number, @main_id, @cm_id, @seconds, @at) on conflict do nothing`,
  );
  const cmView = writer.prepare<[string, string, number]>(
    `insert into cm_views (viewer, cm_id, day, views) values (?, ?, ?, 1) on conflict do update set views = views + 1`,
  );
  const owed = writer.prepare<OwedCmRow>(
    "insert into owed_cms (play_id, viewer, cm_id, at) values (@play_id, @viewer, @cm_id, @at) on conflict do nothing",
  );
  const settled = writer.prepare<[string, string]>("delete from owed_cms where viewer = ? and cm_id = ?");
  return {
    addDelivery: async ({ playId, video, slaveId, mainId, cmId, releasedAt }) => {
      const row = { play_id: playId, video, slave_id: slaveId, main_id: mainId, cm_id: cmId, released_at: releasedAt };
      return delivery.run(row).changes > 0;
    },
    addEvent: async ({ playId, eventId, mainId, cmId, ...same }) =>
      event.run({ ...same, play_id: playId, event_id: eventId, main_id: mainId, cm_id: cmId }).changes > 0,
    countVideoView: async (viewer, mainId) => void videoView.run(viewer, mainId),
    countCmView: async (viewer, cmId, at) => void cmView.run(viewer, cmId, dayOf(at)),
    addOwed: async ({ playId, viewer, cmId, at }) => owed.run({ play_id: playId, viewer, cm_id: cmId, at }).changes > 0,
    settle: async (viewer, cmId) => void settled.run(viewer, cmId),
  };
}

function ledgerStore({ writer }: SqliteFile): LedgerStore {
  const last = writer.prepare<[], LedgerEnd>("select seq, hash from ledger order by seq desc limit 1");
  const entry = writer.prepare<LedgerEntry>(
    "insert into ledger (seq, at, kind, body, previous, hash) values (@seq, @at, @kind, @body, @previous, @hash)",
  );
  return { last: async () => last.get(), append: async (next) => void entry.run(next) };
}
