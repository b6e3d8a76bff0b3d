import type { Reservation, ReservationStore, RestrictionOptions } from "../../reservations/store.ts";
import type { Database } from "./database.ts";
import { PART_MOST } from "./log-part.ts";
import type { ReservationRow } from "./reservation-rows.ts";

export class SqliteReservations implements ReservationStore {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  async options(): Promise<RestrictionOptions | undefined> {
    const row = await this.db.selectFrom("restriction_options").select("options").executeTakeFirst();
    return row && (JSON.parse(row.options) as RestrictionOptions);
  }

  async putOptions(options: RestrictionOptions, at: number): Promise<void> {
    const row = { options: JSON.stringify(options), at };
    await this.db
      .insertInto("restriction_options")
      .values({ id: 1, ...row })
      .onConflict((conflict) => conflict.column("id").doUpdateSet(row))
      .execute();
  }

  async insert({ id, ownerId, title, protection, choice, mainId, madeAt }: Reservation): Promise<void> {
    const kept = choice && JSON.stringify(choice);
    await this.db
      .insertInto("reservations")
      .values({ id, owner_id: ownerId, title, protection, choice: kept, main_id: mainId, made_at: madeAt })
      .execute();
  }

  async byId(id: string): Promise<Reservation | undefined> {
    const row = await this.db.selectFrom("reservations").selectAll().where("id", "=", id).executeTakeFirst();
    return row && reservationOf(row);
  }

  async of(ownerId: string): Promise<Reservation[]> {
    const rows = await this.db
      .selectFrom("reservations")
      .selectAll()
      .where("owner_id", "=", ownerId)
      .orderBy("made_at", "desc")
      .orderBy("id")
      .limit(PART_MOST)
      .execute();
    return rows.map(reservationOf);
  }

  async ofVideo(mainId: string): Promise<Reservation | undefined> {
    const row = await this.db.selectFrom("reservations").selectAll().where("main_id", "=", mainId).executeTakeFirst();
    return row && reservationOf(row);
  }

  change(id: string, { choice, mainId, ...same }: Parameters<ReservationStore["change"]>[1]): Promise<boolean> {
    const columns = {
      ...same,
      ...(choice !== undefined && { choice: choice && JSON.stringify(choice) }),
      ...(mainId !== undefined && { main_id: mainId }),
    };
    return this.db.transaction().execute(async (transaction) => {
      const other =
        mainId &&
        (await transaction
          .selectFrom("reservations")
          .select("id")
          .where("main_id", "=", mainId)
          .where("id", "!=", id)
          .executeTakeFirst());
      if (other) return false;
      if (Object.keys(columns).length > 0)
        await transaction.updateTable("reservations").set(columns).where("id", "=", id).execute();
      return true;
    });
  }

  async remove(id: string): Promise<void> {
    await this.db.deleteFrom("reservations").where("id", "=", id).execute();
  }
}

function reservationOf({ id, owner_id, title, protection, choice, main_id, made_at }: ReservationRow): Reservation {
  const kept = choice === null ? null : (JSON.parse(choice) as Reservation["choice"]);
  return { id, ownerId: owner_id, title, protection, choice: kept, mainId: main_id, madeAt: made_at };
}
