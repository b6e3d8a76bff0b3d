import type { GroupStore } from "../../groups/store.ts";
import type { Database } from "./database.ts";

export class SqliteGroups implements GroupStore {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  async of(ownerId: string): Promise<Map<string, string[]>> {
    const rows = await this.db
      .selectFrom("viewer_groups")
      .select(["name", "account_id"])
      .where("owner_id", "=", ownerId)
      .orderBy("name")
      .orderBy("account_id")
      .execute();
    const groups = new Map<string, string[]>();
    for (const { name, account_id } of rows) groups.set(name, [...(groups.get(name) ?? []), account_id]);
    return groups;
  }

  async put(ownerId: string, name: string, accountIds: readonly string[], at: number): Promise<void> {
    await this.db.transaction().execute(async (transaction) => {
      await transaction.deleteFrom("viewer_groups").where("owner_id", "=", ownerId).where("name", "=", name).execute();
      for (const account_id of accountIds)
        await transaction
          .insertInto("viewer_groups")
          .values({ owner_id: ownerId, name, account_id, added_at: at })
          .execute();
    });
  }

  async with(ownerId: string, accountId: string): Promise<string[]> {
    const rows = await this.db
      .selectFrom("viewer_groups")
      .select("name")
      .where("account_id", "=", accountId)
      .where("owner_id", "=", ownerId)
      .execute();
    return rows.map(({ name }) => name);
  }
}
