/** Plays the main that the worker has open and released: the clock, the sound, and what the worker tells of the pictures. */
import type * as Comlink from "comlink";
import { epochMilliseconds } from "../../protocol/clock-anchor.ts";
import type { LoadedRange, PlayEvents, PlayWorkerApi, SoundPiece } from "../../protocol/play-api.ts";
import { MediaClock } from "./clock.ts";
import { SoundOutput } from "./sound-output.ts";

const TICK_MILLISECONDS = 200;
/** Beyond the device's latency: gives the first sound time to be scheduled before its moment. */
const START_LEAD_SECONDS = 0.05;

export interface VideoOutputEvents {
  /** Now and then, what is on screen. @param shownPictures so far */
  onPicture(timeSeconds: number, shownPictures: number): void;
  /** Now and then while the clock runs, and where it stops. @param shownSeconds since the last time */
  onPosition(seconds: number, shownSeconds: number): void;
  /** Enough is decoded to go on. */
  onReady(): void;
  onStarved(): void;
  onHeldBack(): void;
  onLoaded(ranges: readonly LoadedRange[]): void;
}

export class VideoOutput {
  private readonly remote: Comlink.Remote<PlayWorkerApi>;
  private readonly events: VideoOutputEvents;
  private readonly clock: MediaClock;
  private readonly ticker: ReturnType<typeof setInterval>;
  private sound: SoundOutput | undefined;
  private volume = 1;
  private run = 0;
  private ready = false;
  /** The end was sought while paused: playing on is what ends it. */
  private isAtEnd = false;
  private ended: (() => void) | undefined;
  private failed: ((error: unknown) => void) | undefined;

  constructor(remote: Comlink.Remote<PlayWorkerApi>, events: VideoOutputEvents) {
    this.remote = remote;
    this.events = events;
    this.clock = new MediaClock(
      () => performance.now() / 1000,
      () => this.sound?.heardTime(),
    );
    this.clock.onSourceChange = () => {
      if (this.clock.isRunning) this.sound?.start(this.clock);
    };
    this.ticker = setInterval(() => this.tick(), TICK_MILLISECONDS);
  }

  /** To be called in a click's handler, so that sound may start. @param sampleRate undefined where there is no sound to play */
  openSound(sampleRate: number | undefined): void {
    if (this.sound?.wantedRate === sampleRate) return;
    this.closeSound();
    if (sampleRate !== undefined) this.sound = new SoundOutput(sampleRate);
    this.sound?.setVolume(this.volume);
  }

  closeSound(): void {
    this.sound?.close();
    this.sound = undefined;
  }

  setVolume(volume: number): void {
    this.volume = volume;
    this.sound?.setVolume(volume);
  }

  /** @param speed 1 as it was taken; sound keeps its pitch */
  setSpeed(speed: number): void {
    this.clock.setRate(speed);
    if (this.clock.isRunning) this.sound?.start(this.clock);
    this.sendClock();
  }

  /** For the worker's `prepare`. */
  workerEvents(signal: AbortSignal): PlayEvents {
    const { events } = this;
    const isLate = (run: number) => signal.aborted || run !== this.run;
    return {
      onPicture: (run, timeSeconds, shownPictures) => {
        if (!isLate(run)) events.onPicture(timeSeconds, shownPictures);
      },
      onSound: (run, piece: SoundPiece) => {
        if (!isLate(run)) this.sound?.add(piece);
      },
      onReady: (run) => {
        if (isLate(run)) return;
        this.ready = true;
        events.onReady();
      },
      onStarved: (run) => {
        if (isLate(run)) return;
        this.ready = false;
        this.pause();
        events.onStarved();
      },
      onEnded: (run) => {
        if (isLate(run)) return;
        if (this.clock.isRunning) this.ended?.();
        else this.isAtEnd = true;
      },
      onError: (run, error) => {
        if (!isLate(run)) this.failed?.(error);
      },
      onHeldBack: () => {
        if (!signal.aborted) events.onHeldBack();
      },
      onLoaded: (ranges) => {
        if (!signal.aborted) events.onLoaded(ranges);
      },
    };
  }

  /** Plays from `seconds` on; resolves at the end. Rejects with what breaks it, AbortError on `signal`. */
  play(signal: AbortSignal, seconds: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.ended = resolve;
      this.failed = reject;
      signal.addEventListener("abort", () => reject(new DOMException("cancelled", "AbortError")), { once: true });
      this.goTo(seconds);
    });
  }

  /** @param seconds media time, within the video */
  goTo(seconds: number): void {
    this.run += 1;
    this.ready = false;
    this.isAtEnd = false;
    this.clock.set(seconds);
    this.sound?.clear();
    this.sendClock();
    const { run } = this;
    this.remote.start(run, seconds).catch((error: unknown) => {
      if (run === this.run) this.failed?.(error);
    });
  }

  /** @returns false where not enough is decoded yet */
  resume(): boolean {
    if (!this.ready) return false;
    if (this.isAtEnd) {
      this.ended?.();
      return true;
    }
    this.clock.start(this.clock.time(), START_LEAD_SECONDS + (this.sound?.latencySeconds() ?? 0));
    this.sound?.start(this.clock);
    this.sendClock();
    return true;
  }

  pause(): void {
    this.clock.pause();
    this.sound?.stop();
    this.sendClock();
    this.events.onPosition(this.clock.time(), 0);
  }

  /** Whatever of the video is under way ends; nothing of it is heard of again. */
  async leave(): Promise<void> {
    this.run += 1;
    this.ready = false;
    this.clock.set(0);
    this.sound?.clear();
    await this.remote.stop();
  }

  close(): void {
    clearInterval(this.ticker);
    this.closeSound();
  }

  private sendClock(): void {
    void this.remote.setClock({
      mediaSeconds: this.clock.raw(),
      atMilliseconds: epochMilliseconds(),
      running: this.clock.isRunning,
      rate: this.clock.rate,
    });
  }

  private tick(): void {
    if (!this.clock.isRunning) return;
    this.sendClock();
    this.events.onPosition(this.clock.time(), TICK_MILLISECONDS / 1000);
  }
}
