/** What a sequence parameter set of HEVC says about the picture (ITU-T H.265 7.3.2.2, 7.3.3, E.2.1). */
import { hevcName } from "../codec-names.ts";
import type { PictureFacts } from "./h264-headers.ts";
import { Bits, readRate, readShown, type Usability, unknownUsability, withoutEscapes } from "./parameter-bits.ts";

/** NAL unit types, ITU-T H.265 table 7-1. */
export const HEVC_NAL = { keyFirst: 16, keyLast: 21, sliceLast: 31, video: 32, sequence: 33, picture: 34 } as const;

/** @param head a NAL unit's first byte */
export const hevcType = (head: number): number => (head >> 1) & 63;

/** General profile, tier, flags and level. */
const PROFILE_BYTES = 12;
const NAL_HEAD_BYTES = 2;
const PARAMETERS_MAX_BYTES = 1024;

/**
 * @param nal from the NAL unit's head on
 * @returns undefined where it makes no sense
 */
export function readHevcSequence(nal: Uint8Array): { picture: PictureFacts; hasRate: boolean } | undefined {
  const bytes = withoutEscapes(nal.subarray(0, PARAMETERS_MAX_BYTES));
  const layers = ((bytes[NAL_HEAD_BYTES] ?? 0) >> 1) & 7;
  const profileAt = NAL_HEAD_BYTES + 1;
  const bits = new Bits(bytes.subarray(profileAt + PROFILE_BYTES));
  skipLayerProfiles(bits, layers);
  bits.ue();
  const chroma = bits.ue();
  if (chroma === 3) bits.read(1);
  const [columns, rows] = [bits.ue(), bits.ue()];
  const crop = bits.read(1) === 1 ? [bits.ue(), bits.ue(), bits.ue(), bits.ue()] : [0, 0, 0, 0];
  const [left = 0, right = 0, top = 0, bottom = 0] = crop;
  const width = columns - (left + right) * (chroma === 1 || chroma === 2 ? 2 : 1);
  const height = rows - (top + bottom) * (chroma === 1 ? 2 : 1);
  if (bits.ended || chroma > 3 || width < 1 || height < 1 || width > 16384 || height > 16384) return undefined;
  skipCoding(bits, layers);
  const { hasRate, ...shown } = usability(bits);
  const codec = hevcName("hev1", Uint8Array.of(1, ...bytes.subarray(profileAt, profileAt + PROFILE_BYTES)));
  return { picture: { codec, width, height, ...shown }, hasRate };
}

/** What the sub-layers have of profile and level. */
function skipLayerProfiles(bits: Bits, layers: number): void {
  const present = Array.from({ length: layers }, () => [bits.read(1), bits.read(1)]);
  if (layers > 0) bits.read(2 * (8 - layers));
  for (const [profile, level] of present) {
    if (profile === 1) for (let i = 0; i < 11; i++) bits.read(8);
    if (level === 1) bits.read(8);
  }
}

/** Everything between the picture's size and what says how it is shown. */
function skipCoding(bits: Bits, layers: number): void {
  bits.ue();
  bits.ue();
  const orderBits = bits.ue() + 4;
  for (let layer = bits.read(1) === 1 ? 0 : layers; layer <= layers; layer++) for (let i = 0; i < 3; i++) bits.ue();
  for (let i = 0; i < 6; i++) bits.ue();
  if (bits.read(1) === 1 && bits.read(1) === 1) skipScalingLists(bits);
  bits.read(2);
  if (bits.read(1) === 1) {
    bits.read(8);
    bits.ue();
    bits.ue();
    bits.read(1);
  }
  skipReferenceSets(bits);
  if (bits.read(1) === 1) for (let i = Math.min(32, bits.ue()); i > 0; i--) bits.read(orderBits + 1);
  bits.read(2);
}

function skipScalingLists(bits: Bits): void {
  for (let size = 0; size < 4; size++)
    for (let matrix = 0; matrix < 6; matrix += size === 3 ? 3 : 1) {
      if (bits.read(1) === 0) {
        bits.ue();
        continue;
      }
      if (size > 1) bits.se();
      for (let i = Math.min(64, 1 << (4 + (size << 1))); i > 0; i--) bits.se();
    }
}

/** Short-term reference picture sets, 7.3.7. */
function skipReferenceSets(bits: Bits): void {
  const sets = Math.min(64, bits.ue());
  let pictures = 0;
  for (let set = 0; set < sets && !bits.ended; set++) {
    if (set > 0 && bits.read(1) === 1) {
      bits.read(1);
      bits.ue();
      let kept = 0;
      for (let i = 0; i <= pictures; i++) if (bits.read(1) === 1 || bits.read(1) === 1) kept += 1;
      pictures = kept;
      continue;
    }
    pictures = Math.min(16, bits.ue()) + Math.min(16, bits.ue());
    for (let i = 0; i < pictures; i++) {
      bits.ue();
      bits.read(1);
    }
  }
}

function usability(bits: Bits): Usability {
  const facts = unknownUsability();
  if (bits.read(1) === 0 || bits.ended) return facts;
  readShown(bits, facts);
  bits.read(3);
  if (bits.read(1) === 1) for (let i = 0; i < 4; i++) bits.ue();
  readRate(bits, facts, 1);
  return facts;
}
