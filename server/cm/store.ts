import type { CmCandidate } from "./choose-cm.ts";
import type { CmType, OriginFault } from "./cm-types.ts";

/** A CM's file on its sponsor's own server. */
export interface CmOrigin {
  url: string;
  /** Its strong entity tag; empty for none. */
  tag: string;
  /** When it is looked at next. */
  checkAt: number;
  /** Times in a row that the server did not answer. */
  failures: number;
  /** Null: the file is there as it was. */
  fault: OriginFault | null;
}

/** A commercial with its sponsor's conditions. Its bytes are the blob of the same id. */
export interface Cm extends CmCandidate {
  type: CmType;
  title: string;
  sponsor: string;
  /** Empty, or an https address. */
  link: string;
  /** Of an image: how long it is shown. */
  durationMilliseconds: number;
  bytes: number;
  sha256: string;
  /** Of its deliveries, those that are paid for. */
  billable: number;
  createdAt: number;
  /** Null where the file was uploaded. */
  origin: CmOrigin | null;
}

/** One that was never shown. */
export type NewCm = Omit<Cm, "deliveries" | "billable">;

/** What an administrator may change. */
export type CmFields = Pick<
  Cm,
  "title" | "sponsor" | "link" | "active" | "kinds" | "ageLimit" | "conditions" | "durationMilliseconds"
>;

export interface CmStore {
  /** One that was removed too: what was delivered keeps its name. */
  byId(id: string): Promise<Cm | undefined>;
  /** All that were not removed, with how often each was delivered; the newest first. */
  list(): Promise<Cm[]>;
  /** Counted events of CMs by id and kind. */
  events(): Promise<{ cmId: string; kind: string; count: number }[]>;
  hasHouseCm(): Promise<boolean>;
  /** Puts a CM in, or back in where the same file was removed before. */
  insert(cm: NewCm): Promise<void>;
  change(id: string, fields: CmFields): Promise<void>;
  /** CMs that are on and whose file on the sponsor's server is to be looked at; those that wait longest first. */
  originsDue(now: number, most: number): Promise<Cm[]>;
  /** What was found of a CM's file; one with a fault is switched off. */
  putOrigin(id: string, origin: CmOrigin): Promise<void>;
  remove(id: string, at: number): Promise<void>;
  /** Whether it was not removed. */
  isThere(id: string): Promise<boolean>;
  count(): Promise<number>;
  /** How many plays that are not over show it, or will. */
  playsShowing(id: string): Promise<number>;
}
