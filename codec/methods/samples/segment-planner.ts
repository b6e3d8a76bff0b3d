/** Divides a source file into consecutive byte ranges, each of which becomes one segment. Rules: FORMAT.md 10. */
import {
  type CodedSample,
  type SampleForm,
  type SourceIndex,
  type SourceStream,
  UNKNOWN,
} from "../../containers/source-index.ts";
import { presentationsOf } from "../../format/edit-list.ts";

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
  /** Parameters of what else a transport stream carries in it. */
  beside: number[];
}

/** Sound may lie this far from its pictures in the file; beyond it their times are compared by {@link Skews}. */
const INTERLEAVED_MICROSECONDS = 1_000_000;

class OpenSegment {
  readonly pieces: Piece[] = [];
  readonly beside = new Set<number>();
  pictures = 0;
  key = false;
  /** Of what it holds, in source time, sound moved to where its pictures are. */
  from = Number.POSITIVE_INFINITY;
  to = Number.NEGATIVE_INFINITY;
  /** When that is shown. */
  private shownFrom = Number.POSITIVE_INFINITY;
  private shownTo = Number.NEGATIVE_INFINITY;

  constructor(
    readonly start: number,
    /** Of the segment before: the place of one of which nothing is shown. */
    private readonly shownBefore = 0,
  ) {}

  /** Time from the first sample's start to the last one's end, if this one came too. */
  spanWith(time: number, duration: number): number {
    return Math.max(this.to, time + duration) - Math.min(this.from, time);
  }

  add(time: number, { timeMicroseconds, durationMicroseconds }: CodedSample, { edits }: SourceStream): void {
    this.from = Math.min(this.from, time);
    this.to = Math.max(this.to, time + durationMicroseconds);
    // What takes no time is shown where it stands; what is shown again counts from where it is shown first.
    const shown = presentationsOf(edits, timeMicroseconds, timeMicroseconds + Math.max(1, durationMicroseconds));
    if (shown.length === 0) return;
    const start = Math.min(...shown.map((one) => one.start));
    const end = edits === undefined ? start + durationMicroseconds : Math.max(...shown.map((one) => one.end));
    this.shownFrom = Math.min(this.shownFrom, start + time - timeMicroseconds);
    this.shownTo = Math.max(this.shownTo, end);
  }

  /** The rest of a sample that was split. */
  splitAt(offset: number): OpenSegment {
    const rest = new OpenSegment(offset, this.shownBefore);
    for (const parameter of this.beside) rest.beside.add(parameter);
    const { from, to, shownFrom, shownTo } = this;
    return Object.assign(rest, { from, to, shownFrom, shownTo });
  }

  closed(end: number, structure: boolean): PlannedSegment {
    const isShown = Number.isFinite(this.shownFrom);
    const from = isShown ? Math.min(TIME_MAX, Math.max(0, Math.round(this.shownFrom))) : this.shownBefore;
    const to = isShown ? Math.min(TIME_MAX, Math.max(from, Math.round(this.shownTo))) : from;
    return {
      start: this.start,
      end,
      structure,
      key: this.key,
      startMicroseconds: structure ? 0 : from,
      durationMicroseconds: structure ? 0 : Math.min(to - from, 0xffffffff),
      pictures: this.pictures,
      pieces: this.pieces,
      beside: [...this.beside],
    };
  }
}

/** Streams go on side by side where no more than this of one comes before the next picture. */
const RUN_MAX_MICROSECONDS = 500_000;

/** Samples of a stream without a picture between them. */
interface Run {
  /** Pictures before it. */
  pictures: number;
  start: number;
  end: number;
  /** Of the run before. */
  before: number;
  /** Behind the pictures' time, where that is too far to be usual. */
  lag: number;
}

/**
 * How far the other streams' times lie from the film's at the same place of the file, where the two go on side by side. Without it sound
 * that stands five seconds behind its pictures would end a segment at each change from one to the other.
 */
class Skews {
  private picture: CodedSample | undefined;
  private pictures = 0;
  private readonly runs = new Map<number, Run>();

  constructor(private readonly film: number) {}

  /** A sample's time as if it stood beside its pictures. */
  timeOf(sample: CodedSample): number {
    const { stream, timeMicroseconds: time } = sample;
    if (stream === this.film) {
      this.picture = sample;
      this.pictures += 1;
    }
    if (stream === this.film || stream === UNKNOWN || this.picture === undefined) return time;
    const { timeMicroseconds: start, durationMicroseconds } = this.picture;
    const lag = time - Math.max(start, Math.min(start + durationMicroseconds, time));
    const run = this.runOf(stream, time);
    if (Math.abs(lag) <= INTERLEAVED_MICROSECONDS) return time;
    const isNear = Math.abs(lag - run.lag) <= INTERLEAVED_MICROSECONDS;
    if (isNear && run.before <= RUN_MAX_MICROSECONDS) return time - run.lag;
    if (!isNear) run.lag = lag;
    return time;
  }

  private runOf(stream: number, time: number): Run {
    const last = this.runs.get(stream);
    if (last?.pictures === this.pictures) {
      last.end = time;
      return last;
    }
    const before = last === undefined ? Number.POSITIVE_INFINITY : last.end - last.start;
    const run = { pictures: this.pictures, start: time, end: time, before, lag: last?.lag ?? Number.POSITIVE_INFINITY };
    this.runs.set(stream, run);
    return run;
  }
}

const UNKNOWN_STREAM: SourceStream = { form: "unknown", parameter: 0 };

/** Whether a sample is taken: damaged files tell of some that lie over each other, or behind the file's end. */
export const isTaken = ({ offset, size, timeMicroseconds }: CodedSample, at: number, fileBytes: number): boolean =>
  offset >= at && Math.min(offset + size, fileBytes) > offset && Number.isFinite(timeMicroseconds);

/**
 * Together the segments cover bytes 0 to `fileBytes`, each once, in order, whatever the index says.
 *
 * @param borders where a segment ends, whatever else: in order, none inside a sample that {@link isTaken}
 */
export async function* planSegments(
  index: SourceIndex,
  fileBytes: number,
  borders: readonly number[] = [],
): AsyncGenerator<PlannedSegment> {
  const { streams, film } = index;
  let open: OpenSegment | undefined;
  let at = 0; // end of what the open segment holds
  let shownBefore = 0;
  const steps = new Steps();
  const skews = new Skews(film);
  const closed = (segment: OpenSegment, end: number): PlannedSegment => {
    const done = segment.closed(end, false);
    shownBefore = done.startMicroseconds + done.durationMicroseconds;
    return done;
  };

  let passed = 0;
  function* endAtBorders(to: number): Generator<PlannedSegment> {
    for (; (borders[passed] ?? Number.POSITIVE_INFINITY) <= to; passed++) {
      const border = borders[passed] as number;
      if (border < at) continue;
      if (open !== undefined) yield closed(open, border);
      else yield* structureSegments(index, at, border);
      open = undefined;
      at = border;
    }
  }

  for await (const batch of index.samples()) {
    for (const sample of batch) {
      const stream = sample.stream === UNKNOWN ? UNKNOWN_STREAM : streams[sample.stream];
      const start = sample.offset;
      const end = Math.min(start + sample.size, fileBytes);
      if (stream === undefined || !isTaken(sample, at, fileBytes)) continue;
      // Captions may be told to last longer than what they belong to.
      if (stream.track === undefined) sample.durationMicroseconds = 0;
      else if (sample.durationMicroseconds <= 0 && sample.isAddition !== true)
        sample.durationMicroseconds = steps.of(sample);
      const video = stream.track?.kind === "video";
      const time = skews.timeOf(sample);

      yield* endAtBorders(start);
      const structureBefore = start - at >= STRUCTURE_MIN_BYTES || (start > at && hasOwn(index, at, start));
      if (structureBefore) {
        if (open !== undefined) yield closed(open, at);
        open = undefined;
        yield* structureSegments(index, at, start);
      } else if (open !== undefined && shouldClose(open, sample, time, end, video && sample.stream === film)) {
        // The bytes between belong to what follows: a block's or fragment's head.
        yield closed(open, at);
        open = undefined;
      }
      if (open === undefined) {
        open = new OpenSegment(structureBefore ? start : at, shownBefore);
        open.key = film < 0;
      }
      open.add(time, sample, stream);
      for (const parameter of sample.beside ?? []) open.beside.add(parameter);
      if (sample.stream === film && sample.isAddition !== true) {
        // Decoding can start here when the first picture is a key picture, sound before it or not.
        if (open.pictures === 0) open.key = sample.key;
        open.pictures += 1;
      }
      const { form } = stream;
      const parameter = sample.parameter ?? stream.parameter;
      for (let from = start; from < end; ) {
        const to = end - start > SAMPLE_WHOLE_MAX_BYTES ? Math.min(end, from + SEGMENT_MAX_BYTES) : end;
        const part = from === start || form === "unknown" ? form : "other";
        open.pieces.push({ offset: from - open.start, size: to - from, form: part, parameter, key: sample.key });
        from = to;
        if (from < end) {
          yield closed(open, from);
          open = open.splitAt(from);
        }
      }
      at = end;
    }
  }
  yield* endAtBorders(fileBytes);
  if (open !== undefined) {
    const tail = fileBytes - at;
    if (tail > 0 && tail < STRUCTURE_MIN_BYTES && !hasOwn(index, at, fileBytes)) at = fileBytes;
    yield closed(open, at);
  }
  yield* structureSegments(index, at, fileBytes);
}

/** Whether ranges of interest lie between two samples, or after the last one. */
function hasOwn({ structure }: SourceIndex, from: number, to: number): boolean {
  return structure.some(({ offset }) => offset >= from && offset < to);
}

/** Where a container tells no durations, the step from the stream's sample before stands for one. */
class Steps {
  /** By stream: the newest time, and how many samples had it, as those of a laced block may. */
  private readonly last = new Map<number, { time: number; count: number; step: number }>();

  of({ stream, timeMicroseconds: time }: CodedSample): number {
    const last = this.last.get(stream);
    if (last?.time === time) {
      last.count += 1;
      return last.step;
    }
    const step = last === undefined ? 0 : Math.min(1e6, Math.max(0, time - last.time) / last.count);
    this.last.set(stream, { time, count: 1, step });
    return step;
  }
}

/** @param time the sample's, as {@link Skews} gives it */
function shouldClose(open: OpenSegment, sample: CodedSample, time: number, end: number, isFilm: boolean): boolean {
  const bytes = end - open.start;
  const before = sample.offset - open.start;
  if (bytes > SEGMENT_MAX_BYTES) return true;
  const span = open.spanWith(time, sample.durationMicroseconds);
  if (span > SEGMENT_JOINED_MAX_MICROSECONDS) return true;
  if (before < SEGMENT_JOIN_BYTES) return span > SEGMENT_MAX_MICROSECONDS && bytes > SEGMENT_JOIN_BYTES;
  if (span > SEGMENT_MAX_MICROSECONDS) return true;
  return isFilm && sample.key && (before >= KEY_MIN_BYTES || open.to - open.from >= KEY_MIN_MICROSECONDS);
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
