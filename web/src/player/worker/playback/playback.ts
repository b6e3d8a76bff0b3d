/** One play of one main: pictures and sound from a chosen time on. */

import { deferred } from "../../../shared/deferred.ts";
import { sleep } from "../../../shared/sleep.ts";
import type { PlaybackEvents } from "../../protocol/play-api.ts";
import type { MediaFeed } from "../feeds/media-feed.ts";
import type { UnitStore } from "../units/unit-store.ts";
import { PicturePump, type WorkerClock } from "./picture-pump.ts";
import { SoundPump } from "./sound-pump.ts";

/** Sound that must be there before playing starts. */
const SOUND_READY_SECONDS = 0.3;

export interface PlaybackParts {
  feed: MediaFeed;
  units: UnitStore;
  clock: WorkerClock;
  /** Moves the service's position to a segment. */
  moveService: (segment: number, signal: AbortSignal) => Promise<void>;
  events: PlaybackEvents;
}

export class Playback {
  private readonly parts: PlaybackParts;
  private stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private pictures: PicturePump | undefined;
  private feed: MediaFeed;

  constructor(parts: PlaybackParts) {
    this.parts = parts;
    this.feed = parts.feed;
  }

  /** What is played from the next start on. */
  setFeed(feed: MediaFeed): void {
    this.feed = feed;
  }

  /** Starts at `seconds`, or goes there. Returns once the run before is over. */
  async start(run: number, seconds: number): Promise<void> {
    this.stopping.abort();
    const stopping = new AbortController();
    this.stopping = stopping;
    const before = this.running;
    this.parts.units.forgetWaiting();
    const { promise, resolve } = deferred<void>();
    this.running = promise;
    await before;
    void this.play(run, seconds, stopping.signal).finally(resolve);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.parts.units.forgetWaiting();
    await this.running;
  }

  /** Paints the picture on screen anew. */
  repaint(): void {
    this.pictures?.repaint();
  }

  private async play(run: number, seconds: number, signal: AbortSignal): Promise<void> {
    const { feed } = this;
    const { units, clock, events, moveService } = this.parts;
    const failed = new AbortController();
    const either = AbortSignal.any([signal, failed.signal]);
    try {
      const first = feed.firstSegment(seconds);
      if (first !== undefined && (run > 1 || seconds > 0) && !units.isSettled(first)) await moveService(first, either);
      if (either.aborted) return;
      // From the key picture on: asked for later units first, the service would count those.
      if (first !== undefined) units.getIfSent(first, false).catch(() => {});

      const sounds = feed.sounds?.(seconds, either);
      const soundPump =
        sounds === undefined ? undefined : new SoundPump(clock, { onSound: (piece) => events.onSound(run, piece) });
      const isSoundReady = () =>
        soundPump === undefined ||
        soundPump.done ||
        soundPump.givenSeconds >= Math.max(seconds, clock().seconds) + SOUND_READY_SECONDS;
      const pictures = new PicturePump(clock, {
        onPicture: (timeSeconds) => events.onPicture(run, timeSeconds),
        onReady: () => void whenTrue(isSoundReady, either).then((ready) => ready && events.onReady(run)),
        onStarved: () => events.onStarved(run),
      });
      this.pictures = pictures;
      const pumps = [
        pictures.run(feed.pictures(seconds, either), seconds, either),
        ...(soundPump === undefined || sounds === undefined ? [] : [soundPump.run(sounds, seconds, either)]),
      ];
      for (const pump of pumps) pump.catch(() => failed.abort());
      const results = await Promise.allSettled(pumps);
      const failure = results.find((result) => result.status === "rejected");
      if (signal.aborted) return;
      if (failure !== undefined) throw failure.reason;
      await whenTrue(() => soundPump === undefined || clock().seconds >= soundPump.givenSeconds, signal);
      if (!signal.aborted) events.onEnded(run);
    } catch (error) {
      if (!signal.aborted) events.onError(run, error);
    }
  }
}

async function whenTrue(condition: () => boolean, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    if (condition()) return true;
    await sleep(0.02);
  }
  return false;
}
