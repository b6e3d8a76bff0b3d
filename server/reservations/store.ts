/** Reservations of protection: what a creator wants hidden of a video before it comes (restriction patent, Figs. 3 and 4). */
import type { Protection, SOUNDS, TREATMENTS, VIEWER_KINDS } from "./kinds.ts";

/** What the service offers (F2, S02). */
export interface RestrictionOptions {
  viewers: (typeof VIEWER_KINDS)[number][];
  treatments: (typeof TREATMENTS)[number][];
  sounds: (typeof SOUNDS)[number][];
}

/** What the creator chose of it (F3, S03). */
export interface RestrictionChoice {
  /** As codec/restriction/part.ts has them. */
  viewers: string;
  treatment: (typeof TREATMENTS)[number];
  sound: (typeof SOUNDS)[number];
}

export interface Reservation {
  id: string;
  ownerId: string;
  title: string;
  protection: Protection;
  /** Null: none was made. */
  choice: RestrictionChoice | null;
  /** The video that came of it; null before. */
  mainId: string | null;
  /** Milliseconds since 1970. */
  madeAt: number;
}

export interface ReservationStore {
  /** Undefined where the administrator never set them. */
  options(): Promise<RestrictionOptions | undefined>;
  putOptions(options: RestrictionOptions, at: number): Promise<void>;
  insert(reservation: Reservation): Promise<void>;
  byId(id: string): Promise<Reservation | undefined>;
  /** The newest first, at most 100. */
  of(ownerId: string): Promise<Reservation[]>;
  /** Of a video; undefined where none was made for it. */
  ofVideo(mainId: string): Promise<Reservation | undefined>;
  /** @returns false where the video has another reservation */
  change(
    id: string,
    change: Partial<Pick<Reservation, "title" | "protection" | "choice" | "mainId">>,
  ): Promise<boolean>;
  remove(id: string): Promise<void>;
}
