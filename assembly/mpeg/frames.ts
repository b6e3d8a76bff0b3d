/**
 * The decoder's pictures: those that others refer to, the one in work, and those that wait until it is their turn to be
 * shown. One set an instance of the module.
 */
import { VideoHeaders } from "../mpeg-syntax/headers";
import { FRAME_PICTURE, TOP_FIELD, TYPE_I, TYPE_P } from "../mpeg-syntax/syntax";
import { PictureBuffer, PictureLines } from "./picture-buffer";

/** Macroblocks of the largest picture that is decoded: 4096x2800. */
const MACROBLOCKS_MAX: i32 = 256 * 175;

/** A picture's record, i32 each, as codec/methods/mpeg/mpeg-decoder.ts reads it. */
const RECORD_BYTES: usize = 21 * 4;
const FLAG_PROGRESSIVE_FRAME: i32 = 1;
const FLAG_TOP_FIELD_FIRST: i32 = 2;
const FLAG_REPEAT_FIRST_FIELD: i32 = 4;
const FLAG_FIELD_PICTURES: i32 = 8;
const FLAG_PROGRESSIVE_SEQUENCE: i32 = 16;
const FLAG_MPEG2: i32 = 32;

/** A picture with what the headers said of it. */
export class Frame extends PictureBuffer {
  readonly record: usize = heap.alloc(RECORD_BYTES);
  readonly top: PictureLines = new PictureLines();
  readonly bottom: PictureLines = new PictureLines();
  type: i32 = 0;
  /** Fields that have been decoded: 1 top, 2 bottom; FRAME_PICTURE where it is whole. */
  fields: i32 = 0;
  /** Macroblocks concealed. */
  concealed: i32 = 0;

  constructor(
    public macroblocksWide: i32,
    public macroblocksHigh: i32,
    chroma: i32,
  ) {
    super(macroblocksWide, macroblocksHigh, chroma);
    this.top.setField(this, 0);
    this.bottom.setField(this, 1);
  }

  /** @param parity 0 top, 1 bottom */
  parity(parity: i32): PictureLines {
    return parity ? this.bottom : this.top;
  }

  /** Lines of one picture structure. */
  lines(structure: i32): PictureLines {
    return structure == FRAME_PICTURE ? this : structure == TOP_FIELD ? this.top : this.bottom;
  }

  release(): void {
    super.release();
    heap.free(this.record);
  }

  /** Notes what the headers of its first or only picture say. @param serial the caller's, for the record */
  describe(headers: VideoHeaders, serial: i32): void {
    const record = this.record;
    const isFrame = headers.structure == FRAME_PICTURE;
    const isTopFirst = isFrame ? headers.topFieldFirst : headers.structure == TOP_FIELD;
    this.type = headers.pictureType;
    this.fields = 0;
    this.concealed = 0;
    store<usize>(record, this.luma);
    store<usize>(record, this.cb, 4);
    store<usize>(record, this.cr, 8);
    store<i32>(record, this.stride, 12);
    store<i32>(record, this.chromaStride, 16);
    store<i32>(record, headers.width, 20);
    store<i32>(record, headers.height, 24);
    store<i32>(record, this.chroma, 28);
    store<i32>(record, this.type, 32);
    store<i32>(
      record,
      (headers.progressiveFrame ? FLAG_PROGRESSIVE_FRAME : 0) |
        (isTopFirst ? FLAG_TOP_FIELD_FIRST : 0) |
        (isFrame && headers.repeatFirstField ? FLAG_REPEAT_FIRST_FIELD : 0) |
        (isFrame ? 0 : FLAG_FIELD_PICTURES) |
        (headers.progressive ? FLAG_PROGRESSIVE_SEQUENCE : 0) |
        (headers.mpeg2 ? FLAG_MPEG2 : 0),
      36,
    );
    store<i32>(record, serial, 40);
    store<i32>(record, headers.displayWidth, 48);
    store<i32>(record, headers.displayHeight, 52);
    store<i32>(record, headers.aspectCode, 56);
    store<i32>(record, headers.rateCode, 60);
    store<i32>(record, headers.rateFactor, 64);
    store<i32>(record, headers.rateDivisor, 68);
    store<i32>(record, headers.colourPrimaries, 72);
    store<i32>(record, headers.transferCharacteristics, 76);
    store<i32>(record, headers.matrixCoefficients, 80);
  }

  /** Its record, complete. */
  finishedRecord(): usize {
    store<i32>(this.record, this.concealed, 44);
    return this.record;
  }
}

class FrameStore {
  /** Macroblocks that there are pictures for; 0: none. */
  private macroblocksWide: i32 = 0;
  private macroblocksHigh: i32 = 0;
  private chroma: i32 = 0;
  /** References, by the order in which they were coded. */
  older: Frame | null = null;
  newer: Frame | null = null;
  /** References that pictures may refer to, 2 at most. */
  references: i32 = 0;
  /** The picture decoded last, or in work. */
  current: Frame | null = null;
  /** A reference that is not due before the next one. */
  private waiting: Frame | null = null;
  private due: Frame[] = [];
  /** All there are, those of another size that somebody still looks at, too. */
  private all: Frame[] = [];

  /** Prepares for pictures of the headers' size; references of another are none. @returns false where there are no such pictures */
  fit(headers: VideoHeaders): bool {
    const wide = headers.macroblocksWide;
    const high = headers.macroblocksHigh();
    if (wide == 0 || high == 0 || wide * high > MACROBLOCKS_MAX) return false;
    if (wide == this.macroblocksWide && high == this.macroblocksHigh && headers.chroma == this.chroma) return true;
    this.showWaiting();
    this.forget();
    this.macroblocksWide = wide;
    this.macroblocksHigh = high;
    this.chroma = headers.chroma;
    return true;
  }

  /** No picture is a reference any more. */
  forget(): void {
    this.references = 0;
    this.older = null;
    this.newer = null;
    this.current = null;
  }

  /** As {@link forget}; nothing waits to be shown, either. */
  reset(): void {
    this.forget();
    this.waiting = null;
    this.due = [];
  }

  close(): void {
    this.reset();
    for (let i = 0; i < this.all.length; i++) this.all[i].release();
    this.all = [];
    this.macroblocksWide = 0;
  }

  /** Makes one that nobody looks at the current one. */
  begin(): Frame {
    let free: Frame | null = null;
    for (let i = this.all.length - 1; i >= 0; i--) {
      const frame = this.all[i];
      if (this.isInUse(frame)) continue;
      if (
        frame.macroblocksWide == this.macroblocksWide &&
        frame.macroblocksHigh == this.macroblocksHigh &&
        frame.chroma == this.chroma
      ) {
        free = frame;
      } else {
        frame.release();
        this.all.splice(i, 1);
      }
    }
    if (free === null) {
      free = new Frame(this.macroblocksWide, this.macroblocksHigh, this.chroma);
      this.all.push(free);
    }
    this.current = free;
    return free;
  }

  private isInUse(frame: Frame): bool {
    return (
      frame.holders > 0 ||
      frame === this.older ||
      frame === this.newer ||
      frame === this.waiting ||
      this.due.includes(frame)
    );
  }

  /** The current picture becomes the newest reference. */
  refer(): void {
    this.older = this.newer;
    this.newer = this.current;
    this.references = min<i32>(2, this.references + 1);
  }

  /** The current picture is to be shown when it is its turn: one that others refer to after those that are coded behind it. */
  show(): void {
    const frame = this.current!;
    if (frame.type != TYPE_I && frame.type != TYPE_P) {
      this.due.push(frame);
      return;
    }
    this.showWaiting();
    this.waiting = frame;
  }

  /** Nothing comes before the reference that waits any more. */
  showWaiting(): void {
    if (this.waiting !== null) this.due.push(this.waiting!);
    this.waiting = null;
  }

  /** The next picture to be shown, or null. */
  next(): Frame | null {
    return this.due.length == 0 ? null : this.due.shift();
  }

  find(luma: usize): Frame | null {
    for (let i = 0; i < this.all.length; i++) if (this.all[i].luma == luma) return this.all[i];
    return null;
  }
}

export const frames = new FrameStore();

/** Gives back the memory of all pictures, of held ones too. */
export function decoderClose(): void {
  frames.close();
}

/** Size of the picture decoded last, in pixels; 0 before the first. */
export function decoderWidth(): i32 {
  return frames.current === null ? 0 : load<i32>(frames.current!.record, 20);
}

export function decoderHeight(): i32 {
  return frames.current === null ? 0 : load<i32>(frames.current!.record, 24);
}

/** Plane 0 (Y), 1 (Cb) or 2 (Cr) of the picture decoded last. */
export function decoderPlane(plane: i32): usize {
  const picture = frames.current!;
  return plane == 0 ? picture.luma : plane == 1 ? picture.cb : picture.cr;
}

export function decoderStride(plane: i32): i32 {
  return plane == 0 ? frames.current!.stride : frames.current!.chromaStride;
}

/** Keeps a picture as it is while others are decoded, in memory of its own. @param picture where its Y begins */
export function decoderHold(picture: usize): void {
  const frame = frames.find(picture);
  if (frame !== null) frame.holders += 1;
}

/** Each hold once. @param picture one that went with `decoderClose` is passed over */
export function decoderLetGo(picture: usize): void {
  const frame = frames.find(picture);
  if (frame !== null) frame.holders = max<i32>(0, frame.holders - 1);
}
