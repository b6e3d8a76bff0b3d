/** Jobs: source videos that the service divides itself (restriction patent, claim 1). Times are milliseconds since 1970. */
import type { RestrictedPart } from "../../codec/index.ts";
import type { GivenState } from "../library/states.ts";
import type { JOB_METHODS, JobError, JobStage, JobState, RequeueReason } from "./kinds.ts";

export interface JobSettings {
  title: string;
  copyright: string;
  genre: string;
  ageLimit: number;
  protection: "sealed" | "patent";
  method: (typeof JOB_METHODS)[number];
  /** Whether marks in the video are looked for. */
  marks: "auto" | "none";
  /** Whether marks count that nobody signed. */
  unsignedMarks: boolean;
  /** How all parts are hidden; null: each as it says. */
  treatment: RestrictedPart["treatment"] | null;
  reverse: boolean;
  withoutOriginal: boolean;
  parts: RestrictedPart[];
  thumbnails: boolean;
  /** Of the video, once it is in the library. */
  state: GivenState;
}

export interface Job {
  id: string;
  ownerId: string;
  reservationId: string | null;
  settings: JobSettings;
  state: JobState;
  /** As soon as its source is here. */
  startsItself: boolean;
  /** Null: it is not here, or not any more. */
  sourceBytes: number | null;
  stage: JobStage | null;
  /** 0 to 1, of the stage. */
  progress: number;
  /** How often it was begun. */
  attempts: number;
  /** Null: it was queued once. */
  requeuedBecause: RequeueReason | null;
  error: { code: JobError; message: string } | null;
  /** Of what came of it; set before the pair is taken into the library. */
  mainId: string | null;
  slaveId: string | null;
  madeAt: number;
  changedAt: number;
}

/** What changes of a job. */
export type JobChange = Partial<Omit<Job, "id" | "ownerId" | "madeAt">>;

export interface JobStore {
  insert(job: Job): Promise<void>;
  byId(id: string): Promise<Job | undefined>;
  /** The newest first, at most 100; of everybody where no owner is named. */
  list(ownerId?: string): Promise<Job[]>;
  /** In some state, the oldest first. */
  inState(...states: JobState[]): Promise<Job[]>;
  /**
   * Changes a job that is in one of these states, at once with looking.
   *
   * @param onlyWithoutPair and has no pair on its way into the library
   * @returns false where it is in none of them
   */
  move(id: string, from: readonly JobState[], change: JobChange, onlyWithoutPair?: boolean): Promise<boolean>;
  /** Of the sources that an account's jobs hold. */
  bytesOf(ownerId: string): Promise<number>;
  /** Those whose owner's account was deleted. */
  ofDeletedAccounts(): Promise<Job[]>;
  remove(id: string): Promise<void>;
  /** Removes what came to its end before, holds no source, and was not changed since. */
  removeEndedBefore(at: number): Promise<void>;
}
