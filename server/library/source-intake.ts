/** Who takes the source videos that the service divides itself, as uploads see it. */
import type { Identity } from "../accounts/identity.ts";
import type { ByteStream } from "../byte-stream.ts";

export interface SourceIntake {
  /** @throws Refusal not_found: it is no job of this account; conflict: it does not wait for a source */
  mayTake(jobId: string, identity: Identity): Promise<void>;
  /**
   * Takes a whole source in.
   *
   * @throws Refusal as {@link mayTake}; too_large
   */
  take(jobId: string, bytes: ByteStream): Promise<{ jobId: string; bytes: number; state: string }>;
  /** Of an account's sources that are here. */
  bytesOf(accountId: string): Promise<number>;
}
