/** Bits of parameter sets, as H.264 and HEVC write them. */

import { ratioOf } from "../source-index.ts";

/** Shapes of pixels by their index, from 1 on: ITU-T H.264 table E-1, the same in H.265. */
const ASPECTS: [number, number][] = [
  [1, 1],
  [12, 11],
  [10, 11],
  [16, 11],
  [40, 33],
  [24, 11],
  [20, 11],
  [32, 11],
  [80, 33],
  [18, 11],
  [15, 11],
  [64, 33],
  [160, 99],
  [4, 3],
  [3, 2],
  [2, 1],
];

export class Bits {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get ended(): boolean {
    return this.at > this.bytes.length * 8;
  }

  read(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++, this.at++)
      value = value * 2 + (((this.bytes[this.at >> 3] ?? 0) >> (7 - (this.at & 7))) & 1);
    return value;
  }

  /** Exp-Golomb, unsigned. */
  ue(): number {
    let zeros = 0;
    while (zeros < 32 && !this.ended && this.read(1) === 0) zeros++;
    return 2 ** zeros - 1 + this.read(zeros);
  }

  se(): number {
    const code = this.ue();
    return code & 1 ? (code + 1) / 2 : -code / 2;
  }
}

/** A NAL unit without the bytes that keep start codes from being imitated. */
export function withoutEscapes(nal: Uint8Array): Uint8Array {
  const out: number[] = [];
  let zeros = 0;
  for (const byte of nal) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    out.push(byte);
  }
  return Uint8Array.from(out);
}

/** What video usability information tells of how pictures are shown. */
export interface Usability {
  /** Pictures a second; 25 where it is not told. */
  frameRate: [number, number];
  pixelAspect: [number, number];
  fullRange: boolean;
  hasRate: boolean;
}

export const unknownUsability = (): Usability => ({
  frameRate: [25, 1],
  pixelAspect: [1, 1],
  fullRange: false,
  hasRate: false,
});

/** From aspect_ratio_info_present_flag to the places of chrominance (H.264 E.1.1, H.265 E.2.1). */
export function readShown(bits: Bits, facts: Usability): void {
  if (bits.read(1) === 1) {
    const index = bits.read(8);
    const [a, b] = index === 255 ? [bits.read(16), bits.read(16)] : (ASPECTS[index - 1] ?? [1, 1]);
    if (a > 0 && b > 0) facts.pixelAspect = [a, b];
  }
  if (bits.read(1) === 1) bits.read(1);
  if (bits.read(1) === 1) {
    bits.read(3);
    facts.fullRange = bits.read(1) === 1;
    if (bits.read(1) === 1) bits.read(24);
  }
  if (bits.read(1) === 1) {
    bits.ue();
    bits.ue();
  }
}

/** timing_info_present_flag and what it tells. @param ticks of a picture, one or two */
export function readRate(bits: Bits, facts: Usability, ticks: number): void {
  if (bits.read(1) === 0) return;
  const [units, scale] = [bits.read(32), bits.read(32)];
  facts.hasRate = !bits.ended && units > 0 && scale > 0 && scale / units < 1000;
  if (facts.hasRate) facts.frameRate = ratioOf(scale / units / ticks);
}
