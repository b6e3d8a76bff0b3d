import { sql, type Transaction } from "kysely";
import { nextEntry } from "../ledger/chain.ts";
import { deliveryBody } from "../ledger/verify-ledger.ts";
import type { PlayState } from "../play/play-rules.ts";
import type { Database } from "./database.ts";
import type { PlayRow, Tables } from "./schema.ts";

export interface Play {
  id: string;
  slaveId: string;
  cmId: string;
  /** 32 bytes. */
  secret: Uint8Array;
  createdAt: number;
  state: PlayState;
}

/** What a change of a play does. */
export interface PlayChange<T> {
  /** The new state; without one the play stays as it is. */
  state?: PlayState;
  /** Writes the play's delivery, into its table and the ledger, where there is none yet. */
  deliveredAt?: number;
  result: T;
}

export class PlayStore {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  async insert(play: Play): Promise<void> {
    const { id, slaveId, cmId, secret, createdAt, state } = play;
    await this.db
      .insertInto("plays")
      .values({
        id,
        slave_id: slaveId,
        cm_id: cmId,
        secret,
        created_at: createdAt,
        revision: 0,
        ...stateColumns(state),
      })
      .execute();
  }

  async byId(id: string): Promise<Play | undefined> {
    const row = await this.db.selectFrom("plays").selectAll().where("id", "=", id).executeTakeFirst();
    return row && playOf(row);
  }

  /**
   * Changes one play; calls for the same play run one after another, each seeing what the one before stored.
   *
   * @param change must be pure: it may not wait for anything; `delivered` tells whether the delivery row is there
   * @returns undefined where there is no such play
   */
  async change<T>(
    id: string,
    change: (play: Play, delivered: boolean) => PlayChange<T>,
  ): Promise<{ result: T } | undefined> {
    return this.db.transaction().execute(async (transaction) => {
      const row = await transaction
        .updateTable("plays")
        .set({ revision: sql`revision + 1` })
        .where("id", "=", id)
        .returningAll()
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const delivery = await transaction
        .selectFrom("deliveries")
        .select("play_id")
        .where("play_id", "=", id)
        .executeTakeFirst();
      const { state, deliveredAt, result } = change(playOf(row), delivery !== undefined);
      if (state !== undefined)
        await transaction.updateTable("plays").set(stateColumns(state)).where("id", "=", id).execute();
      if (deliveredAt !== undefined && delivery === undefined) await insertDelivery(transaction, row, deliveredAt);
      return { result };
    });
  }

  /** Forgets plays opened before `time`; their delivery rows stay. */
  async removeBefore(time: number): Promise<void> {
    await this.db.deleteFrom("plays").where("created_at", "<", time).execute();
  }

  async deliveries(): Promise<{ playId: string; slaveId: string; mainId: string; cmId: string; releasedAt: number }[]> {
    const rows = await this.db.selectFrom("deliveries").selectAll().orderBy("released_at").execute();
    return rows.map((row) => ({
      playId: row.play_id,
      slaveId: row.slave_id,
      mainId: row.main_id,
      cmId: row.cm_id,
      releasedAt: row.released_at,
    }));
  }
}

async function insertDelivery(
  transaction: Transaction<Tables>,
  { id, slave_id, cm_id }: PlayRow,
  releasedAt: number,
): Promise<void> {
  const { main_id } = await transaction
    .selectFrom("videos")
    .select("main_id")
    .where("slave_id", "=", slave_id)
    .executeTakeFirstOrThrow();
  const row = { play_id: id, slave_id, main_id, cm_id, released_at: releasedAt };
  await transaction.insertInto("deliveries").values(row).execute();
  const last = await transaction
    .selectFrom("ledger")
    .select(["seq", "hash"])
    .orderBy("seq", "desc")
    .limit(1)
    .executeTakeFirst();
  const entry = nextEntry(last, { at: releasedAt, kind: "delivery", body: deliveryBody(row) });
  await transaction.insertInto("ledger").values(entry).execute();
}

function stateColumns(state: PlayState) {
  return {
    cm_started_at: state.cmStartedAt,
    cm_duration_ms: state.cmDurationMilliseconds,
    position: state.position,
    released: state.released,
    seeks: state.seeks,
    seek_tokens: state.seekTokens,
    seek_tokens_at: state.seekTokensAt,
  };
}

function playOf(row: PlayRow): Play {
  return {
    id: row.id,
    slaveId: row.slave_id,
    cmId: row.cm_id,
    secret: new Uint8Array(row.secret),
    createdAt: row.created_at,
    state: {
      cmDurationMilliseconds: row.cm_duration_ms,
      cmStartedAt: row.cm_started_at,
      position: row.position,
      released: new Uint8Array(row.released),
      seeks: row.seeks,
      seekTokens: row.seek_tokens,
      seekTokensAt: row.seek_tokens_at,
    },
  };
}
