/**
 * Goes on over a lost connection: what failed is asked again at growing intervals until the service answers, and the viewer is told
 * meanwhile (rows P3, S11). Page and worker have one each.
 */
import { DeliveryError } from "../../../../codec/page.ts";
import { retryAfterSeconds } from "./request.ts";

/** The service cannot be reached. */
export interface Loss {
  /** False once it was tried for long: it goes on when the device is back on line, or when the viewer asks. */
  isTrying: boolean;
}

/** The waits between tries double from the first to the longest, each shortened by up to half at random: a service that is back is not asked by all at once. */
const FIRST_WAIT_SECONDS = 0.5;
const LONGEST_WAIT_SECONDS = 8;
/** After so long without an answer the viewer has to ask. */
export const TRYING_SECONDS = 120;
/** A connection on which nothing comes for so long is taken for broken. */
export const STALL_SECONDS = 20;

/** No answer, or one of a proxy that gets none. */
const LOST_STATUSES = new Set<unknown>([0, 502, 503, 504]);

/** Whether `error` says that the service cannot be reached, rather than that it refuses. */
export function isLoss(error: unknown): boolean {
  return error instanceof DeliveryError && LOST_STATUSES.has(error.details.status);
}

/** @param heard to be called whenever something came */
type Work<T> = (signal: AbortSignal, heard: () => void) => Promise<T>;

export class Connection {
  private readonly listeners = new Set<() => void>();
  /** Each ends one wait. */
  private readonly waits = new Set<() => void>();
  private readonly random: () => number;
  private loss: Loss | undefined;
  private lostAt = 0;

  /** @param device says `online` when it is */
  constructor(device: Partial<EventTarget> = globalThis, random: () => number = Math.random) {
    this.random = random;
    device.addEventListener?.("online", () => this.tryNow());
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): Loss | undefined => this.loss;

  /** Does `work` until the service answers. Its refusals are thrown; rejects with AbortError on `signal`. */
  async persist<T>(work: Work<T>, signal: AbortSignal): Promise<T> {
    for (let failures = 1; ; failures++) {
      try {
        return await this.attempt(work, signal);
      } catch (error) {
        if (signal.aborted || !isLoss(error)) throw error;
        await this.pause(error as DeliveryError, failures, signal);
      }
    }
  }

  /**
   * Does `work` once.
   *
   * @throws {@link DeliveryError} status 0 where nothing came for {@link STALL_SECONDS}; whatever `work` throws
   */
  async attempt<T>(work: Work<T>, signal: AbortSignal): Promise<T> {
    const stall = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const listen = () => {
      clearTimeout(timer);
      timer = setTimeout(() => stall.abort(), STALL_SECONDS * 1000);
    };
    listen();
    try {
      const result = await work(AbortSignal.any([signal, stall.signal]), () => {
        listen();
        this.tell(undefined);
      });
      this.tell(undefined);
      return result;
    } catch (error) {
      if (signal.aborted) this.forget();
      else if (stall.signal.aborted)
        throw new DeliveryError(`the service has sent nothing for ${STALL_SECONDS} s: check the connection`, {
          status: 0,
          retryable: true,
        });
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Waits for the next try after a loss; ends sooner when the device is back on line or the viewer asks. Rejects with AbortError on `signal`.
   *
   * @param failures in a row, this one too
   */
  async pause(error: DeliveryError, failures: number, signal: AbortSignal): Promise<void> {
    const now = performance.now() / 1000;
    if (this.loss === undefined) this.lostAt = now;
    const isTrying = now - this.lostAt < TRYING_SECONDS;
    this.tell({ isTrying });
    const backOff = Math.min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** (failures - 1));
    const seconds = Math.max(backOff * (1 - this.random() / 2), retryAfterSeconds(error, 0));
    await new Promise<void>((resolve, reject) => {
      const end = (settle: () => void) => {
        clearTimeout(timer);
        this.waits.delete(wake);
        signal.removeEventListener("abort", stop);
        settle();
      };
      const wake = () => end(resolve);
      const stop = () => end(() => reject(new DOMException("cancelled", "AbortError")));
      const timer = isTrying ? setTimeout(wake, seconds * 1000) : undefined;
      this.waits.add(wake);
      signal.addEventListener("abort", stop);
      if (signal.aborted) stop();
    }).finally(() => {
      if (signal.aborted) this.forget();
    });
  }

  /** Ends all waits; what fails then is tried for as long again. */
  tryNow(): void {
    if (this.loss === undefined) return;
    this.lostAt = performance.now() / 1000;
    this.tell({ isTrying: true });
    for (const wake of this.waits) wake();
  }

  /** Nobody asks any more: then nothing is known of the connection. */
  private forget(): void {
    if (this.waits.size === 0) this.tell(undefined);
  }

  private tell(loss: Loss | undefined): void {
    if (loss?.isTrying === this.loss?.isTrying) return;
    this.loss = loss;
    // Whoever still waits need not: the service answers.
    if (loss === undefined) for (const wake of this.waits) wake();
    for (const listener of this.listeners) listener();
  }
}

/** This thread's. */
export const connection = new Connection();
