/**
 * Media time: follows the sound device while it advances, the system's clock otherwise (a browser without a sound device suspends
 * its AudioContext), without a jump where it changes from one to the other. All times are seconds.
 */

/** The sound device counts as stopped when its time has stood still this long; its time moves in steps of some milliseconds. */
export const SOUND_STALL_SECONDS = 0.3;

export type ClockSource = "system" | "sound";

export class MediaClock {
  private readonly system: () => number;
  private readonly sound: () => number | undefined;
  /** Called after a change of source; scheduled sound has to be placed anew. */
  onSourceChange: (() => void) | undefined;

  private source: ClockSource = "system";
  private anchorMedia = 0;
  private anchorSource = 0;
  private floor = 0;
  private running = false;
  private speed = 1;
  private lastSound: number | undefined;
  private lastAdvance = Number.NEGATIVE_INFINITY;

  /**
   * @param system monotonic
   * @param sound the sound device's time; undefined while there is none
   */
  constructor(system: () => number, sound: () => number | undefined = () => undefined) {
    this.system = system;
    this.sound = sound;
  }

  get isRunning(): boolean {
    return this.running;
  }

  get currentSource(): ClockSource {
    return this.source;
  }

  /** Media seconds for each second. */
  get rate(): number {
    return this.speed;
  }

  /** Goes on at another speed from where it is; scheduled sound has to be placed anew. */
  setRate(rate: number): void {
    const media = this.raw();
    this.speed = rate;
    if (!this.running) return;
    this.anchorMedia = media;
    this.anchorSource = this.now();
  }

  /** Runs from `media` on; the first `leadSeconds` it stands there, which gives the sound time to be scheduled. */
  start(media: number, leadSeconds = 0): void {
    this.poll();
    const sound = this.sound();
    this.source = sound !== undefined && this.soundAdvances() ? "sound" : "system";
    this.anchorSource = this.source === "sound" ? (sound ?? 0) : this.system();
    this.anchorMedia = media - leadSeconds * this.speed;
    this.floor = media;
    this.running = true;
  }

  pause(): void {
    const media = this.time();
    this.running = false;
    this.floor = media;
  }

  /** Stands at `media`. */
  set(media: number): void {
    this.running = false;
    this.floor = media;
  }

  /** Never goes back between `start` and the next `start` or `set`. */
  time(): number {
    if (!this.running) return this.floor;
    this.floor = Math.max(this.floor, this.raw());
    return this.floor;
  }

  /** Media time without the standstill of `start`'s lead: a straight line, for whoever extrapolates. */
  raw(): number {
    if (!this.running) return this.floor;
    this.poll();
    return this.mediaOf(this.now());
  }

  /** When, in the sound device's time, `media` is due; undefined while there is no sound device. */
  soundTimeOf(media: number): number | undefined {
    if (this.running && this.source === "sound") return this.anchorSource + (media - this.anchorMedia) / this.speed;
    const sound = this.sound();
    return sound === undefined ? undefined : sound + (media - this.raw()) / this.speed;
  }

  private mediaOf(now: number): number {
    return this.anchorMedia + (now - this.anchorSource) * this.speed;
  }

  private now(): number {
    return this.source === "sound" ? (this.lastSound ?? this.anchorSource) : this.system();
  }

  private soundAdvances(): boolean {
    return this.system() - this.lastAdvance < SOUND_STALL_SECONDS;
  }

  private poll(): void {
    const sound = this.sound();
    if (sound !== undefined && sound !== this.lastSound) {
      if (this.lastSound !== undefined) this.lastAdvance = this.system();
      this.lastSound = sound;
    }
    if (!this.running) return;
    const wanted: ClockSource = sound !== undefined && this.soundAdvances() ? "sound" : "system";
    if (wanted === this.source) return;
    const media = this.mediaOf(this.now());
    this.source = wanted;
    this.anchorMedia = media;
    this.anchorSource = wanted === "sound" ? (this.lastSound ?? 0) : this.system();
    this.onSourceChange?.();
  }
}
