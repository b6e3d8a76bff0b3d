import type { SurroundingKind } from "../../surroundings/kinds.ts";
import type { Surrounding, SurroundingFields, SurroundingImage, SurroundingStore } from "../../surroundings/store.ts";
import type { Database } from "./database.ts";
import type { SurroundingRow } from "./surrounding-row.ts";
import { TARGET_COLUMNS, targetColumns, targetOf } from "./target-columns.ts";

const COLUMNS = [
  "id",
  "owner_id",
  "main_id",
  "kind",
  "title",
  "text",
  "link",
  "image_type",
  "image_sha256",
  ...TARGET_COLUMNS,
  "created_at",
] as const satisfies (keyof SurroundingRow)[];

export class SqliteSurroundings implements SurroundingStore {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  async list(ownerId?: string): Promise<Surrounding[]> {
    let query = this.db.selectFrom("surroundings").select(COLUMNS).orderBy("created_at", "desc").orderBy("id");
    if (ownerId !== undefined) query = query.where("owner_id", "=", ownerId);
    return (await query.execute()).map(surroundingOf);
  }

  async byId(id: string): Promise<Surrounding | undefined> {
    const row = await this.db.selectFrom("surroundings").select(COLUMNS).where("id", "=", id).executeTakeFirst();
    return row && surroundingOf(row);
  }

  async insert(one: Pick<Surrounding, "id" | "ownerId" | "createdAt"> & SurroundingFields): Promise<void> {
    const { id, ownerId, createdAt } = one;
    const row = { id, owner_id: ownerId, created_at: createdAt, image: null, image_type: null, image_sha256: null };
    await this.db
      .insertInto("surroundings")
      .values({ ...row, ...columnsOf(one) })
      .execute();
  }

  async change(id: string, fields: SurroundingFields): Promise<void> {
    await this.db.updateTable("surroundings").set(columnsOf(fields)).where("id", "=", id).execute();
  }

  async remove(id: string): Promise<void> {
    await this.db.deleteFrom("surroundings").where("id", "=", id).execute();
  }

  async image(id: string): Promise<SurroundingImage | undefined> {
    const row = await this.db
      .selectFrom("surroundings")
      .select(["image", "image_type", "image_sha256"])
      .where("id", "=", id)
      .executeTakeFirst();
    if (!row?.image || row.image_type === null || row.image_sha256 === null) return undefined;
    return { bytes: row.image, type: row.image_type, sha256: row.image_sha256 };
  }

  async putImage(id: string, image: SurroundingImage | undefined): Promise<void> {
    const row = { image: image?.bytes ?? null, image_type: image?.type ?? null, image_sha256: image?.sha256 ?? null };
    await this.db.updateTable("surroundings").set(row).where("id", "=", id).execute();
  }
}

function columnsOf(one: SurroundingFields) {
  return {
    main_id: one.mainId,
    kind: one.kind,
    title: one.title,
    text: one.text,
    link: one.link,
    ...targetColumns(one),
  };
}

function surroundingOf(row: Pick<SurroundingRow, (typeof COLUMNS)[number]>): Surrounding {
  return {
    id: row.id,
    ownerId: row.owner_id,
    mainId: row.main_id,
    kind: row.kind as SurroundingKind,
    title: row.title,
    text: row.text,
    link: row.link,
    imageType: row.image_type,
    imageSha256: row.image_sha256,
    ...targetOf(row, null),
    createdAt: row.created_at,
  };
}
