/** Tells the service what was shown, now and then; what it cannot take yet is told again. */
import { DeliveryError } from "../../../../../codec/page.ts";
import { type PlayEvent, postEvents } from "../../../shared/api/plays.ts";
import { connection } from "../../../shared/net/connection.ts";

/** Also shows that a paused player is still there. */
const EVERY_SECONDS = 20;
/** An event is given up after so many tries: the service found it impossible each time. */
const TRIES = 3;

/** What was shown is told even after the play. */
const NEVER = new AbortController().signal;

const QUARTILES = [
  ["quartile_1", 0.25],
  ["quartile_2", 0.5],
  ["quartile_3", 0.75],
] as const;

export class PlayReporter {
  private readonly playId: string;
  private readonly timer: ReturnType<typeof setInterval>;
  private readonly told = new Set<string>();
  private waiting: { event: PlayEvent; tries: number }[] = [];
  private sending: Promise<void> = Promise.resolve();

  constructor(playId: string) {
    this.playId = playId;
    this.timer = setInterval(() => void this.send(), EVERY_SECONDS * 1000);
  }

  /** An event of a CM; the second time it is nothing new. */
  cm(kind: Exclude<PlayEvent["kind"], "seconds">, number: number): void {
    const key = `${kind} ${number}`;
    if (this.told.has(key)) return;
    this.told.add(key);
    this.waiting.push({ event: { id: crypto.randomUUID(), kind, number }, tries: 0 });
  }

  /** How far a CM has come; from its first picture on. */
  cmPosition(number: number, share: number): void {
    this.cm("impression", number);
    if (share > 0) this.cm("start", number);
    for (const [kind, from] of QUARTILES) if (share >= from) this.cm(kind, number);
  }

  /** Seconds of a video shown in this play so far. */
  seconds(number: number, seconds: number): void {
    const event: PlayEvent = { id: crypto.randomUUID(), kind: "seconds", number, seconds };
    this.waiting = this.waiting.filter(({ event: old }) => old.kind !== "seconds" || old.number !== number);
    if (seconds > 0) this.waiting.push({ event, tries: 0 });
  }

  /** Sends what there is; failures are for the next time. */
  send(): Promise<void> {
    this.sending = this.sending.then(async () => {
      const batch = this.waiting.splice(0, 50);
      try {
        const events = batch.map(({ event }) => event);
        const outcomes = await connection.attempt((signal) => postEvents(this.playId, events, signal), NEVER);
        const early = new Set(outcomes.filter(({ outcome }) => outcome === "early").map(({ id }) => id));
        for (const { event, tries } of batch)
          if (early.has(event.id) && tries + 1 < TRIES) this.waiting.push({ event, tries: tries + 1 });
      } catch (error) {
        // A play that is over takes none; what was only not heard is told again.
        if (!(error instanceof DeliveryError) || error.details.retryable === true) this.waiting.unshift(...batch);
      }
    });
    return this.sending;
  }

  close(): void {
    clearInterval(this.timer);
  }
}
