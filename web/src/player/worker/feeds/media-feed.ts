/** What a play shows and lets hear, whatever its method: pumps and playback know no more of a method than this. */
import type { Speaker } from "./speakers.ts";

/** A decoded picture. Whoever got it closes it, once. */
export interface Picture {
  readonly timeSeconds: number;
  readonly endSeconds: number;
  /** To be called before the next picture is asked for, where this one is to be painted after that. */
  keep(): void;
  paint(): void;
  close(): void;
}

/** Decoded sound of one packet. Whoever got it closes it, once. */
export interface Sound {
  readonly timeSeconds: number;
  readonly sampleRate: number;
  readonly frames: number;
  /** What each channel is for; absent where it is what so many channels usually are. */
  readonly speakers?: readonly Speaker[] | undefined;
  /** All frames from `first` on, one array a channel. */
  copy(first: number): Float32Array<ArrayBuffer>[];
  close(): void;
}

/**
 * A key picture further before a seek's target than this is shown until the target's picture is decoded: the pictures in between take
 * their time.
 */
export const KEY_FIRST_SECONDS = 2;

export interface MediaFeed {
  /** The first segment needed to go on from `seconds`; undefined where there is none. */
  firstSegment(seconds: number): number | undefined;
  /**
   * Pictures in display order, from a little before `seconds` on; from the key picture on where that is more than
   * {@link KEY_FIRST_SECONDS} before.
   */
  pictures(seconds: number, signal: AbortSignal): AsyncIterable<Picture>;
  /** Sound from a little before `seconds` on; absent where there is none, or none that this browser decodes. */
  sounds?: (seconds: number, signal: AbortSignal) => AsyncIterable<Sound>;
  /** Whether fields of different moments are shown apart; absent where there are none. */
  setDeinterlacing?(isOn: boolean): void;
  close(): void;
}

/** Decoders need some packets before their output is right: 80 ms for Opus (RFC 7845 4.6), one frame of overlap for AAC. */
export const PREROLL_SECONDS = 0.12;
