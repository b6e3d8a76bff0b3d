/** What the service refuses, with a stable code; http/answer-error.ts has the status of each. */
import type { ErrorDetails } from "../codec/index.ts";

export type RefusalCode =
  | "bad_request"
  | "signed_out"
  | "credentials"
  | "forbidden"
  | "not_found"
  /** A video that its provider took away. */
  | "withdrawn"
  | "conflict"
  | "email_taken"
  /** Of membership. */
  | "too_few_points"
  /** Forward, out of a CM that has time to go. */
  | "in_cm"
  /** Another play of the viewer shows a CM. */
  | "cm_elsewhere"
  /** The play has another CM than before. */
  | "cm_changed"
  /** Not all of the CM was sent. */
  | "cm_unsent"
  | "seek_first"
  /** The ticket's number was used already, or the play moved on since. */
  | "ticket_used"
  | "ticket_misplaced"
  | "ticket_expired"
  | "ticket_forged"
  | "ticket_foreign"
  | "foreign_session"
  /** A provider's limits on a video. */
  | "not_yet"
  | "no_longer"
  | "plays_used_up"
  | "viewer_plays_used_up"
  /** Without an account. */
  | "guest_plays_used_up"
  | "play_over"
  | "too_large"
  | "media_type"
  /** A body that does not come. */
  | "too_slow"
  | "range"
  | "too_early"
  | "too_many"
  | "internal"
  | "unavailable"
  | "storage_full";

/** A refusal that is meant to be given; the message says what to do. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly details: ErrorDetails;

  constructor(code: RefusalCode, message: string, details: ErrorDetails = {}) {
    super(message);
    this.name = "Refusal";
    this.code = code;
    this.details = details;
  }
}

export function tooLarge(maxBytes: number): Refusal {
  return new Refusal("too_large", `this server takes at most ${maxBytes} bytes here`, { maxBytes });
}
