/** Fetches the slave's units of one play ahead of what is shown and keeps those that are near. */

import { START_UNIT } from "../../../../../codec/index.ts";
import { CmixError, DeliveryError } from "../../../../../codec/page.ts";
import { type Deferred, deferred } from "../../../shared/deferred.ts";
import { connection, isLoss } from "../../../shared/net/connection.ts";
import { retryAfterSeconds } from "../../../shared/net/request.ts";
import { sleep } from "../../../shared/sleep.ts";
import type { Unit } from "./unit-stream.ts";

/** Units fetched beyond the newest one asked for. */
export const AHEAD_UNITS = 40;
/** Units asked for in one request. */
const MOST_UNITS = 24;
/** Above this, units far from what is shown are given up; the service sends them again without counting twice. */
const KEPT_BYTES = 16 << 20;
/** Refusals in a row before the play is given up; the waits between them double from half a second: about 30 s in all. */
const ATTEMPTS = 7;
const FIRST_WAIT_SECONDS = 0.5;
/** Bounds both a service that asks to wait for long and one that asks for none. */
const WAIT_RANGE_SECONDS = [0.1, 10] as const;

export interface UnitStoreOptions {
  /** Units in the order in which they are shown, with the numbers that their segments have in the file. */
  order: readonly number[];
  /** @param heard to be called whenever something came */
  fetch: (from: number | "start", most: number, signal: AbortSignal, heard: () => void) => AsyncIterable<Unit>;
  /** Told while the service allows nothing more yet. */
  onHeldBack?: (seconds: number) => void;
  /** Moves the service's position to a unit that is waited for and lies too far from it. */
  move?: (number: number, signal: AbortSignal) => Promise<void>;
  /** Told when others are here than before. */
  onKept?: () => void;
  /** Units fetched before all others, and kept: what a reader wants to see first. */
  first?: readonly number[];
  /** The number up to which to run ahead of the newest asked for, where {@link AHEAD_UNITS} are too many. */
  aheadEnd?: (newest: number) => number;
}

export class UnitStore {
  private readonly options: UnitStoreOptions;
  private readonly units = new Map<number, Uint8Array>();
  private readonly places: ReadonlyMap<number, number>;
  /** Units that the service passed over: not this viewer's, or a variant of which the other one came. */
  private readonly passed = new Set<number>();
  private readonly waiting = new Map<number, Deferred<Uint8Array>>();
  private readonly closing = new AbortController();
  /** Ends the present wait; an urgent call is one for a unit that is not there. */
  private wake: (isUrgent: boolean) => void = () => {};
  private newest = 0;
  private keptBytes = 0;
  private failure: unknown;

  constructor(options: UnitStoreOptions) {
    this.options = options;
    this.places = new Map(options.order.map((number, place) => [number, place]));
    void this.run();
  }

  has(number: number): boolean {
    return this.units.has(number);
  }

  /** Whether a unit is here, or known to be passed over. */
  isSettled(number: number): boolean {
    return this.units.has(number) || this.passed.has(number);
  }

  /**
   * One unit as sent; waits until it is there. Rejects where the service passes over it, and once the store has given up, or is closed.
   */
  get(number: number): Promise<Uint8Array> {
    const there = this.units.get(number);
    if (number !== START_UNIT && number !== this.newest) {
      this.newest = number;
      this.wake(false);
    }
    if (there !== undefined) return Promise.resolve(there);
    if (this.failure !== undefined) return Promise.reject(this.failure);
    let entry = this.waiting.get(number);
    if (entry === undefined) {
      entry = deferred<Uint8Array>();
      // Given up together with a seek, nobody may be listening any more.
      entry.promise.catch(() => {});
      this.waiting.set(number, entry);
      this.passed.delete(number); // a right may have begun since
      this.wake(true);
    }
    return entry.promise;
  }

  /**
   * One unit that may not be this viewer's; waits until it is there, or known to be passed over.
   *
   * @param again asks once more for what was passed over
   * @returns undefined where the service passes over it
   */
  async getIfSent(number: number, again: boolean): Promise<Uint8Array | undefined> {
    if (!again && this.passed.has(number)) return undefined;
    try {
      return await this.get(number);
    } catch (error) {
      if (this.passed.has(number)) return undefined;
      throw error;
    }
  }

  /** After a seek: what was waited for before it is not fetched any more. */
  forgetWaiting(): void {
    for (const [number, entry] of this.waiting) {
      if (number === START_UNIT) continue;
      entry.reject(new DOMException("cancelled", "AbortError"));
      this.waiting.delete(number);
    }
  }

  close(): void {
    this.closing.abort();
    this.fail(new DOMException("cancelled", "AbortError"));
  }

  /** Number of the unit to fetch next; undefined when all that is near is there. */
  private wanted(): number | "start" | undefined {
    if (!this.units.has(START_UNIT)) return "start";
    const asked = [...this.waiting.keys()];
    if (asked.length > 0) return Math.min(...asked);
    const isWanted = (number: number) => !this.units.has(number) && !this.passed.has(number);
    return this.options.first?.find(isWanted) ?? this.ahead().find(isWanted);
  }

  /** From the newest asked for on, in their order: numbers that this player does not know may lie between them. */
  private ahead(from = this.newest): number[] {
    const end = this.options.aheadEnd?.(this.newest) ?? Number.POSITIVE_INFINITY;
    const place = this.placeOf(this.newest);
    return this.options.order
      .slice(Math.max(place, this.placeOf(from)), place + AHEAD_UNITS)
      .filter((number) => number < end);
  }

  private placeOf(number: number): number {
    return this.places.get(number) ?? 0;
  }

  private mostFrom(from: number | "start"): number {
    // Alone: what comes with others would use up what the service allows at the start.
    if (from === "start" ? this.options.first !== undefined : this.options.first?.includes(from)) return 1;
    if (this.options.aheadEnd === undefined || from === "start") return MOST_UNITS;
    return Math.max(1, Math.min(MOST_UNITS, this.ahead(from).length));
  }

  private async run(): Promise<void> {
    const { signal } = this.closing;
    let failures = 0;
    let losses = 0;
    while (!signal.aborted) {
      const from = this.wanted();
      if (from === undefined) {
        await new Promise<void>((resolve) => {
          this.wake = () => resolve();
          signal.addEventListener("abort", () => resolve(), { once: true });
        });
        continue;
      }
      try {
        await connection.attempt(async (either, heard) => {
          const came: number[] = [];
          for await (const unit of this.options.fetch(from, this.mostFrom(from), either, heard)) {
            came.push(unit.number);
            this.keep(unit);
          }
          if (from !== "start") this.passOver(from, came);
        }, signal);
        failures = 0;
        losses = 0;
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof DeliveryError && error.details.status === 425) {
          // What came to be waited for while this was asked may be allowed at once.
          if (this.wanted() === from) await this.pause(error);
          continue;
        }
        if (error instanceof DeliveryError && isLoss(error)) {
          losses += 1;
          await connection.pause(error, losses, signal).catch(() => {});
          continue;
        }
        const isTooFar = error instanceof DeliveryError && error.details.serviceCode === "seek_first";
        if (isTooFar && !this.waiting.has(from === "start" ? START_UNIT : from)) {
          // A seek moved the service's position while this was asked for ahead of the old one.
          await sleep(WAIT_RANGE_SECONDS[0], signal).catch(() => {});
          continue;
        }
        failures += 1;
        if (isTooFar && failures < ATTEMPTS && this.options.move) {
          try {
            await this.options.move(from === "start" ? START_UNIT : from, signal);
            continue;
          } catch (moveError) {
            this.fail(moveError);
            return;
          }
        }
        const retryable = !(error instanceof CmixError) || error.details.retryable === true;
        if (!retryable || failures >= ATTEMPTS) {
          this.fail(error);
          return;
        }
        const wait = FIRST_WAIT_SECONDS * 2 ** (failures - 1);
        await sleep(error instanceof DeliveryError ? retryAfterSeconds(error, wait) : wait, signal).catch(() => {});
      }
    }
  }

  /** The service allows nothing now: waits as long as it says, or until something else is wanted. */
  private async pause(error: DeliveryError): Promise<void> {
    const [least, most] = WAIT_RANGE_SECONDS;
    const seconds = Math.min(most, Math.max(least, retryAfterSeconds(error, 1)));
    if (this.waiting.size > 0) this.options.onHeldBack?.(seconds);
    const urgent = new Promise<void>((resolve) => {
      this.wake = (isUrgent) => {
        if (isUrgent) resolve();
      };
    });
    await Promise.race([sleep(seconds, this.closing.signal).catch(() => {}), urgent]);
  }

  private keep(unit: Unit): void {
    if (!this.units.has(unit.number)) this.keptBytes += unit.bytes.length;
    this.units.set(unit.number, unit.bytes);
    this.waiting.get(unit.number)?.resolve(unit.bytes);
    this.waiting.delete(unit.number);
    if (this.keptBytes > KEPT_BYTES) this.giveUpFarUnits();
    this.options.onKept?.();
  }

  /** An answer came whole: what it left out up to its last unit is not sent. */
  private passOver(from: number, came: readonly number[]): void {
    const end = this.placeOf(came.at(-1) ?? from) + 1;
    for (const number of [from, ...this.options.order.slice(this.placeOf(from) + 1, end)]) {
      if (came.includes(number) || this.units.has(number)) continue;
      this.passed.add(number);
      const refusal = new DeliveryError(`the service does not send unit ${number} to this viewer`, {
        retryable: false,
      });
      this.waiting.get(number)?.reject(refusal);
      this.waiting.delete(number);
    }
  }

  private giveUpFarUnits(): void {
    const near = (number: number) =>
      number === START_UNIT ||
      Math.abs(this.placeOf(number) - this.placeOf(this.newest)) <= AHEAD_UNITS ||
      this.options.first?.includes(number) === true;
    for (const [number, bytes] of this.units) {
      if (near(number)) continue;
      this.units.delete(number);
      this.keptBytes -= bytes.length;
    }
  }

  private fail(error: unknown): void {
    this.failure ??= error;
    for (const entry of this.waiting.values()) entry.reject(this.failure);
    this.waiting.clear();
  }
}
