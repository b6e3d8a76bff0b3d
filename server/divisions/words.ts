/** What the server and the process that divides say to each other. */
import type { ErrorRecord, JudgedMark, Sighting } from "../../codec/index.ts";
import type { RestrictionChoice } from "../reservations/store.ts";
import type { JobStage } from "./kinds.ts";
import type { JobSettings } from "./store.ts";

/** A source to divide. Its bytes are asked for, and main and slave are sent, so the process needs no file. */
export interface DivisionOrder {
  bytes: number;
  settings: JobSettings;
  /** By a reservation of protection: how, and from whom, all parts are hidden; without parts the whole video is. */
  protect: RestrictionChoice | null;
  /** Where a viewer finds the service; empty: where the player came from. */
  service: string;
  /** What the whole process may take of the machine. */
  memoryMebibytes: number;
  workers: number;
}

/** What came of it; main and slave were sent before. */
export interface DivisionOutcome {
  mainId: string;
  slaveId: string;
  teaser: Uint8Array | undefined;
  parts: number;
  pictures: number;
}

/** What the process asks for; each gets one answer. */
export type Question =
  | { read: { offset: number; length: number } }
  | { write: Uint8Array; to: "main" | "slave" }
  | { judge: Sighting[] };
export type Answer = Uint8Array | JudgedMark[] | undefined;

export type ToProcess =
  | { order: DivisionOrder }
  | { number: number; answer: Answer }
  | { number: number; error: ErrorRecord };
export type FromProcess =
  | { ready: true }
  | { number: number; question: Question }
  | { stage: JobStage; share: number }
  | { done: DivisionOutcome }
  | { failed: ErrorRecord; needsDecoder: boolean };
