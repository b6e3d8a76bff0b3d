/** Divides a source file into consecutive byte ranges, each of which becomes one segment. Rules: FORMAT.md 10. */
import type { CodedSample, SampleForm, SourceIndex } from "../../containers/source-index.ts";

const SEGMENT_MAX_MICROSECONDS = 2_000_000;
/**
 * For segments that stay below {@link SEGMENT_JOIN_BYTES}: a segment costs about 100 bytes, a 30th of two seconds at 12 kbit/s; but a seek
 * may fetch 10 s, whole segments (server/plays/play-rules.ts).
 */
const SEGMENT_JOINED_MAX_MICROSECONDS = 4_000_000;
const SEGMENT_MAX_BYTES = 2 << 20;
const SEGMENT_JOIN_BYTES = 64 << 10;
/** Key pictures nearer to each other than this do not each begin a segment: intra-only video would get one segment a picture. */
const KEY_MIN_MICROSECONDS = 500_000;
const KEY_MIN_BYTES = 256 << 10;
/** A sample up to this size stays whole, since all its slices have to be found; a larger one is split anywhere. */
const SAMPLE_WHOLE_MAX_BYTES = 6 << 20;
/** Bytes of no sample, this long or longer, are a segment of their own; shorter ones go with the samples around them. */
const STRUCTURE_MIN_BYTES = 2 << 10;

/** Index rows hold milliseconds in 32 bits; damaged files claim any time. */
const TIME_MAX = 4_000_000_000_000;

/** A part of a sample, or of codec configuration, inside a segment; `offset` counts from the segment's start. */
export interface Piece {
  offset: number;
  size: number;
  form: SampleForm;
  parameter: number;
  key: boolean;
}

export interface PlannedSegment {
  start: number;
  end: number;
  structure: boolean;
  key: boolean;
  startMicroseconds: number;
  durationMicroseconds: number;
  pictures: number;
  pieces: Piece[];
}

class OpenSegment {
  readonly pieces: Piece[] = [];
  pictures = 0;
  key = false;
  from = Number.POSITIVE_INFINITY;
  to = Number.NEGATIVE_INFINITY;

  constructor(readonly start: number) {}

  /** Time from the first sample's start to the last one's end, if this one came too. */
  spanWith(sample: CodedSample): number {
    return (
      Math.max(this.to, sample.timeMicroseconds + sample.durationMicroseconds) -
      Math.min(this.from, sample.timeMicroseconds)
    );
  }

  closed(end: number, structure: boolean): PlannedSegment {
    const from = Number.isFinite(this.from) ? Math.min(TIME_MAX, Math.max(0, Math.round(this.from))) : 0;
    const to = Number.isFinite(this.to) ? Math.min(TIME_MAX, Math.max(from, Math.round(this.to))) : from;
    return {
      start: this.start,
      end,
      structure,
      key: this.key,
      startMicroseconds: structure ? 0 : from,
      durationMicroseconds: structure ? 0 : Math.min(to - from, 0xffffffff),
      pictures: this.pictures,
      pieces: this.pieces,
    };
  }
}

/** Together the segments cover bytes 0 to `fileBytes`, each once, in order, whatever the index says. */
export async function* planSegments(index: SourceIndex, fileBytes: number): AsyncGenerator<PlannedSegment> {
  const { streams } = index;
  const main = streams.findIndex(({ track }) => track?.kind === "video");
  let open: OpenSegment | undefined;
  let at = 0; // end of what the open segment holds
  const lastTimes = new Map<number, number>();

  for await (const batch of index.samples()) {
    for (const sample of batch) {
      const stream = streams[sample.stream];
      const start = sample.offset;
      const end = Math.min(start + sample.size, fileBytes);
      if (stream === undefined || start < at || end <= start || !Number.isFinite(sample.timeMicroseconds)) continue;
      if (sample.durationMicroseconds <= 0) sample.durationMicroseconds = step(lastTimes, sample);
      const video = stream.track?.kind === "video";

      const structureBefore = start - at >= STRUCTURE_MIN_BYTES || (start > at && hasOwn(index, at, start));
      if (structureBefore) {
        if (open !== undefined) yield open.closed(at, false);
        open = undefined;
        yield* structureSegments(index, at, start);
      } else if (open !== undefined && shouldClose(open, sample, end, main, video)) {
        // The bytes between belong to what follows: a block's or fragment's head.
        yield open.closed(at, false);
        open = undefined;
      }
      if (open === undefined) {
        open = new OpenSegment(structureBefore ? start : at);
        open.key = main < 0;
      }
      open.from = Math.min(open.from, sample.timeMicroseconds);
      open.to = Math.max(open.to, sample.timeMicroseconds + sample.durationMicroseconds);
      if (sample.stream === main) {
        // Decoding can start here when the first picture is a key picture, sound before it or not.
        if (open.pictures === 0) open.key = sample.key;
        open.pictures += 1;
      }
      const { form, parameter } = stream;
      for (let from = start; from < end; ) {
        const to = end - start > SAMPLE_WHOLE_MAX_BYTES ? Math.min(end, from + SEGMENT_MAX_BYTES) : end;
        const part = from === start ? form : "other";
        open.pieces.push({ offset: from - open.start, size: to - from, form: part, parameter, key: sample.key });
        from = to;
        if (from < end) {
          yield open.closed(from, false);
          const { from: first, to: last } = open;
          open = new OpenSegment(from);
          open.from = first;
          open.to = last;
        }
      }
      at = end;
    }
  }
  if (open !== undefined) {
    const tail = fileBytes - at;
    if (tail > 0 && tail < STRUCTURE_MIN_BYTES && !hasOwn(index, at, fileBytes)) at = fileBytes;
    yield open.closed(at, false);
  }
  yield* structureSegments(index, at, fileBytes);
}

/** Whether ranges of interest lie between two samples, or after the last one. */
function hasOwn({ structure }: SourceIndex, from: number, to: number): boolean {
  return structure.some(({ offset }) => offset >= from && offset < to);
}

/** Where a container tells no durations, the step from the stream's sample before stands for one. */
function step(lastTimes: Map<number, number>, sample: CodedSample): number {
  const last = lastTimes.get(sample.stream);
  lastTimes.set(sample.stream, sample.timeMicroseconds);
  return last === undefined ? 0 : Math.min(1e6, Math.max(0, sample.timeMicroseconds - last));
}

function shouldClose(open: OpenSegment, sample: CodedSample, end: number, main: number, video: boolean): boolean {
  const bytes = end - open.start;
  const before = sample.offset - open.start;
  if (bytes > SEGMENT_MAX_BYTES) return true;
  const span = open.spanWith(sample);
  if (span > SEGMENT_JOINED_MAX_MICROSECONDS) return true;
  if (before < SEGMENT_JOIN_BYTES) return span > SEGMENT_MAX_MICROSECONDS && bytes > SEGMENT_JOIN_BYTES;
  if (span > SEGMENT_MAX_MICROSECONDS) return true;
  const keyPicture = video && sample.key && sample.stream === main;
  return keyPicture && (before >= KEY_MIN_BYTES || open.to - open.from >= KEY_MIN_MICROSECONDS);
}

function* structureSegments(index: SourceIndex, from: number, to: number): Generator<PlannedSegment> {
  for (let start = from; start < to; ) {
    const end = Math.min(to, start + SEGMENT_MAX_BYTES);
    const segment = new OpenSegment(start);
    for (const { offset, size, form, parameter } of index.structure) {
      // Of a table that lies across, whole rows.
      const unit = form === "table" ? (parameter >> 1) * 4 : 1;
      const first = offset + Math.ceil(Math.max(0, start - offset) / unit) * unit;
      const last = first + Math.floor((Math.min(offset + size, end) - first) / unit) * unit;
      const before = segment.pieces.at(-1);
      if (last <= first || (before !== undefined && first - start < before.offset + before.size)) continue;
      segment.pieces.push({ offset: first - start, size: last - first, form, parameter, key: false });
    }
    yield segment.closed(end, true);
    start = end;
  }
}
