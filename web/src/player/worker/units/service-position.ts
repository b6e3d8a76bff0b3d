import { DeliveryError } from "../../../../../codec/page.ts";
import { postSeek } from "../../../shared/api/plays.ts";
import { connection } from "../../../shared/net/connection.ts";
import { retryAfterSeconds } from "../../../shared/net/request.ts";
import { sleep } from "../../../shared/sleep.ts";

/** A seek that the service's rate limit refuses is asked again, this often at most. */
const SEEK_ATTEMPTS = 5;

/**
 * Moves a play's position on the service, waiting where that limits seeks.
 *
 * @param onHeldBack told while the service lets no seek through
 * @returns a ticket for there; rejects with AbortError on `signal`
 */
export async function moveService(
  playId: string,
  segment: number,
  signal: AbortSignal,
  onHeldBack: (seconds: number) => void,
): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await connection.persist((either) => postSeek(playId, segment, either), signal);
    } catch (error) {
      if (!(error instanceof DeliveryError) || error.details.retryable !== true || attempt === SEEK_ATTEMPTS)
        throw error;
      const seconds = retryAfterSeconds(error, attempt);
      onHeldBack(seconds);
      await sleep(seconds, signal);
    }
  }
}
