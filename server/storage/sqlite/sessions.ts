import type { AccountRole, AccountStatus } from "../../accounts/roles.ts";
import type { NewSessionRecord, SessionStore, StoredSession } from "../../accounts/store.ts";
import type { Database, OpenDatabase } from "./database.ts";

interface SessionRow {
  id: string;
  created_at: number;
  seen_at: number;
  account_id: string | null;
  role: AccountRole | null;
  status: AccountStatus | null;
}

export class SqliteSessions implements SessionStore {
  private readonly db: Database;
  private readonly findByToken: (tokenHash: string) => Promise<SessionRow[]>;

  constructor({ db, file }: OpenDatabase) {
    this.db = db;
    this.findByToken = file.query(
      `select sessions.id, sessions.created_at, seen_at, accounts.id as account_id, role, status
      from sessions left join accounts on accounts.id = sessions.account_id where token_hash = ?`,
    );
  }

  async insert({ id, tokenHash, accountId, network, at }: NewSessionRecord): Promise<void> {
    await this.db
      .insertInto("sessions")
      .values({ id, token_hash: tokenHash, account_id: accountId, network, created_at: at, seen_at: at })
      .execute();
  }

  async byToken(tokenHash: string): Promise<StoredSession | undefined> {
    const [row] = await this.findByToken(tokenHash);
    if (row === undefined) return undefined;
    const { id, created_at, seen_at, account_id, role, status } = row;
    const account =
      account_id === null || role === null || status === null ? undefined : { id: account_id, role, status };
    return { id, createdAt: created_at, seenAt: seen_at, account };
  }

  async seen(id: string, at: number, network?: string): Promise<void> {
    await this.db
      .updateTable("sessions")
      .set({ seen_at: at, ...(network !== undefined && { network }) })
      .where("id", "=", id)
      .execute();
  }

  async isUsedFrom(accountId: string, network: string, time: number): Promise<boolean> {
    const row = await this.db
      .selectFrom("sessions")
      .select("id")
      .where("account_id", "=", accountId)
      .where("network", "=", network)
      .where("seen_at", ">", time)
      .executeTakeFirst();
    return row !== undefined;
  }

  async take(id: string, { tokenHash, accountId, network, at }: Parameters<SessionStore["take"]>[1]): Promise<void> {
    await this.db
      .updateTable("sessions")
      .set({ token_hash: tokenHash, account_id: accountId, network, created_at: at, seen_at: at })
      .where("id", "=", id)
      .execute();
  }

  async remove(id: string): Promise<void> {
    await this.db.deleteFrom("sessions").where("id", "=", id).execute();
  }

  async removeOf(accountId: string): Promise<void> {
    await this.db.deleteFrom("sessions").where("account_id", "=", accountId).execute();
  }

  async removeBefore(createdAt: number, seenAt: number): Promise<void> {
    await this.db
      .deleteFrom("sessions")
      .where((where) => where.or([where("created_at", "<", createdAt), where("seen_at", "<", seenAt)]))
      .execute();
  }
}
