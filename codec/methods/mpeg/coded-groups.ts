/** Groups of coded pictures of a file, and when each picture is shown: told from the headers alone, as a decoder would show them. */
import type { ByteSource } from "../../bytes/bytes.ts";
import type { PesTimes } from "../../containers/mpeg-ps/pes.ts";
import type { MpegSource } from "../../containers/open-mpeg.ts";
import { VideoScanner } from "../../containers/streams/video-scanner.ts";
import { planMpeg } from "./segment-planner.ts";
import { readLayout, type SegmentLayout, videoOf } from "./segment-times.ts";
import { packetStart } from "./video-packets.ts";

const TYPE_I = 1;
const TYPE_P = 2;
const CLOSED = 0x40;
const BROKEN_LINK = 0x20;
/** From a picture's start code to the second byte behind it. */
const PICTURE_HEAD_BYTES = 5;

/** A picture, of one frame or two fields. Offsets count the video's bytes from the file's start. */
export interface CodedFrame {
  /** Of its first header; it ends where the next one begins. */
  start: number;
  place: HeaderPlace;
  /** It may refer to a picture that is shown after it. */
  isBetween: boolean;
  temporalReference: number;
  /** What it refers to is there. */
  isShown: boolean;
  /** NaN where it is not shown. */
  timeMicroseconds: number;
  durationMicroseconds: number;
  /** Of the PES packet in which it is the first to begin. */
  times: PesTimes | undefined;
}

/** A PES packet of the video: where its payload begins in the video's bytes, and itself in the file. */
export interface PacketPlace {
  offset: number;
  fileOffset: number;
}

/** Where headers stand: the packet in which they begin, and the first that begins at or behind them; none at the file's end. */
export interface HeaderPlace {
  begins: PacketPlace;
  next: PacketPlace | undefined;
}

/** An I-picture and all that is coded before the next one. */
export interface CodedGroup {
  frames: CodedFrame[];
  /** Pictures that are shown before its I-picture refer to the group before. */
  isOpen: boolean;
  /** A sequence header begins it. */
  hasSequence: boolean;
  /** Quantiser matrices hold where it begins that stand in no sequence header. */
  hasMatrices: boolean;
  /** The sequence header that holds. */
  context: Uint8Array;
}

/** Told of each segment of the file before its groups. @param start of it in the file */
export type SegmentVisit = (start: number, layout: SegmentLayout) => void;

/**
 * A file's groups in order, each once its last picture's time is known; which packets come behind is filled in later.
 */
export async function* codedGroups(
  source: ByteSource,
  found: MpegSource,
  visit: SegmentVisit = () => {},
): AsyncGenerator<CodedGroup> {
  const finder = new HeaderFinder(found);
  let isFirst = true;
  for await (const { start, end, runs, startMicroseconds } of planMpeg(source, found)) {
    const bytes = await source.read(start, end - start);
    const layout = readLayout(bytes, runs, startMicroseconds);
    visit(start, layout);
    finder.push(videoOf(bytes, runs), start, layout, isFirst);
    isFirst = false;
    yield* finder.groups.ready.splice(0);
  }
  finder.end();
  yield* finder.groups.ready.splice(0);
}

/** A coded frame, or field, with all that its headers say. */
interface CodedPicture {
  start: number;
  place: HeaderPlace;
  type: number;
  temporalReference: number;
  isField: boolean;
  /** How long it is shown, in fields. */
  fields: number;
  hasSequence: boolean;
  /** Flags of the group's header; undefined where none stands. */
  link: number | undefined;
  hasMatrices: boolean;
  context: Uint8Array;
  mark: number | undefined;
  times: PesTimes | undefined;
}

/** Finds the headers of pictures. */
class HeaderFinder {
  readonly groups = new GroupJoiner();
  /** Bytes of video before the present segment. */
  private length = 0;
  private marks: { offset: number; timeMicroseconds: number }[] = [];
  private packets: (PacketPlace & PesTimes)[] = [];
  /** The packet under way, and its times for the first picture that begins in it. */
  private packet: PacketPlace = { offset: 0, fileOffset: 0 };
  private times: PesTimes | undefined;
  /** Headers behind which no packet has begun yet. */
  private waiting: { start: number; place: HeaderPlace }[] = [];
  private picture: CodedPicture | undefined;
  private hasMatrices = false;
  private readonly scanner = new VideoScanner({
    unit: (offset) => this.begin(offset),
    sequence: () => {
      this.hasMatrices = false;
      this.set({ hasSequence: true, hasMatrices: false });
    },
    group: () => this.set({ link: 0 }),
    link: (link) => this.set({ link }),
    matrices: () => {
      this.hasMatrices = true;
    },
    picture: (type, temporalReference, offset) => this.take(type, temporalReference, offset - PICTURE_HEAD_BYTES),
    field: () => this.set({ isField: true, fields: 1 }),
    repeat: (pictures) => this.set({ fields: (this.picture?.fields ?? 0) + 2 * pictures }),
  });

  constructor(private readonly found: MpegSource) {}

  push(video: Uint8Array, start: number, layout: SegmentLayout, isFirst: boolean): void {
    const { length, found } = this;
    for (const { offset, timeMicroseconds } of isFirst ? layout.firstMarks : layout.marks)
      this.marks.push({ offset: length + offset, timeMicroseconds });
    for (const { at, offset, shown, decoded } of layout.packets) {
      const fileOffset = start + packetStart(layout.bytes, at, found.container);
      this.packets.push({ offset: length + offset, fileOffset, shown, decoded });
    }
    this.scanner.scan(video, 0, video.length, length);
    this.length += video.length;
    this.reach(this.length - 1);
  }

  end(): void {
    this.finish();
    this.groups.end();
  }

  private set(facts: Partial<CodedPicture>): void {
    if (this.picture !== undefined) Object.assign(this.picture, facts);
  }

  /** Packets that begin at or before an offset. */
  private reach(offset: number): void {
    for (let next = this.packets[0]; next !== undefined && next.offset <= offset; next = this.packets[0]) {
      this.packets.shift();
      const { shown, decoded } = next;
      this.packet = { offset: next.offset, fileOffset: next.fileOffset };
      this.times = shown === undefined ? undefined : { shown, decoded };
      for (const { start, place } of this.waiting) if (next.offset >= start) place.next ??= this.packet;
      this.waiting = this.waiting.filter(({ place }) => place.next === undefined);
    }
  }

  private begin(start: number): void {
    this.finish();
    this.reach(start);
    const begins = this.found.container === "es" ? { offset: start, fileOffset: start } : this.packet;
    const place: HeaderPlace = { begins, next: begins.offset === start ? begins : undefined };
    if (place.next === undefined) this.waiting.push({ start, place });
    this.picture = {
      ...{ start, place, type: 0, temporalReference: 0, isField: false, fields: 2, hasSequence: false },
      ...{ link: undefined, hasMatrices: this.hasMatrices, context: this.found.context },
      ...{ mark: undefined, times: undefined },
    };
  }

  private take(type: number, temporalReference: number, offset: number): void {
    this.reach(offset);
    let mark: number | undefined;
    for (; (this.marks[0]?.offset ?? Number.POSITIVE_INFINITY) <= offset; this.marks.shift())
      mark = this.marks[0]?.timeMicroseconds;
    const { context } = this.scanner;
    this.set({ type, temporalReference, mark, times: this.times, ...(context.length > 0 && { context }) });
    this.times = undefined;
  }

  /** All that a picture's headers say is known. */
  private finish(): void {
    const { picture } = this;
    this.picture = undefined;
    if (picture === undefined || picture.type === 0) return;
    const [rate, scale] = this.scanner.facts?.frameRate ?? this.found.video.frameRate;
    this.groups.push(picture, (5e5 * scale) / rate);
  }
}

/** Joins fields to frames, and frames to groups. */
class GroupJoiner {
  readonly ready: CodedGroup[] = [];
  private readonly clock = new DisplayClock();
  /** A field whose other one has not come. */
  private half: CodedPicture | undefined;
  private group: CodedGroup | undefined;
  private isClosed = false;

  /** @param fieldMicroseconds how long a field is shown */
  push(picture: CodedPicture, fieldMicroseconds: number): void {
    const { half } = this;
    this.half = undefined;
    const isSecond = half !== undefined && picture.isField && picture.link === undefined && !picture.hasSequence;
    if (half !== undefined) this.take({ ...half, fields: 2 }, fieldMicroseconds);
    if (isSecond) return;
    if (picture.isField) this.half = picture;
    else this.take(picture, fieldMicroseconds);
  }

  end(): void {
    if (this.half !== undefined) this.take({ ...this.half, fields: 2 }, 0);
    this.clock.end();
    if (this.group !== undefined) this.ready.push(this.group);
  }

  private take(picture: CodedPicture, fieldMicroseconds: number): void {
    const { start, place, type, temporalReference, times, link, fields, mark } = picture;
    const frame: CodedFrame = {
      ...{ start, place, temporalReference, times, isBetween: type > TYPE_P, isShown: true },
      ...{ timeMicroseconds: Number.NaN, durationMicroseconds: fields * fieldMicroseconds },
    };
    if (link !== undefined) this.isClosed = (link & CLOSED) !== 0;
    const isBroken = link !== undefined && (link & (CLOSED | BROKEN_LINK)) === BROKEN_LINK;
    this.clock.push(frame, mark, type === TYPE_I, this.isClosed, isBroken);
    if (type !== TYPE_I && this.group !== undefined) {
      this.group.frames.push(frame);
      return;
    }
    if (this.group !== undefined) this.ready.push(this.group);
    const { hasSequence, hasMatrices, context } = picture;
    this.group = {
      ...{ frames: [frame], hasSequence, hasMatrices, context },
      isOpen: link === undefined || (link & (CLOSED | BROKEN_LINK)) === 0,
    };
  }
}

/** When pictures are shown: by the stream's times, else where the picture before ends; as {@link MpegDecoder} has it. */
class DisplayClock {
  /** References that are there, 2 at most. */
  private references = 0;
  /** A reference that is not due before the next one. */
  private waiting: { frame: CodedFrame; mark: number | undefined } | undefined;
  private endMicroseconds: number | undefined;
  /** Before the first time that is told. */
  private untimed: CodedFrame[] = [];

  push(frame: CodedFrame, mark: number | undefined, isKey: boolean, isClosed: boolean, isBroken: boolean): void {
    if (isBroken) this.references = 0;
    if (!isKey && this.references === 0) {
      frame.isShown = false;
      return;
    }
    if (frame.isBetween) {
      frame.isShown = this.references === 2 || (this.references === 1 && isClosed);
      if (frame.isShown) this.show(frame, mark);
      return;
    }
    this.references = Math.min(2, this.references + 1);
    this.end();
    this.waiting = { frame, mark };
  }

  /** What waits is shown. */
  end(): void {
    if (this.waiting !== undefined) this.show(this.waiting.frame, this.waiting.mark);
    this.waiting = undefined;
  }

  private show(frame: CodedFrame, mark: number | undefined): void {
    const time = mark ?? this.endMicroseconds;
    if (time === undefined) {
      this.untimed.push(frame);
      return;
    }
    let start = time - this.untimed.reduce((sum, { durationMicroseconds }) => sum + durationMicroseconds, 0);
    for (const earlier of this.untimed.splice(0)) {
      earlier.timeMicroseconds = start;
      start += earlier.durationMicroseconds;
    }
    frame.timeMicroseconds = time;
    this.endMicroseconds = time + frame.durationMicroseconds;
  }
}
