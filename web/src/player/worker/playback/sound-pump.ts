/** Takes decoded sound a little ahead of the clock. The page plays what it gives. */

import { nap } from "../../../shared/worker/next-task.ts";
import type { SoundPiece } from "../../protocol/play-api.ts";
import type { Sound } from "../feeds/media-feed.ts";
import { forWebAudio } from "../feeds/speakers.ts";
import type { WorkerClock } from "./picture-pump.ts";

/** Decoded sound ahead of the clock: longer than a page's worst pause, short enough for a phone's memory. */
const AHEAD_SECONDS = 1.5;
/** Packets are joined to pieces of at least this length. */
const PIECE_SECONDS = 0.1;

export interface SoundEvents {
  onSound(piece: SoundPiece): void;
}

export class SoundPump {
  private readonly clock: WorkerClock;
  private readonly events: SoundEvents;
  /** Time up to which sound was given out. */
  givenSeconds = 0;
  done = false;

  constructor(clock: WorkerClock, events: SoundEvents) {
    this.clock = clock;
    this.events = events;
  }

  /** Gives sound from `targetSeconds` on, as the clock goes, until the last of it or `signal`. */
  async run(sounds: AsyncIterable<Sound>, targetSeconds: number, signal: AbortSignal): Promise<void> {
    this.givenSeconds = targetSeconds;
    const joiner = new PieceJoiner(targetSeconds, (piece) => {
      if (signal.aborted) return;
      this.givenSeconds = piece.timeSeconds + (piece.channels[0]?.length ?? 0) / piece.sampleRate;
      this.events.onSound(piece);
    });
    for await (const sound of sounds) {
      joiner.add(sound);
      sound.close();
      while (!signal.aborted && sound.timeSeconds > this.clock().seconds + AHEAD_SECONDS) await nap(20);
      if (signal.aborted) return;
    }
    if (signal.aborted) return;
    joiner.flush();
    this.done = true;
  }
}

/** Joins decoded frames to longer pieces, and cuts what lies before the target. */
class PieceJoiner {
  private readonly targetSeconds: number;
  private readonly give: (piece: SoundPiece) => void;
  private frames: Float32Array<ArrayBuffer>[][] = [];
  private length = 0;
  private startSeconds = 0;
  private sampleRate = 0;

  constructor(targetSeconds: number, give: (piece: SoundPiece) => void) {
    this.targetSeconds = targetSeconds;
    this.give = give;
  }

  add(sound: Sound): void {
    let { timeSeconds } = sound;
    const skip = Math.min(sound.frames, Math.max(0, Math.round((this.targetSeconds - timeSeconds) * sound.sampleRate)));
    timeSeconds += skip / sound.sampleRate;
    const frameCount = sound.frames - skip;
    if (frameCount === 0) return;
    const channels = forWebAudio(sound.copy(skip), sound.speakers);
    // Times in whole microseconds are not exact; counting samples is. A true gap starts a new piece.
    const gap = Math.abs(timeSeconds - (this.startSeconds + this.length / this.sampleRate));
    if (
      this.length > 0 &&
      (gap > 0.005 || sound.sampleRate !== this.sampleRate || channels.length !== this.frames[0]?.length)
    )
      this.flush();
    if (this.length === 0) {
      // Pieces that follow each other without a gap meet to the sample.
      this.startSeconds = gap <= 0.005 && sound.sampleRate === this.sampleRate ? this.startSeconds : timeSeconds;
      this.sampleRate = sound.sampleRate;
    }
    this.frames.push(channels);
    this.length += frameCount;
    if (this.length >= PIECE_SECONDS * this.sampleRate) this.flush();
  }

  flush(): void {
    if (this.length === 0) return;
    const channels = (this.frames[0] ?? []).map((_, channel) => {
      const joined = new Float32Array(this.length);
      let offset = 0;
      for (const frame of this.frames) {
        joined.set(frame[channel] ?? [], offset);
        offset += frame[channel]?.length ?? 0;
      }
      return joined;
    });
    this.give({ timeSeconds: this.startSeconds, sampleRate: this.sampleRate, channels });
    this.startSeconds += this.length / this.sampleRate;
    this.frames = [];
    this.length = 0;
  }
}
