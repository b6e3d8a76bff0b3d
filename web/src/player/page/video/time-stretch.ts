/**
 * Sound at another speed, at its own pitch: pieces of 20 ms are taken out of it, each from near its due place where it goes on best from
 * what came before, and cross-faded (WSOLA: Verhelst and Roelands, ICASSP 1993). Pure.
 */

/** Taken from one place before the next is looked for: longer than a period of any voice. */
const HOP_SECONDS = 0.02;
/** A place is looked for so far before and behind the due one: a period of a deep voice. */
const SEARCH_SECONDS = 0.012;
/** Places and samples are compared at this rate: pitch is below. */
const COMPARE_HZ = 8000;

export class TimeStretcher {
  private readonly rate: number;
  private readonly hop: number;
  private readonly search: number;
  private readonly step: number;
  private readonly fade: Float32Array;
  /** What came in and is still needed, from sample `from` of all that came on. */
  private input: Float32Array[];
  private from = 0;
  /** Where the last piece would go on. */
  private natural = 0;
  private pieces = 0;

  /** @param rate seconds of sound that come in for each second that goes out */
  constructor(channels: number, sampleRate: number, rate: number) {
    this.rate = rate;
    this.hop = Math.round(HOP_SECONDS * sampleRate);
    this.search = Math.round(SEARCH_SECONDS * sampleRate);
    this.step = Math.max(1, Math.floor(sampleRate / COMPARE_HZ));
    this.fade = Float32Array.from({ length: this.hop }, (_, i) => (1 - Math.cos((Math.PI * (i + 0.5)) / this.hop)) / 2);
    this.input = Array.from({ length: channels }, () => new Float32Array());
  }

  /** Samples that went out so far. */
  get givenFrames(): number {
    return this.pieces * this.hop;
  }

  /** @returns what can be said so far, one array a channel, which follows on what was returned before */
  push(channels: readonly Float32Array[]): Float32Array<ArrayBuffer>[] {
    this.input = this.input.map((kept, channel) => joined(kept, channels[channel]));
    const first = this.pieces;
    const starts: [natural: number, taken: number][] = [];
    const end = this.from + (this.input[0]?.length ?? 0);
    for (;;) {
      const due = Math.round(this.pieces * this.hop * this.rate);
      if (Math.max(due + this.search, this.natural) + this.hop > end) break;
      const taken = this.pieces === 0 ? 0 : this.bestNear(due);
      starts.push([this.natural, taken]);
      this.natural = taken + this.hop;
      this.pieces += 1;
    }
    const output = this.input.map((samples) => {
      const out = new Float32Array((this.pieces - first) * this.hop);
      starts.forEach(([natural, taken], piece) => {
        for (let i = 0; i < this.hop; i++) {
          const share = this.fade[i] as number;
          out[piece * this.hop + i] =
            (samples[natural - this.from + i] as number) * (1 - share) +
            (samples[taken - this.from + i] as number) * share;
        }
      });
      return out;
    });
    this.forget();
    return output;
  }

  /** The place near `due` whose samples are most like those that would follow. */
  private bestNear(due: number): number {
    const first = Math.max(this.from, due - this.search);
    let best = due;
    let bestLikeness = Number.NEGATIVE_INFINITY;
    for (let place = first; place <= due + this.search; place += this.step) {
      const likeness = this.likeness(place);
      if (likeness > bestLikeness) [best, bestLikeness] = [place, likeness];
    }
    return best;
  }

  /** Normalised cross-correlation with the natural continuation, over all channels. */
  private likeness(place: number): number {
    let product = 0;
    let energy = 1e-9;
    for (const samples of this.input) {
      for (let i = 0; i < this.hop; i += this.step) {
        const sample = samples[place - this.from + i] as number;
        product += sample * (samples[this.natural - this.from + i] as number);
        energy += sample * sample;
      }
    }
    return product / Math.sqrt(energy);
  }

  private forget(): void {
    const due = Math.round(this.pieces * this.hop * this.rate);
    const needed = Math.max(this.from, Math.min(this.natural, due - this.search));
    this.input = this.input.map((samples) => samples.slice(needed - this.from));
    this.from = needed;
  }
}

function joined(kept: Float32Array, added: Float32Array = new Float32Array()): Float32Array {
  const all = new Float32Array(kept.length + added.length);
  all.set(kept);
  all.set(added, kept.length);
  return all;
}
