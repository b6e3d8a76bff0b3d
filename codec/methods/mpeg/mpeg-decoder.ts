/** Decodes MPEG-1 and MPEG-2 video to pictures in display order, from its bytes or from a divided segment. */
import { pixelAspectFor } from "../../containers/streams/mpeg-aspect.ts";
import { PICTURE_RATES } from "../../pictures/picture-rates.ts";
import { type ChromaFormat, type PlanarPicture, tightPlanes } from "../../pictures/planar-picture.ts";
import type { Kernels } from "../../wasm/load-kernels.ts";
import { combineVideo, type OpenedMpegSegment } from "./segment-bytes.ts";

/** A presentation time of the stream: it belongs to the first picture whose start code begins at or behind `offset`. */
export interface TimeMark {
  /** Into the video bytes that it is handed in with. */
  offset: number;
  timeMicroseconds: number;
}

/** What the headers say of the sequence that a picture is of. */
export interface MpegSequence {
  mpeg2: boolean;
  /** progressive_sequence: no picture of it has two fields of different times. True in MPEG-1. */
  progressive: boolean;
  /** Pictures a second. */
  frameRate: readonly [number, number];
  /** Width over height of a pixel. */
  pixelAspect: readonly [number, number];
  /** Of the part that is meant to be shown, as the sequence display extension has it, else of the whole picture. */
  displayWidth: number;
  displayHeight: number;
  /** Codes of ISO/IEC 13818-2 tables 6-7 to 6-9; 0 where the stream does not say. */
  colourPrimaries: number;
  transferCharacteristics: number;
  matrixCoefficients: number;
}

/**
 * A whole picture where the decoder has it: good until the next one is pulled, or until {@link MpegDecoder.letGo} where it is
 * held.
 */
export interface MpegPicture extends PlanarPicture {
  /** Of the coded picture, in pixels; rows of the planes are longer, and there are more of them. */
  width: number;
  height: number;
  chroma: ChromaFormat;
  sequence: MpegSequence;
  /** As it was coded. D: of MPEG-1, means of blocks only. */
  type: "I" | "P" | "B" | "D";
  /** progressive_frame: both fields are of one time, as the encoder says. */
  progressive: boolean;
  /** Which of the two fields comes first in time. */
  topFieldFirst: boolean;
  /** The first field is to be shown again behind the second; in a progressive sequence the whole picture. */
  repeatFirstField: boolean;
  /** It was coded as two fields. */
  fieldPictures: boolean;
  /** Macroblocks that were damaged or missing, and show what stood there in the picture before. */
  concealed: number;
  /**
   * When it is to be shown: the stream's time where a {@link TimeMark} belongs to it, else where the picture before ends;
   * undefined before the first mark.
   */
  timeMicroseconds: number | undefined;
  /** A mark belongs to it. */
  marked: boolean;
  /** How long, by frame rate and fields. */
  durationMicroseconds: number;
}

/** Y, Cb and Cr of a picture without the strides' surplus, one behind the other; a copy, in `target` where that is of the right length. */
export function tightPicture(
  { kernels, planes, strides, width, height, chroma }: MpegPicture,
  target?: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const planeAt = (plane: number) => ({ pointer: planes[plane] ?? 0, stride: strides[plane === 0 ? 0 : 1] });
  return tightPlanes(kernels.memory, width, height, planeAt, target, chroma);
}

/** A picture's record as assembly/mpeg/frames.ts has it: i32 each. */
const RECORD = [
  ...(["y", "cb", "cr", "stride", "chromaStride", "width", "height", "chroma", "type", "flags", "serial"] as const),
  ...(["concealed", "displayWidth", "displayHeight", "aspectCode", "rateCode", "rateFactor", "rateDivisor"] as const),
  ...(["colourPrimaries", "transferCharacteristics", "matrixCoefficients"] as const),
] as const;
type PictureRecord = Record<(typeof RECORD)[number], number>;
const PROGRESSIVE_FRAME = 1;
const TOP_FIELD_FIRST = 2;
const REPEAT_FIRST_FIELD = 4;
const FIELD_PICTURES = 8;
const PROGRESSIVE_SEQUENCE = 16;
const MPEG2 = 32;
const TYPES = ["I", "P", "B", "D"] as const;
const CHROMA_FORMATS = ["420", "422", "444"] as const;

/** What is kept of a stream without a picture's end: more is no picture. */
const UNIT_MAX_BYTES = 64 << 20;
const LEAST_CAPACITY = 1 << 16;
const SERIAL_MASK = 0x7fffffff;
/** Pictures after which one that is not shown yet never will be. */
const TIMES_KEPT = 64;

/**
 * One decoder an instance of the kernels. Damaged slices are concealed from the picture before and decoding goes on at the next; nothing
 * in the bytes makes it throw. Pictures whose references are not there, as at a seek into an open group, are not shown.
 */
export class MpegDecoder {
  /** Bytes not decoded yet: `length` of them from `pointer` + `start` on. */
  private pointer = 0;
  private capacity = 0;
  private start = 0;
  private length = 0;
  /** Offset of the next byte to be decoded, and of all that were handed in. */
  private position = 0;
  private marks: TimeMark[] = [];
  /** Times of pictures not yet shown, by serial number of their first header. */
  private readonly times = new Map<number, number>();
  private serial = 0;
  /** Where the last picture shown ends. */
  private endMicroseconds: number | undefined;

  constructor(private readonly kernels: Kernels) {
    this.reset();
  }

  /**
   * Begins anew, as after a seek: what was not shown is dropped. The last sequence header still holds; who begins behind a stream's
   * only one decodes the bytes of that first.
   */
  reset(): void {
    this.kernels.raw.streamReset();
    this.start = 0;
    this.length = 0;
    this.position = 0;
    this.marks = [];
    this.times.clear();
    this.endMicroseconds = undefined;
  }

  /**
   * Decodes the next bytes of an elementary stream, cut anywhere; a picture's end is known by what follows. Reads as the pictures are pulled,
   * all of which have to be before the next call.
   *
   * @param bytes some kilobytes at least: a picture's bytes are searched anew with each piece
   * @param marks in the order of their offsets
   */
  *decode(bytes: Uint8Array, marks: readonly TimeMark[] = []): Generator<MpegPicture, void> {
    const target = this.append(bytes.length, marks);
    this.kernels.memory.bytes(target, bytes.length).set(bytes);
    yield* this.decodeUnits(false);
  }

  /**
   * Combines the video of a divided segment, which follows what was decoded before, and decodes it; else as {@link decode}.
   *
   * @param marks by offset into the segment's video
   * @throws {@link FormatError} the segment's parts do not fit each other
   */
  *decodeSegment(segment: OpenedMpegSegment, marks: readonly TimeMark[] = []): Generator<MpegPicture, void> {
    const before = this.length;
    const target = this.append(segment.videoBytes, marks);
    try {
      combineVideo(this.kernels, segment, target);
    } catch (error) {
      this.length = before;
      throw error;
    }
    yield* this.decodeUnits(false);
  }

  /** The pictures still waiting at the end of the stream; afterwards another may begin. */
  *end(): Generator<MpegPicture, void> {
    yield* this.decodeUnits(true);
  }

  /** Keeps a picture while others are decoded. @returns for {@link letGo}, once */
  hold(picture: MpegPicture): number {
    this.kernels.raw.decoderHold(picture.planes[0]);
    return picture.planes[0];
  }

  letGo(held: number): void {
    this.kernels.raw.decoderLetGo(held);
  }

  /** Gives the memory back, of held pictures too. */
  close(): void {
    this.reset();
    this.kernels.raw.decoderClose();
    if (this.pointer !== 0) this.kernels.memory.release(this.pointer);
    this.pointer = 0;
    this.capacity = 0;
  }

  /** Makes room behind what is there. @returns where `count` bytes are to be put */
  private append(count: number, marks: readonly TimeMark[]): number {
    const { memory } = this.kernels;
    const ahead = this.position + this.length;
    for (const { offset, timeMicroseconds } of marks) this.marks.push({ offset: ahead + offset, timeMicroseconds });
    if (this.length + count > this.capacity) {
      const capacity = Math.max(LEAST_CAPACITY, 2 * (this.length + count));
      const pointer = memory.allocate(capacity);
      memory.bytes(pointer, this.length).set(memory.bytes(this.pointer + this.start, this.length));
      if (this.pointer !== 0) memory.release(this.pointer);
      this.pointer = pointer;
      this.capacity = capacity;
    } else if (this.start > 0) {
      memory.bytes(this.pointer, this.start + this.length).copyWithin(0, this.start);
    }
    this.start = 0;
    this.length += count;
    return this.pointer + this.length - count;
  }

  private *decodeUnits(last: boolean): Generator<MpegPicture, void> {
    const { raw } = this.kernels;
    while (this.length > 0) {
      const unit = this.pointer + this.start;
      const end = raw.pictureEnd(unit, this.length);
      if (end < 0 && !last && this.length < UNIT_MAX_BYTES) return;
      const size = end < 0 ? this.length : end;
      this.serial = (this.serial + 1) & SERIAL_MASK;
      raw.streamUnit(unit, size, this.serial);
      const header = raw.streamPictureStart();
      if (header >= 0) this.takeMark(this.position + header);
      this.start += size;
      this.length -= size;
      this.position += size;
      yield* this.due(false);
    }
    if (last) yield* this.due(true);
  }

  /** The last mark at or before a picture's start code is the picture's. */
  private takeMark(position: number): void {
    let mark: TimeMark | undefined;
    while ((this.marks[0]?.offset ?? Number.POSITIVE_INFINITY) <= position) mark = this.marks.shift();
    this.times.delete((this.serial - TIMES_KEPT) & SERIAL_MASK); // of one that was never shown
    if (mark !== undefined) this.times.set(this.serial, mark.timeMicroseconds);
  }

  private *due(last: boolean): Generator<MpegPicture, void> {
    for (;;) {
      const record = this.kernels.raw.streamNext(last ? 1 : 0);
      if (record === 0) return;
      yield this.pictureAt(record);
    }
  }

  private pictureAt(pointer: number): MpegPicture {
    const { kernels } = this;
    const values = new Int32Array(kernels.raw.memory.buffer, pointer, RECORD.length);
    const record = {} as PictureRecord;
    for (let i = 0; i < RECORD.length; i++) record[RECORD[i] as keyof PictureRecord] = values[i] as number;
    const { width, height, chroma, type, flags, serial, displayWidth, displayHeight, aspectCode } = record;
    const has = (flag: number): boolean => (flags & flag) !== 0;
    const [mpeg2, progressiveSequence, repeat] = [has(MPEG2), has(PROGRESSIVE_SEQUENCE), has(REPEAT_FIRST_FIELD)];
    const [pictures, seconds] = PICTURE_RATES[record.rateCode - 1] ?? [25, 1];
    const frameRate = [pictures * record.rateFactor, seconds * record.rateDivisor] as const;
    // ISO/IEC 13818-2 6.3.10: in a progressive sequence repeats are of whole pictures.
    const fields = !repeat ? 2 : !progressiveSequence ? 3 : has(TOP_FIELD_FIRST) ? 6 : 4;
    const durationMicroseconds = (fields * 5e5 * frameRate[1]) / frameRate[0];
    const mark = this.times.get(serial);
    this.times.delete(serial);
    const timeMicroseconds = mark ?? this.endMicroseconds;
    if (timeMicroseconds !== undefined) this.endMicroseconds = timeMicroseconds + durationMicroseconds;
    return {
      kernels,
      planes: [record.y, record.cb, record.cr],
      strides: [record.stride, record.chromaStride],
      width,
      height,
      chroma: CHROMA_FORMATS[chroma - 1] ?? "420",
      sequence: {
        mpeg2,
        progressive: progressiveSequence,
        frameRate,
        pixelAspect: pixelAspectFor({ width, height, aspectCode, mpeg2 }, [displayWidth, displayHeight]),
        displayWidth,
        displayHeight,
        colourPrimaries: record.colourPrimaries,
        transferCharacteristics: record.transferCharacteristics,
        matrixCoefficients: record.matrixCoefficients,
      },
      type: TYPES[type - 1] ?? "I",
      progressive: has(PROGRESSIVE_FRAME),
      topFieldFirst: has(TOP_FIELD_FIRST),
      repeatFirstField: repeat,
      fieldPictures: has(FIELD_PICTURES),
      concealed: record.concealed,
      timeMicroseconds,
      marked: mark !== undefined,
      durationMicroseconds,
    };
  }
}
