/** Frames whose two fields are of different moments: which they are, and whole pictures made of one of their fields. */
import { chromaSize, type PlanarPicture } from "../../pictures/planar-picture.ts";
import type { Kernels } from "../../wasm/load-kernels.ts";
import type { MpegPicture } from "./mpeg-decoder.ts";

/** Samples of a thousand that are combed, by which a picture said to be progressive is none; some have 6 by what they show. */
const COMBED_ALL_THE_SAME = 15;
/** By which one said to be interlaced moves between its fields. */
const COMBED_AT_ALL = 0.1;
/** After so many pictures without a comb frames are shown as they are, until one comes. */
const CLEAN_PICTURES = 50;

/** Of one stream: what it says of a picture follows the pictures before. */
export class Deinterlacer {
  private cleanPictures = 0;
  /** Takes the picture that was made last. */
  private room: { pointer: number; bytes: number } | undefined;

  constructor(private readonly kernels: Kernels) {}

  /** Forgets the pictures before, as at a seek. */
  reset(): void {
    this.cleanPictures = 0;
  }

  /** By what the stream says and what the picture looks like. @param picture of all in display order, the next one */
  isInterlaced(picture: MpegPicture): boolean {
    if (picture.sequence.progressive) return false;
    const { planes, strides, width, height } = picture;
    const samples = this.kernels.raw.combedSamples(planes[0], strides[0], width, height);
    const combed = (1000 * samples) / (width * height);
    if (picture.progressive) return combed > COMBED_ALL_THE_SAME;
    this.cleanPictures = combed > COMBED_AT_ALL ? 0 : this.cleanPictures + 1;
    return this.cleanPictures < CLEAN_PICTURES;
  }

  /**
   * The whole picture of one field.
   *
   * @param frames   the frame, before it the one that is shown before it and behind it the one after; those that are missing, or of another
   *                 size, are passed over
   * @param parity   0 the top field, 1 the bottom field
   * @param isSecond the field is the later one of its frame
   * @returns good until the next call
   */
  pictureOf(
    frames: readonly [MpegPicture | undefined, MpegPicture, MpegPicture | undefined],
    parity: number,
    isSecond: boolean,
  ): PlanarPicture {
    const [, current] = frames;
    const neighbours = frames.map((frame) => (frame !== undefined && isAlike(frame, current) ? frame : current));
    const { width, height, chroma, strides } = current;
    const [chromaWidth, chromaHeight] = chromaSize(width, height, chroma);
    const [lumaBytes, chromaBytes] = [strides[0] * height, strides[1] * chromaHeight];
    const luma = this.roomFor(lumaBytes + 2 * chromaBytes);
    const planes = [luma, luma + lumaBytes, luma + lumaBytes + chromaBytes] as const;
    for (const [i, target] of planes.entries()) {
      const [stride, columns, rows] = i === 0 ? [strides[0], width, height] : [strides[1], chromaWidth, chromaHeight];
      const [before, own, after] = neighbours.map((frame) => frame.planes[i] ?? 0) as [number, number, number];
      this.kernels.raw.deinterlacePlane(target, before, own, after, stride, columns, rows, parity, isSecond ? 1 : 0);
    }
    return { kernels: this.kernels, planes, strides, width, height, chroma };
  }

  /** Gives the memory back. */
  close(): void {
    this.reset();
    if (this.room !== undefined) this.kernels.memory.release(this.room.pointer);
    this.room = undefined;
  }

  private roomFor(bytes: number): number {
    const { memory } = this.kernels;
    if (this.room !== undefined && this.room.bytes < bytes) {
      memory.release(this.room.pointer);
      this.room = undefined;
    }
    this.room ??= { pointer: memory.allocate(bytes), bytes };
    return this.room.pointer;
  }
}

const isAlike = (a: MpegPicture, b: MpegPicture): boolean =>
  a.width === b.width && a.height === b.height && a.chroma === b.chroma && a.strides[0] === b.strides[0];
