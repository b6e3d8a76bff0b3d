import { sql } from "kysely";
import type { AttributeName } from "../../attributes/names.ts";
import type {
  AnsweredRequest,
  Attribute,
  AttributeRequest,
  AttributeStore,
  Certification,
  Certifier,
  NewAttributeRequest,
} from "../../attributes/store.ts";
import type { AttributeRow, CertifierRow } from "./attribute-rows.ts";
import type { Database } from "./database.ts";
import { PART_MOST } from "./log-part.ts";

export class SqliteAttributes implements AttributeStore {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  async ask({ askerId, accountId, name, purpose, at }: NewAttributeRequest): Promise<boolean> {
    const row = await this.db
      .insertInto("attribute_requests")
      .values({ asker_id: askerId, account_id: accountId, name, purpose, at, agreed: null })
      .onConflict((conflict) => conflict.doNothing())
      .returning("number")
      .executeTakeFirst();
    return row !== undefined;
  }

  async requestsTo(accountId: string): Promise<AttributeRequest[]> {
    return (await this.requests().clearLimit().where("account_id", "=", accountId).execute()).map(requestOf);
  }

  async requestsBy(askerId: string | null, before?: number): Promise<AnsweredRequest[]> {
    let query = this.requests().where("asker_id", "is not distinct from", askerId);
    if (before !== undefined) query = query.where("number", "<", before);
    return (await query.execute()).map((row) => ({ ...requestOf(row), value: row.value ?? undefined }));
  }

  answer(
    number: number,
    accountId: string,
    { isAgreed, told, at }: Parameters<AttributeStore["answer"]>[2],
  ): Promise<AttributeName | "missing" | "value"> {
    return this.db.transaction().execute(async (transaction) => {
      const request = await transaction
        .selectFrom("attribute_requests")
        .select("name")
        .where("number", "=", number)
        .where("account_id", "=", accountId)
        .executeTakeFirst();
      if (request === undefined) return "missing";
      const name = request.name as AttributeName;
      const row = { value: told ?? "", told_at: at, certified_at: null, certified_by: null };
      if (told !== undefined)
        await transaction
          .insertInto("attributes")
          .values({ account_id: accountId, name, ...row })
          // The same once more leaves its certificate; another one needs a new one.
          .onConflict((conflict) =>
            conflict.columns(["account_id", "name"]).doUpdateSet(row).where("attributes.value", "!=", told),
          )
          .execute();
      else if (isAgreed) {
        const kept = await transaction
          .selectFrom("attributes")
          .select("name")
          .where("account_id", "=", accountId)
          .where("name", "=", name)
          .executeTakeFirst();
        if (kept === undefined) return "value";
      }
      await transaction
        .updateTable("attribute_requests")
        .set({ agreed: isAgreed ? 1 : 0 })
        .where("number", "=", number)
        .execute();
      return name;
    });
  }

  async of(accountId: string): Promise<Attribute[]> {
    const rows = await this.db.selectFrom("attributes").selectAll().where("account_id", "=", accountId).execute();
    return rows.map(attributeOf);
  }

  async waiting(): Promise<Attribute[]> {
    const rows = await this.db
      .selectFrom("attributes")
      .selectAll()
      .where("certified_at", "is", null)
      .orderBy("told_at")
      .limit(PART_MOST)
      .execute();
    return rows.map(attributeOf);
  }

  async certify({ accountId, name, value, isCertified, by, at }: Certification): Promise<boolean> {
    if (isCertified) {
      const { numUpdatedRows } = await this.db
        .updateTable("attributes")
        .set({ certified_at: at, certified_by: by })
        .where("account_id", "=", accountId)
        .where("name", "=", name)
        .where("value", "=", value)
        .where("certified_at", "is", null)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    }
    const { numDeletedRows } = await this.db
      .deleteFrom("attributes")
      .where("account_id", "=", accountId)
      .where("name", "=", name)
      .where("value", "=", value)
      .where("certified_at", "is", null)
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }

  remove(accountId: string, name: AttributeName): Promise<boolean> {
    return this.db.transaction().execute(async (transaction) => {
      const { numDeletedRows } = await transaction
        .deleteFrom("attributes")
        .where("account_id", "=", accountId)
        .where("name", "=", name)
        .executeTakeFirst();
      await transaction
        .updateTable("attribute_requests")
        .set({ agreed: 0 })
        .where("account_id", "=", accountId)
        .where("name", "=", name)
        .where("agreed", "=", 1)
        .execute();
      return numDeletedRows > 0n;
    });
  }

  async agreed(accountId: string, askers: readonly (string | null)[]): Promise<Attribute[]> {
    const rows = await this.db
      .selectFrom("attributes")
      .selectAll()
      .where("account_id", "=", accountId)
      .where("certified_at", "is not", null)
      .where((where) =>
        where.exists(
          where
            .selectFrom("attribute_requests")
            .select("number")
            .whereRef("attribute_requests.account_id", "=", "attributes.account_id")
            .whereRef("attribute_requests.name", "=", "attributes.name")
            .where("agreed", "=", 1)
            .where(
              sql`ifnull(asker_id, '')`,
              "in",
              askers.map((asker) => asker ?? ""),
            ),
        ),
      )
      .execute();
    return rows.map(attributeOf);
  }

  async addCertifier({ id, name, createdAt }: Certifier, tokenHash: string): Promise<void> {
    await this.db.insertInto("certifiers").values({ id, name, token_hash: tokenHash, created_at: createdAt }).execute();
  }

  async certifiers(): Promise<Certifier[]> {
    return (await this.db.selectFrom("certifiers").selectAll().orderBy("created_at").execute()).map(certifierOf);
  }

  async certifierByToken(tokenHash: string): Promise<Certifier | undefined> {
    const row = await this.db
      .selectFrom("certifiers")
      .selectAll()
      .where("token_hash", "=", tokenHash)
      .executeTakeFirst();
    return row && certifierOf(row);
  }

  async removeCertifier(id: string): Promise<boolean> {
    const { numDeletedRows } = await this.db.deleteFrom("certifiers").where("id", "=", id).executeTakeFirst();
    return numDeletedRows > 0n;
  }

  /** With the asker's company, and the value where it is agreed and certified. */
  private requests() {
    return this.db
      .selectFrom("attribute_requests")
      .selectAll()
      .select([
        sql<string | null>`(select company from accounts where id = asker_id)`.as("company"),
        sql<string | null>`(select value from attributes where attributes.account_id = attribute_requests.account_id
          and attributes.name = attribute_requests.name and certified_at is not null and agreed = 1)`.as("value"),
      ])
      .orderBy("number", "desc")
      .limit(PART_MOST);
  }
}

interface RequestRow {
  number: number;
  asker_id: string | null;
  account_id: string;
  name: string;
  purpose: string;
  at: number;
  agreed: number | null;
  company: string | null;
}

function requestOf({ number, asker_id, account_id, name, purpose, at, agreed, company }: RequestRow): AttributeRequest {
  return {
    ...{ number, askerId: asker_id, accountId: account_id, name: name as AttributeName, purpose, at },
    ...{ asker: company ?? "", isAgreed: agreed === null ? null : agreed === 1 },
  };
}

function attributeOf({ account_id, name, value, told_at, certified_at, certified_by }: AttributeRow): Attribute {
  const certified = certified_at === null ? null : { at: certified_at, by: certified_by ?? "" };
  return { accountId: account_id, name: name as AttributeName, value, toldAt: told_at, certified };
}

const certifierOf = ({ id, name, created_at }: CertifierRow): Certifier => ({ id, name, createdAt: created_at });
