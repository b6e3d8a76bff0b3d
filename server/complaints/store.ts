/** What viewers reported of videos. Times are milliseconds since 1970. */
import type { ComplaintReason } from "./reasons.ts";

export interface NewComplaint {
  at: number;
  mainId: string;
  reason: ComplaintReason;
  /** Empty: there was no more to say. */
  text: string;
  /** Who reported it; null for a visitor without an account, of whom nothing is kept. */
  accountId: string | null;
}

export interface Complaint extends NewComplaint {
  number: number;
  /** The video's. */
  title: string;
  /** Null while it is open. */
  settled: { at: number; byAccountId: string; note: string } | null;
}

export interface ComplaintStore {
  /** @returns its number */
  insert(complaint: NewComplaint): Promise<number>;
  byNumber(number: number): Promise<Complaint | undefined>;
  /** The newest first, at most 100. @param before the last number of the part before */
  list(part: { isOpen: boolean; before?: number | undefined }): Promise<Complaint[]>;
  /** @returns false where there is none, or it was settled before */
  settle(number: number, by: { at: number; byAccountId: string; note: string }): Promise<boolean>;
  /** Forgets what was settled before `time`. */
  removeSettledBefore(time: number): Promise<void>;
}
