/** A file of which not everybody sees everything: the source's segments, and the file that the base layer gives alone. FORMAT.md 10.3. */
import { type ByteSource, concatBytes } from "../../bytes/bytes.ts";
import type { OwnSample, RenditionWriter, SourceIndex, SourceStream } from "../../containers/source-index.ts";
import { UnsupportedError } from "../../errors.ts";
import type { RecodedPicture, Recoder } from "../../pictures/recoder.ts";
import type { Pool } from "../../pool/worker-pool.ts";
import { codedArea } from "../../restriction/areas.ts";
import { overlaysByRange, overlaysOf, type PlanarOverlays } from "../../restriction/overlays.ts";
import type { RestrictedPart } from "../../restriction/part.ts";
import { checkSounds, type Silencer, silencerOf } from "../../restriction/silence.ts";
import type { DivisionJob } from "../method.ts";
import { restrictedSegment, sharedSegment, substituteSegment } from "../source-segments.ts";
import { type CutTask, sourceTask } from "./cut-tasks.ts";
import { findRanges, type KeptSample, partsHiding, type SourceRange, shownTimes, wholeAt } from "./hidden-ranges.ts";
import { inSourceForm, parameterSets } from "./parameter-sets.ts";
import type { SamplesWorkerApi } from "./samples-worker.ts";
import { type Piece, planSegments } from "./segment-planner.ts";

/** Substitutes of a segment: as long as those of the source are. */
const SEGMENT_MAX_MICROSECONDS = 2_000_000;
const SEGMENT_MAX_BYTES = 1 << 20;
/** Of a rendition's structure. */
const STRUCTURE_MAX_BYTES = 2 << 20;
/** Of a file whose start tells of everything behind it. */
const HELD_MAX_BYTES = 256 << 20;
/** Substitutes that are held until the head before them is known. */
const GROUP_MAX_BYTES = 32 << 20;

/** What is known of both renditions before anything is written. */
export interface TwoRenditions {
  /** Both, one behind another where they differ. */
  tasks(pool: Pool<SamplesWorkerApi>): AsyncGenerator<CutTask>;
  close(): void;
}

/**
 * Finds out what of a source is hidden, and opens what codes it anew.
 *
 * @throws {@link UnsupportedError} the container, the sound, or the pictures' coding cannot be hidden in as they are
 */
export async function openRenditions(
  { source, openRecoder, overlays = {}, signal }: Pick<DivisionJob, "source" | "openRecoder" | "overlays" | "signal">,
  index: SourceIndex,
  parts: readonly RestrictedPart[],
): Promise<TwoRenditions> {
  const { streams, film, container, startMicroseconds } = index;
  const track = streams[film]?.track;
  if (index.openRendition === undefined || track?.kind !== "video")
    throw new UnsupportedError(
      `no part of a file of this container (${container}) can be hidden as it is: choose method compress`,
      { container, reason: "hiddenKept" },
    );
  const kept = streams.flatMap(({ track: own }, stream) => (stream === film || own?.kind === "audio" ? [stream] : []));
  for (const stream of kept) {
    const own = streams[stream]?.track;
    if (own?.kind === "audio") checkSounds(parts, own);
  }
  const rendition = await index.openRendition(kept, startMicroseconds);
  const coded = parts.map((part) => ({ ...part, areas: part.areas.map((area) => codedArea(area, track)) }));
  const ranges = await findRanges(source, index, coded, new Set(kept), rendition.wholes);
  const hasPictures = ranges.some(({ samples }) => samples.some(({ isHidden, stream }) => isHidden && stream === film));
  if (hasPictures && openRecoder === undefined)
    throw new UnsupportedError(
      `nothing here codes ${track.codec}, in which what stands in for hidden parts has to be coded: choose method compress, or another browser`,
      { codec: track.codec, reason: "hiddenKept" },
    );
  const recoder = hasPictures ? await openRecoder?.(track, bitsPerSecond(ranges, film)) : undefined;
  const given = { source, index, parts: coded, overlays: overlaysByRange(overlays, track), ranges, rendition, recoder };
  return {
    tasks: (pool) => new Renditions({ ...given, pool, signal }).tasks(),
    close: () => recoder?.close(),
  };
}

/** Of the film's coded pictures. */
function bitsPerSecond(ranges: readonly SourceRange[], film: number): number {
  let [bytes, from, to] = [0, Number.POSITIVE_INFINITY, 0];
  for (const { samples } of ranges)
    for (const { stream, size, timeMicroseconds, durationMicroseconds } of samples) {
      if (stream !== film) continue;
      bytes += size;
      from = Math.min(from, timeMicroseconds);
      to = Math.max(to, timeMicroseconds + durationMicroseconds);
    }
  return to > from ? (bytes * 8e6) / (to - from) : 0;
}

interface Parts {
  source: ByteSource;
  index: SourceIndex;
  parts: readonly RestrictedPart[];
  /** By the range of the samples: full or not. */
  overlays: (fullRange: boolean) => PlanarOverlays;
  ranges: readonly SourceRange[];
  rendition: RenditionWriter;
  recoder: Recoder | undefined;
  pool: Pool<SamplesWorkerApi>;
  signal: AbortSignal | undefined;
}

/** Substitutes that become one segment. */
interface Substitutes {
  samples: OwnSample[];
  bytes: number;
}

class Renditions {
  /** Bytes of base so far. */
  private place = 0;
  private isStarted = false;
  /** Parameter sets that stand right before the next picture of the source. */
  private setsBefore = 0;
  private shownUntil = 0;
  private sourceEnd = 0;
  /** By range. */
  private held: Map<number, CutTask[]> | undefined;

  constructor(private readonly given: Parts) {}

  async *tasks(): AsyncGenerator<CutTask> {
    const { source, index, ranges, rendition } = this.given;
    if (rendition.wholes !== undefined) this.held = await this.hold();
    let at = -1;
    for await (const segment of planSegments(
      index,
      source.size,
      ranges.map(({ start }) => start),
    )) {
      while (segment.start >= (ranges[at]?.end ?? 0)) {
        if (at >= 0) yield* this.leave(at);
        at += 1;
        yield* this.enter(at);
      }
      this.sourceEnd = segment.end;
      const bytes = segment.end - segment.start;
      const isShared = ranges[at]?.kind === "shared";
      yield sourceTask(source, segment, isShared ? sharedSegment(bytes) : restrictedSegment(bytes));
    }
    if (at >= 0) yield* this.leave(at);
    yield* this.structure(rendition.end());
  }

  /** Base begins before the first of what it has, and not before the source's own structure. */
  private *enter(at: number): Generator<CutTask> {
    const { ranges, rendition } = this.given;
    const range = ranges[at];
    if (range === undefined || range.kind === "structure") return;
    if (!this.isStarted) {
      const head = range.kind === "shared" ? rendition.head(this.sharedFrom(at)) : new Uint8Array();
      yield* this.structure(concatBytes(rendition.start(this.place), head));
    }
    this.isStarted = true;
    if (range.kind === "shared" && this.held === undefined) this.share(range);
  }

  private async *leave(at: number): AsyncGenerator<CutTask> {
    const range = this.given.ranges[at];
    if (range?.kind !== "hidden") return;
    if (this.held !== undefined) yield* this.held.get(at) ?? [];
    else yield* this.substitutes(range, this.sharedFrom(at + 1));
  }

  /** All substitutes, where a file's start tells of what follows it. */
  private async hold(): Promise<Map<number, CutTask[]>> {
    const held = new Map<number, CutTask[]>();
    let bytes = 0;
    for (const [at, range] of this.given.ranges.entries()) {
      if (range.kind === "shared") this.share(range);
      if (range.kind !== "hidden") continue;
      const tasks: CutTask[] = [];
      for await (const task of this.substitutes(range, this.sharedFrom(at + 1))) {
        bytes += task.role.baseBytes;
        if (bytes > HELD_MAX_BYTES)
          throw new UnsupportedError(
            `what stands in for hidden parts takes more than ${HELD_MAX_BYTES} bytes, which is too much to be held for a file of this container: hide less, or choose method compress`,
            { reason: "hiddenKept" },
          );
        tasks.push(task);
      }
      held.set(at, tasks);
    }
    return held;
  }

  /** Bytes of the source in base from a range on until the next hidden one. */
  private sharedFrom(first: number): number {
    let bytes = 0;
    for (let at = first; at < this.given.ranges.length; at++) {
      const { kind, start, end } = this.given.ranges[at] as SourceRange;
      if (kind === "hidden") break;
      if (kind === "shared") bytes += end - start;
    }
    return bytes;
  }

  private share({ start, end, samples }: SourceRange): void {
    const { rendition, index } = this.given;
    for (const sample of samples) {
      const before = sample.stream === index.film ? this.setsBefore : 0;
      const whole = wholeAt(rendition.wholes, sample.offset)?.start ?? sample.offset;
      const place = this.place - start;
      rendition.add(sample, place + sample.offset - before, sample.size + before, place + whole);
      if (sample.stream === index.film) this.setsBefore = 0;
    }
    this.place += end - start;
  }

  /** Base's own structure, in pieces. */
  private *structure(bytes: Uint8Array): Generator<CutTask> {
    for (let from = 0; from < bytes.length; from += STRUCTURE_MAX_BYTES) {
      const own = bytes.slice(from, from + STRUCTURE_MAX_BYTES);
      yield {
        place: { key: false, structure: true, startMicroseconds: 0, durationMicroseconds: 0, pictures: 0 },
        ...{ role: substituteSegment(own.length), pieces: [], beside: [], sourceEnd: this.sourceEnd },
        bytes: async () => own,
      };
    }
    this.place += bytes.length;
  }

  /** @param following bytes of the source behind them in base, up to the next hidden range */
  private async *substitutes(range: SourceRange, following: number): AsyncGenerator<CutTask> {
    const headBytes = this.given.rendition.head(1).length;
    let group: { tasks: CutTask[]; bytes: number } = { tasks: [], bytes: 0 };
    const add = (segment: Substitutes, behind: Uint8Array = new Uint8Array()): void => {
      const task = this.laid(segment, this.place + headBytes + group.bytes, behind);
      group.tasks.push(task.task);
      group.bytes += task.bytes;
    };
    let open: Substitutes = { samples: [], bytes: 0 };
    for await (const sample of this.ownSamples(range)) {
      if (open.samples.length > 0 && this.isFull(open, sample)) {
        add(open);
        open = { samples: [], bytes: 0 };
      }
      if (group.bytes >= GROUP_MAX_BYTES) {
        yield* this.group(group, group.bytes);
        group = { tasks: [], bytes: 0 };
      }
      open.samples.push(sample);
      open.bytes += sample.data.length;
    }
    const sets = this.setsBefore > 0 ? this.sourceSets() : new Uint8Array();
    if (open.samples.length > 0) add(open, sets);
    yield* this.group(group, group.bytes + following);
  }

  private *group(group: { tasks: CutTask[]; bytes: number }, bytes: number): Generator<CutTask> {
    yield* this.structure(this.given.rendition.head(bytes));
    yield* group.tasks;
    this.place += group.bytes;
  }

  private isFull({ samples, bytes }: Substitutes, next: OwnSample): boolean {
    if (bytes + next.data.length > SEGMENT_MAX_BYTES) return true;
    const times = [...samples, next].map(({ timeMicroseconds }) => timeMicroseconds);
    return Math.max(...times) + next.durationMicroseconds - Math.min(...times) > SEGMENT_MAX_MICROSECONDS;
  }

  private laid({ samples }: Substitutes, offset: number, behind: Uint8Array): { task: CutTask; bytes: number } {
    const { rendition, index } = this.given;
    const { bytes: own, places } = rendition.lay(samples, offset);
    const bytes = concatBytes(own, behind);
    const pieces = samples.map(({ stream, data, key }, i): Piece => {
      const { form, parameter } = index.streams[stream] as SourceStream;
      return { offset: places[i] ?? 0, size: data.length, form, parameter, key };
    });
    const shown = samples.flatMap((sample) =>
      shownTimes(index.streams[sample.stream] as SourceStream, { ...sample, offset: 0, size: 0 }),
    );
    const start = Math.max(
      0,
      Math.round(Math.min(...shown.map((one) => one.start), ...(shown.length > 0 ? [] : [this.shownUntil]))),
    );
    const end = Math.max(start, ...shown.map((one) => Math.round(one.end)));
    this.shownUntil = end;
    const pictures = samples.filter(({ stream }) => stream === index.film);
    return {
      bytes: bytes.length,
      task: {
        place: {
          ...{ key: pictures[0]?.key ?? false, structure: false, pictures: pictures.length },
          ...{ startMicroseconds: start, durationMicroseconds: end - start },
        },
        ...{ role: substituteSegment(bytes.length), pieces, beside: [], sourceEnd: this.sourceEnd },
        bytes: async () => bytes,
      },
    };
  }

  /** What base has of a hidden range, in the order in which it is decoded. */
  private async *ownSamples({ samples }: SourceRange): AsyncGenerator<OwnSample> {
    const { film } = this.given.index;
    const sound = samples.filter(({ stream }) => stream !== film);
    for await (const picture of this.pictures(samples.filter(({ stream }) => stream === film))) {
      while ((sound[0]?.timeMicroseconds ?? Number.POSITIVE_INFINITY) <= picture.timeMicroseconds)
        yield await this.packet(sound.shift() as KeptSample);
      yield picture;
    }
    for (const packet of sound) yield await this.packet(packet);
  }

  private async packet(sample: KeptSample): Promise<OwnSample> {
    const { source, index } = this.given;
    const data = await source.read(sample.offset, sample.size);
    const track = index.streams[sample.stream]?.track;
    const silence: Silencer | undefined = sample.isHidden && track?.kind === "audio" ? silencerOf(track) : undefined;
    return { ...sample, data: silence?.(data) ?? data };
  }

  /** Runs of hidden pictures are coded anew, others copied. */
  private async *pictures(film: readonly KeptSample[]): AsyncGenerator<OwnSample> {
    for (let first = 0; first < film.length; ) {
      let end = first + 1;
      const picture = film[first] as KeptSample;
      while (film[end]?.isHidden === picture.isHidden) end += 1;
      const run = film.slice(first, end);
      if (picture.isHidden) yield* this.recoded(run);
      else
        for (const own of run) {
          const { data } = await this.packet(own);
          yield { ...own, data: this.setsBefore > 0 ? concatBytes(this.sourceSets(), data) : data };
          this.setsBefore = 0;
        }
      first = end;
    }
  }

  private async *recoded(run: readonly KeptSample[]): AsyncGenerator<OwnSample> {
    const { recoder, index, pool, parts, overlays, signal } = this.given;
    const { startMicroseconds, film } = index;
    const stream = index.streams[film] as SourceStream;
    if (recoder === undefined || stream.track?.kind !== "video")
      throw new TypeError("recoder: hidden pictures need one");
    const { track } = stream;
    const shown = [...run].sort((a, b) => a.timeMicroseconds - b.timeMicroseconds);
    const last = shown.at(-1) as KeptSample;
    const span = {
      fromMicroseconds: (shown[0] as KeptSample).timeMicroseconds + startMicroseconds,
      untilMicroseconds: last.timeMicroseconds + Math.max(1, last.durationMicroseconds) + startMicroseconds,
    };
    const sourceOf = (timestampMicroseconds: number): KeptSample =>
      nearest(shown, timestampMicroseconds - startMicroseconds);
    const pictures = recoder.recode(span, (picture) => {
      const isRgb = picture.format === "RGBA" || picture.format === "BGRA";
      const hiding = partsHiding(parts, stream, sourceOf(picture.timestampMicroseconds));
      const fullRange = track.fullRange && !isRgb;
      const data = picture.data.slice(); // the host may use its buffer again
      return pool.use((api) =>
        api.treatPicture(pool.transfer({ ...picture, data }, [data.buffer]), {
          parts: hiding.map(({ areas, treatment }) => ({ areas, treatment })),
          fullRange,
          overlays: overlaysOf(hiding, overlays(fullRange)),
        }),
      );
    });
    let isFirst = true;
    for await (const picture of pictures) {
      signal?.throwIfAborted();
      const { timeMicroseconds, durationMicroseconds } = sourceOf(picture.timestampMicroseconds);
      const data = this.inBand(picture, stream);
      // A file needs a key picture to begin a run with, whatever an encoder calls its first.
      yield { stream: film, timeMicroseconds, durationMicroseconds, key: picture.key || isFirst, data };
      isFirst = false;
    }
    this.setsBefore = this.sourceSets().length;
  }

  /** With its parameter sets, if it is the first of a run. */
  private inBand({ data, configuration }: RecodedPicture, { form, parameter }: SourceStream): Uint8Array {
    const own = inSourceForm(data, form, parameter);
    return configuration === undefined ? own : concatBytes(parameterSets(configuration, form, parameter), own);
  }

  /** The source's parameter sets, which its pictures need behind those of another encoder. */
  private sourceSets(): Uint8Array {
    const { rendition, index } = this.given;
    const { form, parameter } = index.streams[index.film] as SourceStream;
    return parameterSets(rendition.configuration(index.film), form, parameter);
  }
}

/** @param shown in the order of their times, at least one */
function nearest(shown: readonly KeptSample[], timeMicroseconds: number): KeptSample {
  let [low, high] = [0, shown.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((shown[middle]?.timeMicroseconds ?? 0) <= timeMicroseconds) low = middle;
    else high = middle - 1;
  }
  const [before, after] = [shown[low] as KeptSample, shown[low + 1]];
  const isAfter =
    after !== undefined && after.timeMicroseconds - timeMicroseconds < timeMicroseconds - before.timeMicroseconds;
  return isAfter ? after : before;
}
