/** One play of one main: pictures and sound from a chosen time on. Runs in a worker. */

import { DeliveryError } from "../../../codec/errors.ts";
import type { AudioTrack, VideoTrack } from "../../../codec/format/header.ts";
import type { MainReader } from "../../../codec/format/main-file.ts";
import { deferred } from "../shared/deferred.ts";
import { retryAfterSeconds, sleep } from "../shared/service.ts";
import { type PictureDecoder, PicturePump, type Screen, type WorkerClock } from "./picture-pump.ts";
import type { SegmentOpener } from "./segment-opener.ts";
import { PREROLL_SECONDS, type SoundPiece, SoundPump } from "./sound-pump.ts";
import { entriesFrom, readPackets, type TimedPacket } from "./track-reader.ts";
import type { UnitStore } from "./unit-store.ts";

/** Sound that must be there before playing starts. */
const SOUND_READY_SECONDS = 0.3;
/** A seek that the service's rate limit refuses is asked again, this often at most. */
const SEEK_ATTEMPTS = 5;

/** What a play tells the page. `run` counts starts and seeks; the page drops what belongs to an earlier one. */
export interface PlaybackEvents {
  onPicture(run: number, timeSeconds: number): void;
  onSound(run: number, piece: SoundPiece): void;
  onReady(run: number): void;
  onStarved(run: number): void;
  onEnded(run: number): void;
  onError(run: number, error: unknown): void;
}

export interface PlaybackParts {
  main: MainReader;
  opener: SegmentOpener;
  units: UnitStore;
  video: VideoTrack;
  decoder: PictureDecoder;
  screen: Screen;
  /** Absent where there is no sound, or none that this browser decodes. */
  sound?: { track: AudioTrack; merge: (packets: TimedPacket[]) => Uint8Array[] };
  clock: WorkerClock;
  postSeek: (segment: number, signal: AbortSignal) => Promise<void>;
  /** Told while the service lets no seek through. */
  onHeldBack: (seconds: number) => void;
  events: PlaybackEvents;
}

export class Playback {
  private readonly parts: PlaybackParts;
  private stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(parts: PlaybackParts) {
    this.parts = parts;
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

  private async play(run: number, seconds: number, signal: AbortSignal): Promise<void> {
    const { main, opener, units, video, sound, clock, events } = this.parts;
    const failed = new AbortController();
    const either = AbortSignal.any([signal, failed.signal]);
    try {
      const videoEntries = entriesFrom(main.index, video.id, seconds, (entry) => entry.key);
      const soundEntries =
        sound === undefined
          ? []
          : entriesFrom(main.index, sound.track.id, Math.max(0, seconds - PREROLL_SECONDS), () => true);
      const first = Math.min(
        ...[videoEntries[0], soundEntries[0]].map((entry) => entry?.number ?? Number.POSITIVE_INFINITY),
      );
      if (Number.isFinite(first) && run > 1 && !units.has(first)) await this.moveService(first, either);
      if (either.aborted) return;

      const soundPump =
        sound === undefined
          ? undefined
          : new SoundPump(sound.track, sound.merge, clock, { onSound: (piece) => events.onSound(run, piece) });
      const isSoundReady = () =>
        soundPump === undefined ||
        soundPump.done ||
        soundPump.givenSeconds >= Math.max(seconds, clock().seconds) + SOUND_READY_SECONDS;
      const pictures = new PicturePump(this.parts.decoder, this.parts.screen, clock, {
        onPicture: (timeSeconds) => events.onPicture(run, timeSeconds),
        onReady: () => void whenTrue(isSoundReady, either).then((ready) => ready && events.onReady(run)),
        onStarved: () => events.onStarved(run),
      });
      const open = (number: number) => opener.openSegment(number);
      const pumps = [
        pictures.run(readPackets(videoEntries, open, either), seconds, either),
        ...(soundPump === undefined ? [] : [soundPump.run(readPackets(soundEntries, open, either), seconds, either)]),
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

  private async moveService(segment: number, signal: AbortSignal): Promise<void> {
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        await this.parts.postSeek(segment, signal);
        return;
      } catch (error) {
        if (!(error instanceof DeliveryError) || error.details.retryable !== true || attempt === SEEK_ATTEMPTS)
          throw error;
        const seconds = retryAfterSeconds(error, attempt);
        this.parts.onHeldBack(seconds);
        await sleep(seconds, signal);
      }
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
