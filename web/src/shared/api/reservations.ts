/** Reservations of protection (server/API.md). */
import type {
  NewReservation,
  Reservation,
  ReservationChange,
  RestrictionChoice,
  RestrictionOptions,
} from "../../../../server/reservations/schemas.ts";
import { call } from "./call.ts";
import { change, changeAnswered } from "./session.ts";

export type { Reservation, RestrictionChoice, RestrictionOptions };

export const listReservations = async (): Promise<Reservation[]> => (await call("GET /api/reservations")).reservations;

export const makeReservation = (reservation: NewReservation): Promise<Reservation> =>
  changeAnswered("POST /api/reservations", { body: reservation });

export const changeReservation = (reservationId: string, values: ReservationChange): Promise<Reservation> =>
  changeAnswered("PATCH /api/reservations/{reservationId}", { path: { reservationId }, body: values });

export async function removeReservation(reservationId: string): Promise<void> {
  await change("DELETE /api/reservations/{reservationId}", { path: { reservationId } });
}

export const loadOptions = (): Promise<RestrictionOptions> => call("GET /api/restriction-options");

export const saveOptions = (options: RestrictionOptions): Promise<RestrictionOptions> =>
  changeAnswered("PUT /api/restriction-options", { body: options });
