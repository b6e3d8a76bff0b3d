import type { Kysely, Migration } from "kysely";

export const accounts: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable("accounts")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("email", "text", (column) => column.unique()) // null once the account is deleted
      .addColumn("password_hash", "text", (column) => column.notNull())
      .addColumn("role", "text", (column) => column.notNull())
      .addColumn("status", "text", (column) => column.notNull())
      .addColumn("company", "text", (column) => column.notNull())
      .addColumn("section", "text", (column) => column.notNull())
      .addColumn("responsible_person", "text", (column) => column.notNull())
      .addColumn("address", "text", (column) => column.notNull())
      .addColumn("created_at", "integer", (column) => column.notNull())
      .execute();
    await db.schema
      .createTable("sessions")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("token_hash", "text", (column) => column.notNull().unique())
      .addColumn("account_id", "text", (column) => column.references("accounts.id"))
      .addColumn("created_at", "integer", (column) => column.notNull())
      .addColumn("seen_at", "integer", (column) => column.notNull())
      .execute();
    await db.schema.createIndex("sessions_by_account").on("sessions").column("account_id").execute();
    await db.schema.createIndex("sessions_by_age").on("sessions").column("seen_at").execute();
    await db.schema
      .createTable("access_log")
      .addColumn("seq", "integer", (column) => column.primaryKey().autoIncrement())
      .addColumn("at", "integer", (column) => column.notNull())
      .addColumn("event", "text", (column) => column.notNull())
      .addColumn("account_id", "text")
      .addColumn("by_account_id", "text")
      .addColumn("address_hash", "text")
      .execute();
    await db.schema.createIndex("access_log_by_age").on("access_log").column("at").execute();
    await db.schema
      .createTable("division_log")
      .addColumn("seq", "integer", (column) => column.primaryKey().autoIncrement())
      .addColumn("at", "integer", (column) => column.notNull())
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("file", "text", (column) => column.notNull())
      .addColumn("main_id", "text", (column) => column.notNull())
      .addColumn("slave_id", "text", (column) => column.notNull())
      .addColumn("method", "text", (column) => column.notNull())
      .addColumn("protection", "text", (column) => column.notNull())
      .addColumn("parameters", "text", (column) => column.notNull())
      .addColumn("bytes", "integer", (column) => column.notNull())
      .addUniqueConstraint("division_log_once", ["slave_id", "file"])
      .execute();
    await db.schema.createIndex("division_log_by_account").on("division_log").column("account_id").execute();
    // Links that work once: to a new password, or, without an account, to the first administrator's.
    await db.schema
      .createTable("account_links")
      .addColumn("token_hash", "text", (column) => column.primaryKey())
      .addColumn("account_id", "text", (column) => column.references("accounts.id"))
      .addColumn("expires_at", "integer")
      .execute();
  },
};
