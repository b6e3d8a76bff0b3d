/**
 * From decoded frames to what is shown: frames as they are where both fields are of one moment, else a whole picture a field. A field's
 * picture is made when it is painted: those that come too late cost nothing.
 */
import {
  chromaSize,
  type Kernels,
  type MpegDecoder,
  type MpegPicture,
  type PlanarPicture,
} from "../../../../../../codec/index.ts";
import type { Picture } from "../media-feed.ts";

/** Samples of a thousand that are combed, by which a picture said to be progressive is none; some have 6 by what they show. */
const COMBED_ALL_THE_SAME = 15;
/** By which one said to be interlaced moves between its fields. */
const COMBED_AT_ALL = 0.1;
/** After so many pictures without a comb frames are shown as they are, until one comes. */
const CLEAN_PICTURES = 50;

/** A picture that has its time. */
export type TimedPicture = MpegPicture & { timeMicroseconds: number };

/** A frame in the decoder's memory, for whoever still needs it. */
class HeldFrame {
  private users = 1;

  constructor(
    readonly picture: TimedPicture,
    private readonly decoder: MpegDecoder,
    private readonly held = decoder.hold(picture),
  ) {}

  use(): this {
    this.users += 1;
    return this;
  }

  release(): void {
    this.users -= 1;
    if (this.users === 0) this.decoder.letGo(this.held);
  }
}

export class FieldStage {
  /** Made of fields or not: what is shown next follows the frame behind it. */
  private before: HeldFrame | undefined;
  private current: HeldFrame | undefined;
  private cleanPictures = 0;
  private isOn = true;
  /** Takes a field's picture; it is painted at once. */
  private room: { pointer: number; bytes: number } | undefined;

  constructor(
    private readonly kernels: Kernels,
    private readonly decoder: MpegDecoder,
    private readonly paint: (picture: PlanarPicture) => void,
  ) {}

  /** Fields are shown apart where they are of different moments (default), or never. */
  setOn(isOn: boolean): void {
    this.isOn = isOn;
  }

  reset(): void {
    this.before?.release();
    this.current?.release();
    this.before = undefined;
    this.current = undefined;
    this.cleanPictures = 0;
  }

  /** @param picture the next frame, in the order of display @returns what can be shown by now: as a rule, of the frame before */
  *push(picture: TimedPicture): Generator<Picture> {
    const next = new HeldFrame(picture, this.decoder);
    const { before, current } = this;
    this.before = current;
    this.current = next;
    if (current !== undefined) yield* this.show(before, current, next);
    before?.release();
  }

  *end(): Generator<Picture> {
    const { before, current } = this;
    this.before = undefined;
    this.current = undefined;
    if (current !== undefined) yield* this.show(before, current, undefined);
    before?.release();
    current?.release();
  }

  close(): void {
    this.reset();
    if (this.room !== undefined) this.kernels.memory.release(this.room.pointer);
    this.room = undefined;
  }

  private *show(before: HeldFrame | undefined, current: HeldFrame, after: HeldFrame | undefined): Generator<Picture> {
    const { picture } = current;
    const start = picture.timeMicroseconds;
    const end = after === undefined ? start + picture.durationMicroseconds : after.picture.timeMicroseconds;
    if (!this.isInterlaced(picture)) {
      yield this.whole(current, start, Math.max(start, end));
      return;
    }
    const first = picture.topFieldFirst ? 0 : 1;
    const fields = picture.repeatFirstField ? [first, 1 - first, first] : [first, 1 - first];
    const length = Math.max(0, end - start) / fields.length;
    for (const [i, parity] of fields.entries()) {
      const [from, until] = [start + i * length, start + (i + 1) * length];
      yield this.field([before, current, after], parity, parity !== first, from, until);
    }
  }

  /** By what the stream says and what the picture looks like. */
  private isInterlaced(picture: TimedPicture): boolean {
    if (!this.isOn || picture.sequence.progressive) return false;
    const { planes, strides, width, height } = picture;
    const samples = this.kernels.raw.combedSamples(planes[0], strides[0], width, height);
    const combed = (1000 * samples) / (width * height);
    if (picture.progressive) return combed > COMBED_ALL_THE_SAME;
    this.cleanPictures = combed > COMBED_AT_ALL ? 0 : this.cleanPictures + 1;
    return this.cleanPictures < CLEAN_PICTURES;
  }

  private whole(frame: HeldFrame, start: number, end: number): Picture {
    frame.use();
    return {
      timeSeconds: start / 1e6,
      endSeconds: end / 1e6,
      keep: () => {},
      paint: () => this.paint(frame.picture),
      close: () => frame.release(),
    };
  }

  private field(
    frames: [HeldFrame | undefined, HeldFrame, HeldFrame | undefined],
    parity: number,
    isSecond: boolean,
    start: number,
    end: number,
  ): Picture {
    const [, current] = frames;
    // Frames of another size are no neighbours.
    const [before, after] = [frames[0], frames[2]].map((frame) =>
      frame !== undefined && isAlike(frame.picture, current.picture) ? frame : current,
    ) as [HeldFrame, HeldFrame];
    const used = [before.use(), current.use(), after.use()];
    return {
      timeSeconds: start / 1e6,
      endSeconds: end / 1e6,
      keep: () => {},
      paint: () => this.paint(this.deinterlaced(before.picture, current.picture, after.picture, parity, isSecond)),
      close: () => {
        for (const frame of used) frame.release();
      },
    };
  }

  private deinterlaced(
    before: TimedPicture,
    current: TimedPicture,
    after: TimedPicture,
    parity: number,
    isSecond: boolean,
  ): PlanarPicture {
    const { width, height, chroma, strides } = current;
    const [chromaWidth, chromaHeight] = chromaSize(width, height, chroma);
    const [lumaBytes, chromaBytes] = [strides[0] * height, strides[1] * chromaHeight];
    const luma = this.roomFor(lumaBytes + 2 * chromaBytes);
    const planes = [luma, luma + lumaBytes, luma + lumaBytes + chromaBytes] as const;
    for (const [i, target] of planes.entries()) {
      const [stride, columns, rows] = i === 0 ? [strides[0], width, height] : [strides[1], chromaWidth, chromaHeight];
      const [p, c, n] = [before, current, after].map((picture) => picture.planes[i] ?? 0) as [number, number, number];
      this.kernels.raw.deinterlacePlane(target, p, c, n, stride, columns, rows, parity, isSecond ? 1 : 0);
    }
    return { kernels: this.kernels, planes, strides, width, height, chroma };
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

const isAlike = (a: TimedPicture, b: TimedPicture): boolean =>
  a.width === b.width && a.height === b.height && a.chroma === b.chroma && a.strides[0] === b.strides[0];
