/** What a sequence parameter set says about the picture (ITU-T H.264 7.3.2.1.1, E.1.1). */
import { Bits, readRate, readShown, type Usability, unknownUsability, withoutEscapes } from "./parameter-bits.ts";

/** What a track's header takes of it. */
export interface PictureFacts {
  codec: string;
  width: number;
  height: number;
  /** 25 where it is not told. */
  frameRate: [number, number];
  pixelAspect: [number, number];
  fullRange: boolean;
}

export interface SequenceFacts {
  picture: PictureFacts;
  hasRate: boolean;
  slices: SliceCoding;
}

/** What is needed to read the start of a slice's header. */
export interface SliceCoding {
  frameNumberBits: number;
  hasPlanes: boolean;
  /** Frames may be coded as two fields. */
  mayBeFields: boolean;
}

/** The field that a slice belongs to. */
export interface FieldOfSlice {
  frameNumber: number;
  isBottom: boolean;
}

const HIGH_PROFILES = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

/**
 * @param nal from the NAL unit's head on
 * @returns undefined where it makes no sense
 */
export function readSequence(nal: Uint8Array): SequenceFacts | undefined {
  const bytes = withoutEscapes(nal.subarray(0, 512));
  const bits = new Bits(bytes.subarray(4));
  const profile = bytes[1] ?? 0;
  bits.ue();
  let chroma = 1;
  let hasPlanes = false;
  if (HIGH_PROFILES.has(profile)) {
    chroma = bits.ue();
    if (chroma === 3) hasPlanes = bits.read(1) === 1;
    bits.ue();
    bits.ue();
    bits.read(1);
    const lists = bits.read(1) === 0 ? 0 : chroma === 3 ? 12 : 8;
    for (let list = 0; list < lists; list++) {
      const present = bits.read(1);
      if (present === 1) skipList(bits, list < 6 ? 16 : 64);
    }
  }
  const frameNumberBits = bits.ue() + 4;
  const order = bits.ue();
  if (order === 0) bits.ue();
  else if (order === 1) {
    bits.read(1);
    bits.se();
    bits.se();
    for (let i = Math.min(255, bits.ue()); i > 0; i--) bits.se();
  }
  bits.ue();
  bits.read(1);
  const columns = bits.ue() + 1;
  const rows = bits.ue() + 1;
  const frames = bits.read(1);
  if (frames === 0) bits.read(1);
  bits.read(1);
  const crop = bits.read(1) === 1 ? [bits.ue(), bits.ue(), bits.ue(), bits.ue()] : [0, 0, 0, 0];
  const [left = 0, right = 0, top = 0, bottom = 0] = crop;
  const width = columns * 16 - (left + right) * (chroma === 1 || chroma === 2 ? 2 : 1);
  const height = rows * 16 * (2 - frames) - (top + bottom) * (chroma === 1 ? 2 : 1) * (2 - frames);
  if (bits.ended || width < 1 || height < 1 || width > 16384 || height > 16384) return undefined;
  const codec = `avc1.${[...bytes.subarray(1, 4)].map((byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join("")}`;
  const { hasRate, ...shown } = usability(bits);
  return {
    picture: { codec, width, height, ...shown },
    hasRate,
    slices: { frameNumberBits, hasPlanes, mayBeFields: frames === 0 },
  };
}

/**
 * @param nal a slice from its NAL unit's head on; 16 bytes are enough
 * @returns undefined where the slice is a frame's
 */
export function readField(
  nal: Uint8Array,
  { frameNumberBits, hasPlanes, mayBeFields }: SliceCoding,
): FieldOfSlice | undefined {
  if (!mayBeFields) return undefined;
  const bits = new Bits(withoutEscapes(nal.subarray(0, 24)).subarray(1));
  bits.ue(); // first_mb_in_slice
  bits.ue(); // slice_type
  bits.ue(); // pic_parameter_set_id
  if (hasPlanes) bits.read(2);
  const frameNumber = bits.read(frameNumberBits);
  return bits.read(1) === 1 ? { frameNumber, isBottom: bits.read(1) === 1 } : undefined;
}

/** Finds second fields: each belongs to the picture whose first field came directly before it (7.4.1.2.4). */
export class FieldPairs {
  private first: FieldOfSlice | undefined;

  /** Told of each picture or field in coding order. @returns whether it is the second field of the picture before */
  isSecond(field: FieldOfSlice | undefined): boolean {
    const isSecond =
      field !== undefined && this.first?.frameNumber === field.frameNumber && this.first.isBottom !== field.isBottom;
    this.first = isSecond ? undefined : field;
    return isSecond;
  }
}

function skipList(bits: Bits, size: number): void {
  let [last, next] = [8, 8];
  for (let i = 0; i < size && next !== 0; i++) {
    next = (last + bits.se() + 256) % 256;
    last = next === 0 ? last : next;
  }
}

function usability(bits: Bits): Usability {
  const facts = unknownUsability();
  if (bits.read(1) === 0) return facts;
  readShown(bits, facts);
  readRate(bits, facts, 2);
  return facts;
}
