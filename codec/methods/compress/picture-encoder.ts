import { InputError, UnsupportedError } from "../../errors.ts";
import type { VideoTrack } from "../../format/header.ts";
import { loadI420 } from "../../pictures/load-i420.ts";
import { PICTURE_RATES } from "../../pictures/picture-rates.ts";
import { tightPlanes } from "../../pictures/planar-picture.ts";
import type { SourcePicture } from "../../pictures/source-picture.ts";
import { type DrawnMark, drawMark, type MarkModules, markModules } from "../../restriction/draw-mark.ts";
import { marksOfPicture } from "../../restriction/hidden-parts.ts";
import { putOverlays } from "../../restriction/overlays.ts";
import { type TreatmentOptions, treatPicture } from "../../restriction/treat-picture.ts";
import type { HiddenAreas } from "../../restriction/treated-picture.ts";
import { checkStatus } from "../../wasm/kernel-status.ts";
import type { Kernels } from "../../wasm/load-kernels.ts";
import type { EncodedPicture, EncodeSettings } from "./compress-types.ts";

/** Modes of assembly/mpeg/encoder.ts. */
export const DIVISION_MODES = { none: 0, gray: 1, binary: 2 } as const;
export const PLANE_CODES = { read: 0, adaptive: 1 } as const;
export type PlaneCode = keyof typeof PLANE_CODES;
/**
 * `stream`: of its own, MPEG-1; the others go on behind a sequence header that is there: of MPEG-1, of MPEG-2, of a sequence of MPEG-2 that
 * may have fields.
 */
const SYNTAXES = { stream: 0, mpeg1: 1, mpeg2: 2, fields: 3 } as const;
export type StreamSyntax = keyof typeof SYNTAXES;
/** As assembly/mpeg-syntax/header-writer.ts has them. */
const FRAME_FLAGS = { progressive: 1, topFieldFirst: 2, repeatFirstField: 4 } as const;
/** What MPEG-2 says of a frame. */
export type FrameFlags = Record<keyof typeof FRAME_FLAGS, boolean>;

/** Height of a sample by its width for the codes 1 to 14 (ISO/IEC 11172-2 2.4.3.2). */
const PEL_ASPECTS = [
  1, 0.6735, 0.7031, 0.7615, 0.8055, 0.8437, 0.8935, 0.9157, 0.9815, 1.0255, 1.0695, 1.095, 1.1575, 1.2015,
];

/** What the kernel is to make of a picture: assembly/mpeg/encoder.ts. */
const WANTS = { key: 1, next: 2, ahead: 3, between: 4, alone: 5 } as const;
const TYPE_I = 1;

export const WIDTH_MAX = 4095;
export const HEIGHT_MAX = 2800;

function nearestCode(values: readonly number[], wanted: number): number {
  let best = 0;
  values.forEach((value, i) => {
    if (Math.abs(Math.log(value / wanted)) < Math.abs(Math.log((values[best] ?? 1) / wanted))) best = i;
  });
  return best + 1;
}

/** The picture rate code nearest to a rate, and whether it is that rate. */
export function pictureRateCode([numerator, denominator]: readonly [number, number]): { code: number; exact: boolean } {
  const code = nearestCode(
    PICTURE_RATES.map(([n, d]) => n / d),
    numerator / denominator,
  );
  const [n, d] = PICTURE_RATES[code - 1] ?? [1, 1];
  return { code, exact: Math.abs(n / d - numerator / denominator) < 1e-3 };
}

export type EncoderVideo = Pick<VideoTrack, "width" | "height" | "frameRate"> &
  Partial<Pick<VideoTrack, "pixelAspect" | "fullRange">>;

export interface PictureOptions {
  /** Quantiser scale 1 (finest) to 31. */
  quality: number;
  /** An I-picture is wanted, a new group starts. */
  key: boolean;
  /** Of the picture in the video, in display order. */
  number: number;
}

/** Of B-pictures, times that of the others, found by measuring: no other picture inherits what they miss. */
const BETWEEN_COARSER = 1.5;
const betweenQuality = (quality: number): number => Math.min(31, Math.floor(quality * BETWEEN_COARSER));

/** Of the kernels, whose encoder it is by now. */
const encoders = new WeakMap<Kernels, PictureEncoder>();

/** One MPEG encoder on one instance of the kernels. */
export class PictureEncoder {
  private staging = 0;
  private stagingBytes = 0;
  private hidden: HiddenAreas = { parts: [], fullRange: false };
  /** Those of `hidden`, in the kernels' memory. */
  private overlays: NonNullable<TreatmentOptions["overlays"]> = {};
  private marks: readonly DrawnMark[] = [];
  private readonly modules = new Map<string, MarkModules>();

  /** @throws {@link UnsupportedError} MPEG-1's syntax cannot carry the size */
  constructor(
    private readonly kernels: Kernels,
    private readonly video: EncoderVideo,
    division: EncodeSettings["division"],
    planeCode: PlaneCode = "read",
    syntax: StreamSyntax = "stream",
  ) {
    const { width, height, frameRate, pixelAspect = [1, 1] } = video;
    if (width > WIDTH_MAX || height > HEIGHT_MAX) {
      throw new UnsupportedError(
        `pictures of ${width}x${height}: at most ${WIDTH_MAX}x${HEIGHT_MAX} are coded; scale the video down first`,
        { width, height },
      );
    }
    const rate = pictureRateCode(frameRate).code;
    const aspect = nearestCode(PEL_ASPECTS, pixelAspect[1] / pixelAspect[0]);
    const modes = [DIVISION_MODES[division], PLANE_CODES[planeCode], SYNTAXES[syntax]] as const;
    checkStatus(kernels.raw.encoderOpen(width, height, rate, aspect, ...modes), "encoderOpen");
    encoders.set(kernels, this);
  }

  /** The kernels' encoder is still this one. */
  get isOpen(): boolean {
    return encoders.get(this.kernels) === this;
  }

  /** What is said of frames from now on, in MPEG-2. */
  describe(flags: FrameFlags): void {
    const names = Object.keys(FRAME_FLAGS) as (keyof FrameFlags)[];
    this.kernels.raw.encoderFrame(names.reduce((sum, name) => sum + (flags[name] ? FRAME_FLAGS[name] : 0), 0));
  }

  /**
   * Encodes a picture as B-picture that needs no other.
   *
   * @param options.number its temporal reference
   * @throws {@link InputError} its size differs from the first
   */
  encodeAlone(picture: SourcePicture, { quality, number }: Omit<PictureOptions, "key">): EncodedPicture {
    return this.encodeAs(picture, "alone", quality, number) as EncodedPicture;
  }

  /** Hides areas of all pictures from now on, before they are coded. @param hidden the same overlays are put into memory once */
  hide(hidden: HiddenAreas): void {
    if (hidden.overlays !== this.hidden.overlays) {
      this.releaseOverlays();
      const { memory } = this.kernels;
      this.overlays = putOverlays(memory, (bytes) => memory.allocate(bytes), hidden.overlays);
    }
    this.hidden = hidden;
  }

  /** Draws marks into pictures from now on, under what is hidden. */
  draw(marks: readonly DrawnMark[]): void {
    this.marks = marks;
  }

  /**
   * Encodes the next picture as I- or P-picture.
   *
   * @param options.number of the picture in the video, in display order
   * @throws {@link InputError} its size differs from the first
   */
  encode(picture: SourcePicture, options: PictureOptions): EncodedPicture {
    const coded = this.encodeAs(picture, options.key ? "key" : "next", options.quality, options.number);
    if (coded === undefined) throw new TypeError(`picture ${options.number} was not coded`);
    return coded;
  }

  /**
   * Encodes the next pictures as one run: the last ahead as P-picture, then those before it as B-pictures. Where a scene
   * is cut between them, or a key picture is asked for, the first ones are coded as {@link encode} does it.
   *
   * @param pictures in display order
   * @param options of the first picture
   * @returns one picture a step, in the order in which they are decoded
   * @throws {@link InputError} the size of one differs from the first
   */
  *encodeRun(pictures: SourcePicture[], { quality, key, number }: PictureOptions): Generator<EncodedPicture> {
    for (const [first, picture] of pictures.entries()) {
      const between = pictures.slice(first, -1);
      const last = pictures.at(-1);
      const isAlone = between.length === 0 || last === undefined || (key && first === 0);
      const ahead = isAlone ? undefined : this.encodeAs(last, "ahead", quality, number + pictures.length - 1);
      if (ahead === undefined) {
        yield this.encode(picture, { quality, key: key && first === 0, number: number + first });
        continue;
      }
      yield ahead;
      for (const [i, source] of between.entries()) {
        const coded = this.encodeAs(source, "between", betweenQuality(quality), number + first + i);
        if (coded !== undefined) yield coded;
      }
      return;
    }
  }

  /** @returns undefined where a picture ahead is better an I-picture: nothing is coded then */
  private encodeAs(
    picture: SourcePicture,
    want: keyof typeof WANTS,
    quality: number,
    number: number,
  ): EncodedPicture | undefined {
    this.load(picture, number);
    this.drawMarks(picture);
    this.treat();
    const { raw, memory } = this.kernels;
    const type = checkStatus(raw.encoderPicture(quality, WANTS[want], number), "encoderPicture");
    if (type === 0) return undefined;
    return {
      key: type === TYPE_I,
      durationMicroseconds: picture.durationMicroseconds,
      publicBytes: memory.copy(raw.encoderPublicBytes(), raw.encoderPublicLength()),
      withheld: memory.copy(raw.encoderWithheldBytes(), raw.encoderWithheldLength()),
    };
  }

  /** The last picture as a decoder of main and slave gives it: Y, Cb, Cr, tight. */
  reconstruction(): Uint8Array {
    const { raw, memory } = this.kernels;
    return tightPlanes(memory, this.video.width, this.video.height, (plane) => ({
      pointer: raw.encoderReconstruction(plane),
      stride: raw.encoderStride(plane),
    }));
  }

  close(): void {
    if (this.isOpen) {
      this.kernels.raw.encoderClose();
      encoders.delete(this.kernels);
    }
    if (this.staging !== 0) this.kernels.memory.release(this.staging);
    this.staging = 0;
    this.releaseOverlays();
  }

  private releaseOverlays(): void {
    for (const { planes } of Object.values(this.overlays)) this.kernels.memory.release(planes[0]);
    this.overlays = {};
  }

  private drawMarks(picture: SourcePicture): void {
    for (const { text, place } of marksOfPicture(this.marks, picture)) {
      const modules = this.modules.get(text) ?? markModules(text);
      this.modules.set(text, modules);
      drawMark(this.loaded(), modules, place, this.video.fullRange);
    }
  }

  private treat(): void {
    const { parts, fullRange } = this.hidden;
    for (const part of parts) treatPicture(this.loaded(), part, { fullRange, overlays: this.overlays });
  }

  /** The picture that is about to be coded. */
  private loaded() {
    const { kernels, video } = this;
    const { raw } = kernels;
    const planes = [raw.encoderSource(0), raw.encoderSource(1), raw.encoderSource(2)] as const;
    const strides = [raw.encoderStride(0), raw.encoderStride(1)] as const;
    return { kernels, planes, strides, width: video.width, height: video.height };
  }

  private load(picture: SourcePicture, number: number): void {
    const { width, height } = this.video;
    if (picture.width !== width || picture.height !== height) {
      throw new InputError(
        `picture ${number} is ${picture.width}x${picture.height}, the first was ${width}x${height}: divide the parts one by one`,
        { picture: number },
      );
    }
    const { memory } = this.kernels;
    if (this.stagingBytes < picture.data.length) {
      if (this.staging !== 0) memory.release(this.staging);
      this.staging = memory.allocate(picture.data.length);
      this.stagingBytes = picture.data.length;
    }
    memory.bytes(this.staging, picture.data.length).set(picture.data);
    loadI420(this.kernels, picture, this.staging, this.loaded());
  }
}
