import { sql, type Transaction } from "kysely";
import type { Account, AccountChange, AccountLink, AccountStore } from "../../accounts/store.ts";
import type { Database } from "./database.ts";
import { personalRows, removePersonalRows } from "./personal-data.ts";
import type { AccountRow, Tables } from "./schema.ts";

/** Accounts of one answer; the next part begins behind the last one's id. */
const PART_MOST = 100;

export class SqliteAccounts implements AccountStore {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  insert(account: Account): Promise<boolean> {
    return insert(this.db, account);
  }

  async byId(id: string): Promise<Account | undefined> {
    const row = await this.db.selectFrom("accounts").selectAll().where("id", "=", id).executeTakeFirst();
    return row && accountOf(row);
  }

  async byEmail(email: string): Promise<Account | undefined> {
    const row = await this.db.selectFrom("accounts").selectAll().where("email", "=", email).executeTakeFirst();
    return row && accountOf(row);
  }

  async list(words: string, after: string): Promise<Account[]> {
    const pattern = `%${words.replace(/[\\%_]/g, "\\$&")}%`;
    const rows = await this.db
      .selectFrom("accounts")
      .selectAll()
      .where("id", ">", after)
      .where(
        sql<boolean>`(id || ' ' || coalesce(email, '') || ' ' || company || ' ' || responsible_person) like ${pattern} escape '\\'`,
      )
      .orderBy("id")
      .limit(PART_MOST)
      .execute();
    return rows.map(accountOf);
  }

  async change(id: string, change: AccountChange): Promise<"changed" | "taken" | "last"> {
    return this.db.transaction().execute(async (transaction) => {
      if (typeof change.email === "string") {
        const owner = await transaction
          .selectFrom("accounts")
          .select("id")
          .where("email", "=", change.email)
          .executeTakeFirst();
        if (owner !== undefined && owner.id !== id) return "taken";
      }
      const takesAway =
        (change.role !== undefined && change.role !== "administrator") ||
        (change.status !== undefined && change.status !== "active");
      if (takesAway && (await isLastAdministrator(transaction, id))) return "last";
      if (change.status === "deleted") await removePersonalRows(transaction, id);
      await transaction.updateTable("accounts").set(columnsOf(change)).where("id", "=", id).execute();
      return "changed";
    });
  }

  personal(id: string): Promise<Record<string, object[]>> {
    return personalRows(this.db, id);
  }

  async hasAdministrator(): Promise<boolean> {
    const row = await this.db
      .selectFrom("accounts")
      .select("id")
      .where("role", "=", "administrator")
      .where("status", "=", "active")
      .executeTakeFirst();
    return row !== undefined;
  }

  async setLink({ tokenHash, accountId, expiresAt }: AccountLink): Promise<void> {
    await this.db.transaction().execute(async (transaction) => {
      await transaction.deleteFrom("account_links").where("account_id", "is not distinct from", accountId).execute();
      const row = { token_hash: tokenHash, account_id: accountId, expires_at: expiresAt };
      await transaction.insertInto("account_links").values(row).execute();
    });
  }

  async insertByLink(tokenHash: string, account: Account): Promise<"made" | "taken" | "used"> {
    return this.db.transaction().execute(async (transaction) => {
      const { numDeletedRows } = await transaction
        .deleteFrom("account_links")
        .where("token_hash", "=", tokenHash)
        .where("account_id", "is", null)
        .executeTakeFirstOrThrow();
      if (numDeletedRows === 0n) return "used";
      if (await insert(transaction, account)) return "made";
      const row = { token_hash: tokenHash, account_id: null, expires_at: null };
      await transaction.insertInto("account_links").values(row).execute();
      return "taken";
    });
  }

  async setPasswordByLink(tokenHash: string, passwordHash: string, now: number): Promise<string | undefined> {
    return this.db.transaction().execute(async (transaction) => {
      const link = await transaction
        .deleteFrom("account_links")
        .where("token_hash", "=", tokenHash)
        .where("expires_at", ">", now)
        .returning("account_id")
        .executeTakeFirst();
      if (link === undefined || link.account_id === null) return undefined;
      await transaction
        .updateTable("accounts")
        .set({ password_hash: passwordHash })
        .where("id", "=", link.account_id)
        .where("status", "!=", "deleted")
        .execute();
      return link.account_id;
    });
  }
}

async function insert(db: Database | Transaction<Tables>, account: Account): Promise<boolean> {
  const row = await db
    .insertInto("accounts")
    .values({
      id: account.id,
      email: account.email,
      password_hash: account.passwordHash,
      role: account.role,
      status: account.status,
      company: account.company,
      section: account.section,
      responsible_person: account.responsiblePerson,
      address: account.address,
      created_at: account.createdAt,
    })
    .onConflict((conflict) => conflict.column("email").doNothing())
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}

async function isLastAdministrator(transaction: Transaction<Tables>, id: string): Promise<boolean> {
  const rows = await transaction
    .selectFrom("accounts")
    .select("id")
    .where("role", "=", "administrator")
    .where("status", "=", "active")
    .limit(2)
    .execute();
  return rows.length === 1 && rows[0]?.id === id;
}

function columnsOf({ passwordHash, responsiblePerson, ...same }: AccountChange): Partial<AccountRow> {
  return {
    ...same,
    ...(passwordHash !== undefined && { password_hash: passwordHash }),
    ...(responsiblePerson !== undefined && { responsible_person: responsiblePerson }),
  };
}

function accountOf(row: AccountRow): Account {
  const { password_hash, responsible_person, created_at, ...same } = row;
  return { ...same, passwordHash: password_hash, responsiblePerson: responsible_person, createdAt: created_at };
}
