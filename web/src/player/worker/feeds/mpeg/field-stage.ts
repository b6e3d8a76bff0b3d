/**
 * From decoded frames to what is shown: frames as they are where both fields are of one moment, else a whole picture a field. A field's
 * picture is made when it is painted: those that come too late cost nothing.
 */
import {
  Deinterlacer,
  type Kernels,
  type MpegDecoder,
  type PlanarPicture,
  type TimedPicture,
} from "../../../../../../codec/index.ts";
import type { Picture } from "../media-feed.ts";

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
  private isOn = true;
  private readonly deinterlacer: Deinterlacer;

  constructor(
    kernels: Kernels,
    private readonly decoder: MpegDecoder,
    private readonly paint: (picture: PlanarPicture) => void,
  ) {
    this.deinterlacer = new Deinterlacer(kernels);
  }

  /** Fields are shown apart where they are of different moments (default), or never. */
  setOn(isOn: boolean): void {
    this.isOn = isOn;
  }

  reset(): void {
    this.before?.release();
    this.current?.release();
    this.before = undefined;
    this.current = undefined;
    this.deinterlacer.reset();
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
    this.deinterlacer.close();
  }

  private *show(before: HeldFrame | undefined, current: HeldFrame, after: HeldFrame | undefined): Generator<Picture> {
    const { picture } = current;
    const start = picture.timeMicroseconds;
    const end = after === undefined ? start + picture.durationMicroseconds : after.picture.timeMicroseconds;
    if (!this.isOn || !this.deinterlacer.isInterlaced(picture)) {
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
    const [before, current, after] = frames;
    const used = frames.flatMap((frame) => frame?.use() ?? []);
    const pictures = [before?.picture, current.picture, after?.picture] as const;
    return {
      timeSeconds: start / 1e6,
      endSeconds: end / 1e6,
      keep: () => {},
      // A field's picture is painted at once: the next one takes its place.
      paint: () => this.paint(this.deinterlacer.pictureOf(pictures, parity, isSecond)),
      close: () => {
        for (const frame of used) frame.release();
      },
    };
  }
}
