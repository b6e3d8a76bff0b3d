import type { RightsKey, RightsStore, StoredRecord } from "../../rights/store.ts";
import type { Database } from "./database.ts";
import { PART_MOST } from "./log-part.ts";
import type { MarkRecordRow, RightsKeyRow } from "./rights-rows.ts";

export class SqliteRights implements RightsStore {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  async addKey({ keyId, publicKey, ownerId, holder, registeredAt }: Omit<RightsKey, "revokedAt">): Promise<boolean> {
    const row = await this.db
      .insertInto("rights_keys")
      .values({
        ...{ key_id: keyId, public_key: publicKey, owner_id: ownerId, holder },
        ...{ registered_at: registeredAt, revoked_at: null },
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning("key_id")
      .executeTakeFirst();
    return row !== undefined;
  }

  async key(keyId: string): Promise<RightsKey | undefined> {
    const row = await this.db.selectFrom("rights_keys").selectAll().where("key_id", "=", keyId).executeTakeFirst();
    return row && keyOf(row);
  }

  async keysOf(ownerId: string): Promise<RightsKey[]> {
    const rows = await this.db
      .selectFrom("rights_keys")
      .selectAll()
      .where("owner_id", "=", ownerId)
      .orderBy("registered_at", "desc")
      .execute();
    return rows.map(keyOf);
  }

  async revokeKey(keyId: string, at: number): Promise<boolean> {
    const { numUpdatedRows } = await this.db
      .updateTable("rights_keys")
      .set({ revoked_at: at })
      .where("key_id", "=", keyId)
      .where("revoked_at", "is", null)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  async addRecord({ id, ownerId, keyId, signed, madeAt }: Omit<StoredRecord, "revokedAt">): Promise<boolean> {
    const row = await this.db
      .insertInto("mark_records")
      .values({ id, owner_id: ownerId, key_id: keyId, signed, made_at: madeAt, revoked_at: null })
      .onConflict((conflict) => conflict.doNothing())
      .returning("id")
      .executeTakeFirst();
    return row !== undefined;
  }

  async record(id: string): Promise<StoredRecord | undefined> {
    const row = await this.db.selectFrom("mark_records").selectAll().where("id", "=", id).executeTakeFirst();
    return row && recordOf(row);
  }

  async recordsOf(ownerId: string): Promise<StoredRecord[]> {
    const rows = await this.db
      .selectFrom("mark_records")
      .selectAll()
      .where("owner_id", "=", ownerId)
      .orderBy("made_at", "desc")
      .orderBy("id")
      .limit(PART_MOST)
      .execute();
    return rows.map(recordOf);
  }

  async revokeRecord(id: string, at: number): Promise<boolean> {
    const { numUpdatedRows } = await this.db
      .updateTable("mark_records")
      .set({ revoked_at: at })
      .where("id", "=", id)
      .where("revoked_at", "is", null)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }
}

const keyOf = ({ key_id, public_key, owner_id, holder, registered_at, revoked_at }: RightsKeyRow): RightsKey => ({
  ...{ keyId: key_id, publicKey: public_key, ownerId: owner_id, holder },
  ...{ registeredAt: registered_at, revokedAt: revoked_at },
});

const recordOf = ({ id, owner_id, key_id, signed, made_at, revoked_at }: MarkRecordRow): StoredRecord => ({
  ...{ id, ownerId: owner_id, keyId: key_id, signed, madeAt: made_at, revokedAt: revoked_at },
});
