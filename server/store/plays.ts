import { type InsertResult, sql, type Transaction } from "kysely";
import { deliveryBody, eventBody, type LedgerEntry, nextEntry } from "../ledger/chain.ts";
import type { Play } from "../play/play.ts";
import type { MasterKey } from "../secrets/master-key.ts";
import type { Database, OpenDatabase } from "./database.ts";
import type { DeliveryRow, OwedCmRow, PlayEventRow, PlayRow, Tables } from "./schema.ts";

const DAY = 24 * 3600 * 1000;

/** What happened in a play and outlasts it. Deliveries and events go into the ledger too. */
export type Fact =
  | { kind: "delivery"; row: DeliveryRow; viewer: string }
  | { kind: "event"; row: PlayEventRow }
  | { kind: "cm-view"; viewer: string; cmId: string; at: number }
  | { kind: "owed"; row: OwedCmRow }
  /** A CM that was owed has been shown. */
  | { kind: "settled"; viewer: string; cmId: string };

export class PlayStore {
  private readonly db: Database;
  private readonly master: MasterKey;
  /** One statement for many plays: a statement a play would cost more than all else of a request. */
  private readonly updateStates: (states: string) => void;

  /** @param master seals each play's own key */
  constructor({ db, file }: OpenDatabase, master: MasterKey) {
    this.db = db;
    this.master = master;
    const statement = file.prepare<[string]>(
      `update plays set seen_at = j.value ->> 'seen', over = j.value ->> 'over', state = j.value -> 'state'
      from json_each(?) as j where plays.id = j.value ->> 'id'`,
    );
    this.updateStates = (states) => void statement.run(states);
  }

  async insert(play: Play): Promise<void> {
    const { id, sessionId, viewer, createdAt, key, videos, cms, state } = play;
    const [videosJson, cmsJson] = [JSON.stringify(videos), JSON.stringify(cms)];
    await this.db
      .insertInto("plays")
      .values({
        id,
        session_id: sessionId,
        viewer,
        created_at: createdAt,
        seen_at: state.seenAt,
        over: 0,
        key: this.master.seal(key, purposeOf(id)),
        videos: videosJson,
        cms: cmsJson,
        state: JSON.stringify(state),
      })
      .execute();
  }

  async byId(id: string): Promise<Play | undefined> {
    const row = await this.db.selectFrom("plays").selectAll().where("id", "=", id).executeTakeFirst();
    return row && this.playOf(row);
  }

  /**
   * Stores the states of plays and what happened, all of it or nothing.
   *
   * @returns of each fact whether it was new
   */
  async write(plays: readonly Play[], facts: readonly Fact[]): Promise<boolean[]> {
    const states = JSON.stringify(
      plays.map(({ id, state }) => ({ id, seen: state.seenAt, over: state.place.kind === "over" ? 1 : 0, state })),
    );
    // A statement is a transaction of its own; the connection must be free, or it would become part of another's.
    if (facts.length === 0) {
      await this.db.connection().execute(async () => this.updateStates(states));
      return [];
    }
    return this.db.transaction().execute(async (transaction) => {
      this.updateStates(states);
      const news: boolean[] = [];
      const chain = new Chain(transaction);
      for (const fact of facts) news.push(await writeFact(transaction, chain, fact));
      return news;
    });
  }

  /** Forgets plays opened before `time`, with what was counted by viewer; deliveries and events stay. */
  async removeBefore(time: number): Promise<void> {
    await this.db.deleteFrom("plays").where("created_at", "<", time).execute();
    await this.db.deleteFrom("cm_views").where("day", "<", dayOf(time)).execute();
  }

  /** Plays of a viewer that are not over and were not heard of since `time`. */
  async left(viewer: string, time: number): Promise<Play[]> {
    const rows = await this.db
      .selectFrom("plays")
      .selectAll()
      .where("viewer", "=", viewer)
      .where("over", "=", 0)
      .where("seen_at", "<", time)
      .execute();
    return rows.map((row) => this.playOf(row));
  }

  /** How many plays a viewer opened since `time`. */
  async openedSince(viewer: string, time: number): Promise<number> {
    const { count } = await this.db
      .selectFrom("plays")
      .select((of) => of.fn.countAll<number>().as("count"))
      .where("viewer", "=", viewer)
      .where("created_at", ">", time)
      .executeTakeFirstOrThrow();
    return count;
  }

  /** Ids of CMs that a viewer missed, the oldest first. */
  async owed(viewer: string): Promise<string[]> {
    const rows = await this.db
      .selectFrom("owed_cms")
      .select("cm_id")
      .where("viewer", "=", viewer)
      .orderBy("at")
      .execute();
    return rows.map(({ cm_id }) => cm_id);
  }

  /** How often a viewer saw each CM on the day of `time`. */
  async cmViews(viewer: string, time: number): Promise<Map<string, number>> {
    const rows = await this.db
      .selectFrom("cm_views")
      .select(["cm_id", "views"])
      .where("viewer", "=", viewer)
      .where("day", "=", dayOf(time))
      .execute();
    return new Map(rows.map(({ cm_id, views }) => [cm_id, views]));
  }

  /** Deliveries of a video in all, and to one viewer. */
  async videoPlays(mainId: string, viewer: string): Promise<{ all: number; ofViewer: number }> {
    const all = await this.db
      .selectFrom("deliveries")
      .select((of) => of.fn.countAll<number>().as("count"))
      .where("main_id", "=", mainId)
      .executeTakeFirstOrThrow();
    const own = await this.db
      .selectFrom("video_views")
      .select("views")
      .where("main_id", "=", mainId)
      .where("viewer", "=", viewer)
      .executeTakeFirst();
    return { all: all.count, ofViewer: own?.views ?? 0 };
  }

  /** Whether plays that are not over will show a CM. */
  async showing(cmId: string): Promise<number> {
    const { count } = await this.db
      .selectFrom("plays")
      .select((of) => of.fn.countAll<number>().as("count"))
      .where("over", "=", 0)
      .where("cms", "like", `%"cmId":"${cmId}"%`)
      .executeTakeFirstOrThrow();
    return count;
  }

  async deliveries(): Promise<
    { playId: string; video: number; slaveId: string; mainId: string; cmId: string; releasedAt: number }[]
  > {
    const rows = await this.db.selectFrom("deliveries").selectAll().orderBy("released_at").execute();
    return rows.map((row) => ({
      playId: row.play_id,
      video: row.video,
      slaveId: row.slave_id,
      mainId: row.main_id,
      cmId: row.cm_id,
      releasedAt: row.released_at,
    }));
  }

  private playOf(row: PlayRow): Play {
    return {
      id: row.id,
      sessionId: row.session_id,
      viewer: row.viewer,
      createdAt: row.created_at,
      key: this.master.open(new Uint8Array(row.key), purposeOf(row.id)),
      videos: JSON.parse(row.videos),
      cms: JSON.parse(row.cms),
      state: JSON.parse(row.state),
    };
  }
}

const dayOf = (time: number): number => Math.floor(time / DAY);

/** The ledger's end within one transaction. */
class Chain {
  private readonly db: Transaction<Tables>;
  private last: Pick<LedgerEntry, "seq" | "hash"> | undefined;

  constructor(db: Transaction<Tables>) {
    this.db = db;
  }

  async add(content: Pick<LedgerEntry, "at" | "kind" | "body">): Promise<void> {
    this.last ??= await this.db
      .selectFrom("ledger")
      .select(["seq", "hash"])
      .orderBy("seq", "desc")
      .limit(1)
      .executeTakeFirst();
    const entry = nextEntry(this.last, content);
    await this.db.insertInto("ledger").values(entry).execute();
    this.last = entry;
  }
}

async function writeFact(db: Transaction<Tables>, chain: Chain, fact: Fact): Promise<boolean> {
  switch (fact.kind) {
    case "delivery": {
      const { row, viewer } = fact;
      if (
        !(await isNew(
          db
            .insertInto("deliveries")
            .values(row)
            .onConflict((on) => on.doNothing()),
        ))
      )
        return false;
      await chain.add({ at: row.released_at, kind: "delivery", body: deliveryBody(row) });
      await sql`insert into video_views (viewer, main_id, views) values (${viewer}, ${row.main_id}, 1)
        on conflict do update set views = views + 1`.execute(db);
      return true;
    }
    case "event":
      if (
        !(await isNew(
          db
            .insertInto("play_events")
            .values(fact.row)
            .onConflict((on) => on.doNothing()),
        ))
      )
        return false;
      await chain.add({ at: fact.row.at, kind: "event", body: eventBody(fact.row) });
      return true;
    case "cm-view":
      await sql`insert into cm_views (viewer, cm_id, day, views) values (${fact.viewer}, ${fact.cmId}, ${dayOf(fact.at)}, 1)
        on conflict do update set views = views + 1`.execute(db);
      return true;
    case "owed":
      return isNew(
        db
          .insertInto("owed_cms")
          .values(fact.row)
          .onConflict((on) => on.doNothing()),
      );
    case "settled":
      await db.deleteFrom("owed_cms").where("viewer", "=", fact.viewer).where("cm_id", "=", fact.cmId).execute();
      return true;
  }
}

async function isNew(insert: { executeTakeFirstOrThrow(): Promise<InsertResult> }): Promise<boolean> {
  return ((await insert.executeTakeFirstOrThrow()).numInsertedOrUpdatedRows ?? 0n) > 0n;
}

const purposeOf = (playId: string): string => `play ${playId}`;
