import type { Protection } from "../../reservations/kinds.ts";

export interface RestrictionOptionsRow {
  id: 1;
  /** JSON of RestrictionOptions. */
  options: string;
  at: number;
}

export interface ReservationRow {
  id: string;
  owner_id: string;
  title: string;
  protection: Protection;
  /** JSON of RestrictionChoice. */
  choice: string | null;
  main_id: string | null;
  made_at: number;
}
