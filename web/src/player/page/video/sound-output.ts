/** Plays decoded pieces of sound at the clock's times and speed, through one gain. On the page, since workers have no AudioContext. */

import type { SoundPiece } from "../../protocol/play-api.ts";
import type { MediaClock } from "./clock.ts";
import { TimeStretcher } from "./time-stretch.ts";

/** Pieces that meet within this are one sound; more is a gap. */
const GAP_SECONDS = 0.005;

/** The page has drawn what it opened by then. */
const IDLE_MILLISECONDS = 500;

/** Sound that is stretched: what came since `startSeconds`, without a gap. */
interface Stretch {
  stretcher: TimeStretcher;
  sampleRate: number;
  startSeconds: number;
  endSeconds: number;
}

/**
 * Has the browser start its sound service when the page has time. The first AudioContext waits for it otherwise, on the main thread: 0.2 s
 * in Chromium on one core.
 */
export function wakeSoundService(): void {
  const wake = () => void navigator.mediaDevices?.enumerateDevices().catch(() => {});
  if (globalThis.requestIdleCallback === undefined) setTimeout(wake, IDLE_MILLISECONDS);
  else requestIdleCallback(wake, { timeout: IDLE_MILLISECONDS });
}

export class SoundOutput {
  /** What it was made for; the device may have given another. */
  readonly wantedRate: number;
  private readonly context: AudioContext;
  private readonly gain: GainNode;
  private pieces: SoundPiece[] = [];
  private readonly nodes = new Set<AudioBufferSourceNode>();
  private playing: MediaClock | undefined;
  private stretch: Stretch | undefined;
  /** Counts what places all pieces anew: the clock may ask for that while it is asked for a piece's time. */
  private placings = 0;

  /** Called in a click's handler, where browsers let sound start. */
  constructor(sampleRate: number) {
    this.wantedRate = sampleRate;
    this.context = createContext(sampleRate);
    this.gain = this.context.createGain();
    this.gain.connect(this.context.destination);
    void this.context.resume().catch(() => {});
  }

  /** The context's time that is heard now: what is scheduled for `currentTime` is heard a latency later. */
  heardTime(): number {
    return this.context.currentTime - this.latencySeconds();
  }

  /** From scheduling to hearing; 0 where the browser does not say, or not yet. */
  latencySeconds(): number {
    return this.context.outputLatency || this.context.baseLatency || 0;
  }

  setVolume(volume: number): void {
    // A short ramp: a step is heard as a click.
    this.gain.gain.setTargetAtTime(volume, this.context.currentTime, 0.01);
  }

  add(piece: SoundPiece): void {
    if (lengthOf(piece) === 0) return;
    this.pieces.push(piece);
    if (this.playing === undefined) return;
    this.place(piece, this.playing);
    const now = this.playing.time();
    this.pieces = this.pieces.filter((held) => endOf(held) > now - 1);
  }

  /** Schedules what is held, and what comes from now on, by the running `clock` and at its speed. */
  start(clock: MediaClock): void {
    this.stop();
    this.playing = clock;
    const { placings } = this;
    const now = clock.time();
    for (const piece of this.pieces) {
      if (placings !== this.placings) return;
      if (endOf(piece) > now) this.place(piece, clock);
    }
  }

  /** Silence; what is held stays for the next start. */
  stop(): void {
    this.playing = undefined;
    this.stretch = undefined;
    this.placings += 1;
    for (const node of this.nodes) {
      node.stop();
      node.disconnect();
    }
    this.nodes.clear();
  }

  /** Silence, and nothing held. */
  clear(): void {
    this.stop();
    this.pieces = [];
  }

  close(): void {
    this.clear();
    void this.context.close().catch(() => {});
  }

  private place(piece: SoundPiece, clock: MediaClock): void {
    this.schedule(clock.rate === 1 ? piece : this.stretched(piece, clock.rate), clock);
  }

  /** What of the sound up to the end of `piece` is ready, at the pitch it has. */
  private stretched(piece: SoundPiece, rate: number): SoundPiece {
    const { channels, sampleRate, timeSeconds } = piece;
    const isOn =
      this.stretch !== undefined &&
      this.stretch.sampleRate === sampleRate &&
      Math.abs(timeSeconds - this.stretch.endSeconds) < GAP_SECONDS;
    if (!isOn || this.stretch === undefined) {
      const stretcher = new TimeStretcher(channels.length, sampleRate, rate);
      this.stretch = { stretcher, sampleRate, startSeconds: timeSeconds, endSeconds: timeSeconds };
    }
    const { stretch } = this;
    stretch.endSeconds = endOf(piece);
    const given = stretch.stretcher.givenFrames / sampleRate;
    return {
      timeSeconds: stretch.startSeconds + given * rate,
      sampleRate,
      channels: stretch.stretcher.push(channels),
    };
  }

  private schedule(piece: SoundPiece, clock: MediaClock): void {
    const { placings } = this;
    const when = clock.soundTimeOf(piece.timeSeconds);
    const length = lengthOf(piece);
    if (when === undefined || length === 0 || placings !== this.placings) return;
    const late = Math.max(0, this.context.currentTime - when);
    if (late >= length / piece.sampleRate) return;
    const buffer = this.context.createBuffer(piece.channels.length, length, piece.sampleRate);
    piece.channels.forEach((samples, channel) => {
      buffer.copyToChannel(samples, channel);
    });
    const node = this.context.createBufferSource();
    node.buffer = buffer;
    node.connect(this.gain);
    node.onended = () => {
      node.disconnect();
      this.nodes.delete(node);
    };
    node.start(Math.max(when, this.context.currentTime), late);
    this.nodes.add(node);
  }
}

const lengthOf = ({ channels }: SoundPiece): number => channels[0]?.length ?? 0;

const endOf = (piece: SoundPiece): number => piece.timeSeconds + lengthOf(piece) / piece.sampleRate;

function createContext(sampleRate: number): AudioContext {
  try {
    // At the sound's own rate pieces meet without being resampled one by one.
    return new AudioContext({ sampleRate });
  } catch {
    return new AudioContext();
  }
}
