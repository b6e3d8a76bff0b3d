/** Plays decoded pieces of sound at the clock's times, through one gain. On the page: workers have no AudioContext. */
import type { MediaClock } from "./clock.ts";
import type { SoundPiece } from "./sound-pump.ts";

interface Scheduled {
  timeSeconds: number;
  endSeconds: number;
  buffer: AudioBuffer;
  node: AudioBufferSourceNode | undefined;
}

export class SoundOutput {
  /** What it was made for; the device may have given another. */
  readonly wantedRate: number;
  private readonly context: AudioContext;
  private readonly gain: GainNode;
  private pieces: Scheduled[] = [];
  private playing: MediaClock | undefined;

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
    const length = piece.channels[0]?.length ?? 0;
    if (length === 0) return;
    const buffer = this.context.createBuffer(piece.channels.length, length, piece.sampleRate);
    piece.channels.forEach((samples, channel) => {
      buffer.copyToChannel(samples, channel);
    });
    const scheduled: Scheduled = {
      timeSeconds: piece.timeSeconds,
      endSeconds: piece.timeSeconds + buffer.duration,
      buffer,
      node: undefined,
    };
    this.pieces.push(scheduled);
    if (this.playing === undefined) return;
    this.schedule(scheduled, this.playing);
    this.dropHeard(this.playing.time());
  }

  /** Schedules what is held, and what comes from now on, by the running `clock`. */
  start(clock: MediaClock): void {
    this.stop();
    this.playing = clock;
    for (const piece of this.pieces) this.schedule(piece, clock);
  }

  /** Silence; what is held stays for the next start. */
  stop(): void {
    this.playing = undefined;
    for (const piece of this.pieces) {
      piece.node?.stop();
      piece.node?.disconnect();
      piece.node = undefined;
    }
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

  private schedule(piece: Scheduled, clock: MediaClock): void {
    const when = clock.soundTimeOf(piece.timeSeconds);
    if (when === undefined) return;
    const late = Math.max(0, this.context.currentTime - when);
    if (late >= piece.buffer.duration) return;
    const node = this.context.createBufferSource();
    node.buffer = piece.buffer;
    node.connect(this.gain);
    node.start(Math.max(when, this.context.currentTime), late);
    piece.node = node;
  }

  private dropHeard(nowSeconds: number): void {
    this.pieces = this.pieces.filter((piece) => {
      if (piece.endSeconds > nowSeconds - 1) return true;
      piece.node?.disconnect();
      return false;
    });
  }
}

function createContext(sampleRate: number): AudioContext {
  try {
    // At the sound's own rate pieces meet without being resampled one by one.
    return new AudioContext({ sampleRate });
  } catch {
    return new AudioContext();
  }
}
