/** Cuts a file with MPEG video into ranges: each ends before the first header of a picture, in the file where the video byte before it ends. */
import type { ByteSource } from "../../bytes/bytes.ts";
import { createDemuxer } from "../../containers/create-demuxer.ts";
import type { MpegSource } from "../../containers/open-mpeg.ts";
import { VideoScanner } from "../../containers/streams/video-scanner.ts";
import { PictureClock } from "./stream-clock.ts";

const CHUNK_BYTES = 1 << 20;
/** Smaller segments cost too much, for their heads and for what the coder has to learn anew. */
const LEAST_BYTES = 64 << 10;
const MOST_BYTES = 2 << 20;
/** Where no picture begins for this long it is cut anywhere. */
const HARD_BYTES = 4 << 20;
/** From here on a group of pictures ends a segment. */
const GROUP_SECONDS = 1.2;
const MOST_SECONDS = 2;
/** The same for segments of less than the least bytes. */
const SMALL_SECONDS = 4;

/** Bytes in turns: container, video, container …; the first may be 0. */
export type RunLengths = number[];

export interface MpegSegment {
  start: number;
  end: number;
  runs: RunLengths;
  /** The sequence header that holds at the start. */
  context: Uint8Array;
  key: boolean;
  pictures: number;
  /** When the picture of the first time mark in it is shown; where there is none, its first picture. */
  startMicroseconds: number;
  durationMicroseconds: number;
}

/**
 * Segments in order; memory stays bounded whatever the file holds.
 *
 * @param demuxer a new one; by default of the first video in `source`
 * @param cuts    offsets at which a segment ends whatever stands there, in their order
 */
export async function* planMpeg(
  source: ByteSource,
  { container, context }: MpegSource,
  demuxer = createDemuxer(container),
  cuts: readonly number[] = [],
): AsyncGenerator<MpegSegment> {
  const planner = new Planner(context);
  const waiting = [...cuts];
  for (let offset = 0; offset < source.size; ) {
    const chunk = await source.read(offset, Math.min(CHUNK_BYTES, source.size - offset));
    const last = offset + chunk.length === source.size;
    const base = offset;
    offset += demuxer.push(chunk, last, (video, start, to, time) => {
      let [from, told] = [start, time];
      for (let cut = waiting[0]; cut !== undefined && cut < base + to; cut = waiting[0]) {
        waiting.shift();
        if (cut > base + from) {
          planner.run(video, chunk, from, cut - base, base, told);
          [from, told] = [cut - base, undefined];
        }
        planner.cut(cut);
      }
      planner.run(video, chunk, from, to, base, told);
    });
    if (offset - planner.start > HARD_BYTES) planner.cut(offset);
    yield* planner.ready.splice(0);
  }
  planner.cut(source.size);
  yield* planner.ready.splice(0);
}

class Planner {
  readonly ready: MpegSegment[] = [];
  start = 0;
  private runs: RunLengths = [0];
  private end = 0;
  /** Of the segment under way; fields count half. */
  private pictures = 0;
  /** How many pictures' time they are shown. */
  private shown = 0;
  private key: boolean | undefined;
  /** As its first picture is shown: pictures before it in its group. */
  private place = 0;
  /** Pictures shown before the segment, and before its first picture's group. */
  private shownBefore = 0;
  private shownBeforeGroup = 0;
  private readonly clock = new PictureClock();
  /** The stream's times, by where their PES packet's payload begins. */
  private marks: { offset: number; time: number }[] = [];
  private readonly scanner = new VideoScanner({
    unit: (offset, opens) => this.unit(offset, opens),
    group: () => {
      this.shownBeforeGroup = this.shownBefore + this.shown;
    },
    picture: (type, place) => {
      if (this.key === undefined) this.place = this.shownBeforeGroup + place - this.shownBefore;
      this.pictures += 1;
      this.shown += 1;
      this.key ??= type === 1;
    },
    field: () => {
      this.pictures -= 0.5;
      this.shown -= 0.5;
    },
    repeat: (pictures) => {
      this.shown += pictures;
    },
  });

  constructor(private context: Uint8Array) {}

  run(video: boolean, bytes: Uint8Array, from: number, to: number, base: number, time?: number): void {
    if (to === from) return;
    if (time !== undefined) this.marks.push({ offset: base + from, time });
    // An even number of runs so far: the last one is video.
    if (video !== (this.runs.length % 2 === 0)) this.runs.push(0);
    this.runs[this.runs.length - 1] = (this.runs.at(-1) ?? 0) + to - from;
    this.end = base + to;
    if (video) this.scanner.scan(bytes, from, to, base);
  }

  private microseconds(pictures: number): number {
    const [rate, scale] = this.scanner.facts?.frameRate ?? [25, 1];
    return Math.round((pictures * scale * 1e6) / rate);
  }

  private unit(offset: number, opens: boolean): void {
    if (this.pictures === 0) return;
    const bytes = offset - this.start;
    const seconds = this.microseconds(this.shown) / 1e6;
    if (bytes < LEAST_BYTES && seconds < SMALL_SECONDS) return;
    if (bytes >= MOST_BYTES || seconds >= MOST_SECONDS || (opens && seconds >= GROUP_SECONDS)) this.cut(offset);
  }

  /** Ends the segment at an offset of the file that it has reached. */
  cut(offset: number): void {
    if (offset <= this.start) return;
    const runs = this.runs;
    const rest: RunLengths = [];
    for (let over = this.end - offset; over > 0; ) {
      const size = Math.min(over, runs.at(-1) ?? 0);
      const video = runs.length % 2 === 0;
      runs[runs.length - 1] = (runs.at(-1) ?? 0) - size;
      rest.unshift(size);
      over -= size;
      if (over > 0) runs.pop();
      else if (video) rest.unshift(0);
    }
    if (runs.length > 1 && runs.at(-1) === 0) runs.pop();
    const inside = this.marks.filter((mark) => mark.offset < offset);
    this.marks = this.marks.slice(inside.length);
    const startMicroseconds = this.clock.start(inside[0]?.time, this.microseconds(this.place));
    const durationMicroseconds = this.microseconds(this.shown);
    this.clock.pass(durationMicroseconds);
    this.ready.push({
      start: this.start,
      end: offset,
      runs,
      context: this.context,
      key: this.key === true,
      pictures: Math.ceil(this.pictures),
      startMicroseconds,
      durationMicroseconds,
    });
    this.shownBefore += this.shown;
    this.start = offset;
    this.runs = rest.length > 0 ? rest : [0];
    this.pictures = 0;
    this.shown = 0;
    this.place = 0;
    this.key = undefined;
    if (this.scanner.context.length > 0) this.context = this.scanner.context;
  }
}
