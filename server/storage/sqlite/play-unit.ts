/** What changes while plays go on, in one transaction. Prepared statements: a fact is written while viewers wait for it. */
import type { NewSessionRecord } from "../../accounts/store.ts";
import type { LedgerEntry } from "../../ledger/chain.ts";
import type { Unbilled } from "../../ledger/entries.ts";
import type { LedgerEnd, LedgerStore } from "../../ledger/store.ts";
import type { FactStore, PlayUnit, PlayUnitOfWork } from "../../plays/store.ts";
import type { MasterKey } from "../../security/master-key.ts";
import { playRowOf } from "./plays.ts";
import { pointWriter } from "./points.ts";
import { ADD_SUMS, type Sum, sumRows } from "./report-sums.ts";
import type { DeliveryRow, OwedCmRow, PlayCmRow, PlayEventRow, PlayRow, PlayVideoRow } from "./schema.ts";
import { dayOf, hourOf } from "./spans.ts";
import type { SqliteFile } from "./sqlite-file.ts";

/** By an event's kind, what it counts for. */
const EVENT_SUMS: Readonly<Record<string, Sum | undefined>> = {
  impression: "impressions",
  complete: "completes",
  click: "clicks",
};

/** @param master seals the plays' keys */
export function playUnitOfWork(file: SqliteFile, master: MasterKey): PlayUnitOfWork {
  const stores: PlayUnit = {
    sessions: sessionWriter(file),
    plays: playWriter(file, master),
    facts: factStore(file),
    ledger: ledgerStore(file),
    points: pointWriter(file),
  };
  return { run: (work, since) => file.write(() => work(stores), since) };
}

function sessionWriter({ writer }: SqliteFile): PlayUnit["sessions"] {
  const insert = writer.prepare<NewSessionRecord>(
    `insert into sessions (id, token_hash, account_id, created_at, seen_at, network)
    values (@id, @tokenHash, @accountId, @at, @at, @network)`,
  );
  return { insert: async (session) => void insert.run(session) };
}

function playWriter({ writer }: SqliteFile, master: MasterKey): PlayUnit["plays"] {
  const insert = writer.prepare<PlayRow>(
    `insert into plays (id, session_id, viewer, created_at, seen_at, over, key, videos, cms, state)
    values (@id, @session_id, @viewer, @created_at, @seen_at, @over, @key, @videos, @cms, @state)`,
  );
  const insertVideo = writer.prepare<PlayVideoRow>(
    "insert into play_videos (play_id, number, slave_id) values (@play_id, @number, @slave_id)",
  );
  const insertCm = writer.prepare<PlayCmRow>(
    "insert into play_cms (play_id, number, cm_id) values (@play_id, @number, @cm_id)",
  );
  const update = writer.prepare("update plays set seen_at = ?, over = ?, state = ? where id = ?");
  const share = writer.prepare<[string, string, number, string]>(
    `insert into viewer_videos (viewer, slave_id, seen_at, state) values (?, ?, ?, ?)
    on conflict do update set seen_at = excluded.seen_at, state = excluded.state`,
  );
  return {
    insert: async (play) => {
      const { id, videos, cms } = play;
      insert.run(playRowOf(play, master));
      for (const [i, { slaveId }] of videos.entries())
        insertVideo.run({ play_id: id, number: i + 1, slave_id: slaveId });
      for (const [i, { cmId }] of cms.entries()) insertCm.run({ play_id: id, number: i + 1, cm_id: cmId });
    },
    putState: async ({ id, state }) =>
      void update.run(state.seenAt, state.place.kind === "over" ? 1 : 0, JSON.stringify(state), id),
    putShare: async (viewer, slaveId, state, at) => void share.run(viewer, slaveId, at, JSON.stringify(state)),
  };
}

function factStore({ writer }: SqliteFile): FactStore {
  const delivery = writer.prepare<DeliveryRow>(
    `insert into deliveries (play_id, video, slave_id, main_id, cm_id, released_at, unbilled)
    values (@play_id, @video, @slave_id, @main_id, @cm_id, @released_at, @unbilled) on conflict do nothing`,
  );
  const videoCount = writer.prepare<[string]>(
    "insert into video_counts (main_id, deliveries) values (?, 1) on conflict do update set deliveries = deliveries + 1",
  );
  const cmCount = writer.prepare<[string, number]>(
    `insert into cm_counts (cm_id, deliveries, billable) values (?, 1, ?)
    on conflict do update set deliveries = deliveries + 1, billable = billable + excluded.billable`,
  );
  const sums = writer.prepare<[(string | number)[]]>(ADD_SUMS);
  const addSums = (...of: Parameters<typeof sumRows>) => {
    for (const row of sumRows(...of)) sums.run(row);
  };
  const deliveredCm = writer.prepare<[string, number, string], { main_id: string; deliveries: number }>(
    "select main_id, deliveries from viewer_deliveries where viewer = ? and day = ? and cm_id = ?",
  );
  const deliveredThere = writer.prepare<[string, number], { deliveries: number }>(
    "select deliveries from network_deliveries where network = ? and hour = ?",
  );
  const viewerDelivery = writer.prepare<[string, number, string, string]>(
    `insert into viewer_deliveries (viewer, day, cm_id, main_id, deliveries) values (?, ?, ?, ?, 1)
    on conflict do update set deliveries = deliveries + 1`,
  );
  const networkDelivery = writer.prepare<[string, number]>(
    `insert into network_deliveries (network, hour, deliveries) values (?, ?, 1)
    on conflict do update set deliveries = deliveries + 1`,
  );
  const eventCount = writer.prepare<[string, string]>(
    `insert into cm_event_counts (cm_id, kind, events) values (?, ?, 1) on conflict do update set events = events + 1`,
  );
  const videoView = writer.prepare<[string, string]>(
    `insert into video_views (viewer, main_id, views) values (?, ?, 1) on conflict do update set views = views + 1`,
  );
  const event = writer.prepare<PlayEventRow>(
    `insert into play_events (play_id, event_id, kind, number, main_id, cm_id, seconds, at, sum_main_id, sum_seconds)
    values (@play_id, @event_id, @kind, @number, @main_id, @cm_id, @seconds, @at, @sum_main_id, @sum_seconds) on conflict do nothing`,
  );
  const cmView = writer.prepare<[string, string, number]>(
    `insert into cm_views (viewer, cm_id, day, views) values (?, ?, ?, 1) on conflict do update set views = views + 1`,
  );
  const owed = writer.prepare<OwedCmRow>(
    "insert into owed_cms (play_id, viewer, cm_id, at) values (@play_id, @viewer, @cm_id, @at) on conflict do nothing",
  );
  const settled = writer.prepare<[string, string]>("delete from owed_cms where viewer = ? and cm_id = ?");
  return {
    addDelivery: async ({ playId, video, slaveId, mainId, cmId, releasedAt, unbilled }) => {
      const ids = { play_id: playId, slave_id: slaveId, main_id: mainId, cm_id: cmId };
      if (delivery.run({ ...ids, video, released_at: releasedAt, unbilled }).changes === 0) return false;
      videoCount.run(mainId);
      cmCount.run(cmId, unbilled === null ? 1 : 0);
      const is = (reason: Unbilled) => (unbilled === reason ? 1 : 0);
      const one = { deliveries: 1, repeats: is("repeat"), over_cap: is("cap"), over_rate: is("rate") };
      addSums({ mainId, cmId, at: releasedAt }, one);
      return true;
    },
    deliveredBefore: async ({ viewer, mainId, cmId, address, at }) => {
      const rows = deliveredCm.all(viewer, dayOf(at), cmId);
      return {
        pair: rows.find(({ main_id }) => main_id === mainId)?.deliveries ?? 0,
        cm: rows.reduce((sum, { deliveries }) => sum + deliveries, 0),
        address: address === undefined ? 0 : (deliveredThere.get(address, hourOf(at))?.deliveries ?? 0),
      };
    },
    countDelivered: async ({ viewer, mainId, cmId, address, at }) => {
      viewerDelivery.run(viewer, dayOf(at), cmId, mainId);
      if (address !== undefined) networkDelivery.run(address, hourOf(at));
    },
    addEvent: async ({ playId, eventId, mainId, cmId, ...same }, counts) => {
      const { kind, at } = same;
      const sum = { sum_main_id: counts.mainId, sum_seconds: counts.seconds };
      const row = { ...same, play_id: playId, event_id: eventId, main_id: mainId, cm_id: cmId, ...sum };
      if (event.run(row).changes === 0) return false;
      if (cmId !== "") eventCount.run(cmId, kind);
      const name = EVENT_SUMS[kind];
      if (name !== undefined) addSums({ mainId: counts.mainId, cmId, at }, { [name]: 1 });
      if (counts.seconds > 0) addSums({ mainId: counts.mainId, cmId, at }, { seconds: counts.seconds });
      return true;
    },
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
