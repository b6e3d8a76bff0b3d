/** Which bytes of a source hold what not everybody sees, widened to where decoding can begin and end. FORMAT.md 10.3. */
import type { ByteSource } from "../../bytes/bytes.ts";
import type { CodedSample, RenditionWriter, SourceIndex, SourceStream } from "../../containers/source-index.ts";
import { UnsupportedError } from "../../errors.ts";
import { presentationsOf } from "../../format/edit-list.ts";
import { isHiddenSound, partsOfPicture } from "../../restriction/hidden-parts.ts";
import type { RestrictedPart } from "../../restriction/part.ts";
import { isClosedKey } from "./parameter-sets.ts";
import { isTaken } from "./segment-planner.ts";

/** Hidden bytes that lie nearer to each other are one range, with what lies between: a range costs some hundred bytes. */
const JOIN_BYTES = 16 << 10;

/** A sample that base has too, as it is or by a substitute. */
export interface KeptSample extends CodedSample {
  /** Of a picture: it is coded anew. Of sound: it is silent. */
  isHidden: boolean;
}

/** Bytes of the source: of samples that everybody gets, of hidden parts, or of neither: structure. */
export interface SourceRange {
  start: number;
  end: number;
  kind: "shared" | "hidden" | "structure";
  /** In the order of the file; none of structure. */
  samples: KeptSample[];
}

/** When a sample is shown or heard; those of no duration last a microsecond. */
export const shownTimes = ({ edits }: SourceStream, { timeMicroseconds: from, durationMicroseconds }: CodedSample) =>
  presentationsOf(edits, from, from + Math.max(1, durationMicroseconds));

/** The parts that hide something of a picture. */
export function partsHiding(
  parts: readonly RestrictedPart[],
  stream: SourceStream,
  picture: CodedSample,
): RestrictedPart[] {
  const found = shownTimes(stream, picture).flatMap(({ start, end }) =>
    partsOfPicture(parts, { timestampMicroseconds: start, durationMicroseconds: end - start }),
  );
  return [...new Set(found)];
}

/**
 * Ranges that cover the source, in the order of the file.
 *
 * @param kept streams that base has
 * @throws {@link UnsupportedError} pictures stand in another order than they are decoded in
 */
export async function findRanges(
  source: ByteSource,
  index: SourceIndex,
  parts: readonly RestrictedPart[],
  kept: ReadonlySet<number>,
  wholes: RenditionWriter["wholes"],
): Promise<SourceRange[]> {
  const samples = await keptSamples(source, index, kept);
  const film = samples.filter(({ stream }) => stream === index.film);
  if (film.some(({ isAddition }) => isAddition === true))
    throw new UnsupportedError(
      "pictures of this file have more than one part, as transparency is: parts of it cannot be hidden as it is; choose method compress",
      { reason: "hiddenKept" },
    );
  giveDurations(film);
  const hidden = [
    ...(await hiddenPictures({ source, index, film, parts, wholes })),
    ...hiddenSound(index, samples, parts),
  ].map((range) => ({ start: wholeAt(wholes, range.start)?.start ?? range.start, end: wholeEnd(wholes, range.end) }));
  return rangesOf(joined(hidden), samples, wholes, source.size);
}

async function keptSamples(source: ByteSource, index: SourceIndex, kept: ReadonlySet<number>): Promise<KeptSample[]> {
  const samples: KeptSample[] = [];
  let at = 0;
  for await (const batch of index.samples())
    for (const sample of batch) {
      if (!isTaken(sample, at, source.size)) continue;
      at = Math.min(source.size, sample.offset + sample.size);
      if (kept.has(sample.stream) && at === sample.offset + sample.size) samples.push({ ...sample, isHidden: false });
    }
  return samples;
}

/** Where a container tells no durations: to the next picture that is shown. */
function giveDurations(film: KeptSample[]): void {
  if (film.every(({ durationMicroseconds }) => durationMicroseconds > 0)) return;
  const shown = [...film].sort((a, b) => a.timeMicroseconds - b.timeMicroseconds);
  for (const [i, picture] of shown.entries())
    if (picture.durationMicroseconds <= 0)
      picture.durationMicroseconds = (shown[i + 1] ?? picture).timeMicroseconds - picture.timeMicroseconds;
}

interface ByteRange {
  start: number;
  end: number;
}

interface Film {
  source: ByteSource;
  index: SourceIndex;
  film: KeptSample[];
  parts: readonly RestrictedPart[];
  wholes: RenditionWriter["wholes"];
}

/** Groups of pictures of which something is hidden, each up to the next picture that is not. */
async function hiddenPictures({ source, index, film, parts, wholes }: Film): Promise<ByteRange[]> {
  const stream = index.streams[index.film] as SourceStream;
  const isHiding = film.map((picture) => partsHiding(parts, stream, picture).length > 0);
  if (!isHiding.includes(true)) return [];
  const isBorder = await bordersOf(source, stream, film, wholes);
  const ranges: ByteRange[] = [];
  for (let first = 0; first < film.length; ) {
    let end = first + 1;
    while (end < film.length && !(await isBorder(end))) end += 1;
    const group = film.slice(first, end);
    if (isHiding.slice(first, end).includes(true)) {
      for (const picture of group) picture.isHidden = true;
      const last = group.at(-1) as KeptSample;
      const next = wholes === undefined ? film[end] : undefined;
      ranges.push({ start: (group[0] as KeptSample).offset, end: next?.offset ?? last.offset + last.size });
    }
    first = end;
  }
  return ranges;
}

/** Whether a group of pictures begins at this one of which nothing refers to another, in either direction. */
async function bordersOf(
  source: ByteSource,
  { form, parameter }: SourceStream,
  film: readonly KeptSample[],
  wholes: RenditionWriter["wholes"],
): Promise<(number: number) => Promise<boolean>> {
  const latest: number[] = [];
  const earliest: number[] = [];
  let [newest, oldest] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  let newestKey = Number.NEGATIVE_INFINITY;
  for (const [i, { timeMicroseconds, key }] of film.entries()) {
    latest[i] = newest;
    newest = Math.max(newest, timeMicroseconds);
    if (key && newestKey > timeMicroseconds)
      throw new UnsupportedError(
        "pictures do not stand in the order in which they are decoded: parts of the file cannot be hidden as it is; choose method compress",
      );
    if (key) newestKey = timeMicroseconds;
  }
  for (let i = film.length - 1; i >= 0; i--) {
    earliest[i] = oldest;
    oldest = Math.min(oldest, (film[i] as KeptSample).timeMicroseconds);
  }
  return async (number) => {
    const { key, timeMicroseconds, offset, size } = film[number] as KeptSample;
    const isFirst = wholes === undefined || wholeAt(wholes, film[number - 1]?.offset ?? 0) !== wholeAt(wholes, offset);
    if (!key || !isFirst || (latest[number] ?? 0) >= timeMicroseconds || (earliest[number] ?? 0) <= timeMicroseconds)
      return false;
    return isClosedKey(await source.read(offset, size), form, parameter);
  };
}

/** Packets of which a part hides something, with one more on each side: transforms overlap. */
function hiddenSound(
  { streams }: SourceIndex,
  samples: readonly KeptSample[],
  parts: readonly RestrictedPart[],
): ByteRange[] {
  const sounds = samples.filter(({ stream }) => streams[stream]?.track?.kind === "audio");
  const hidden = sounds.filter((packet) =>
    shownTimes(streams[packet.stream] as SourceStream, packet).some(({ start, end }) =>
      isHiddenSound(parts, start - packet.durationMicroseconds, end + packet.durationMicroseconds),
    ),
  );
  for (const packet of hidden) packet.isHidden = true;
  return hidden.map(({ offset, size }) => ({ start: offset, end: offset + size }));
}

/** What goes over whole and holds this place. */
export function wholeAt(wholes: RenditionWriter["wholes"], place: number): ByteRange | undefined {
  let [low, high] = [0, wholes?.length ?? 0];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((wholes?.[middle]?.end ?? 0) > place) high = middle;
    else low = middle + 1;
  }
  const found = wholes?.[low];
  return found !== undefined && found.start <= place ? found : undefined;
}
const wholeEnd = (wholes: RenditionWriter["wholes"], end: number): number => wholeAt(wholes, end - 1)?.end ?? end;

function joined(ranges: ByteRange[]): ByteRange[] {
  ranges.sort((a, b) => a.start - b.start);
  const whole: ByteRange[] = [];
  for (const range of ranges) {
    const last = whole.at(-1);
    if (last !== undefined && range.start - last.end <= JOIN_BYTES) last.end = Math.max(last.end, range.end);
    else whole.push({ ...range });
  }
  return whole;
}

/** Shared and hidden ranges with the structure between them. */
function rangesOf(
  hidden: readonly ByteRange[],
  samples: readonly KeptSample[],
  wholes: RenditionWriter["wholes"],
  fileBytes: number,
): SourceRange[] {
  const ranges: SourceRange[] = [];
  const put = (start: number, end: number, kind: SourceRange["kind"]): SourceRange | undefined => {
    const last = ranges.at(-1);
    const from = last?.end ?? 0;
    if (start > from) ranges.push({ start: from, end: start, kind: "structure", samples: [] });
    if (end <= Math.max(from, start)) return ranges.at(-1);
    if (last !== undefined && last.kind === kind && start <= last.end && kind === "shared") last.end = end;
    else ranges.push({ start: Math.max(start, from), end, kind, samples: [] });
    return ranges.at(-1);
  };
  let next = 0;
  for (const sample of samples) {
    const end = sample.offset + sample.size;
    for (let range = hidden[next]; range !== undefined && range.start <= sample.offset; range = hidden[++next])
      put(range.start, range.end, "hidden");
    const whole = wholeAt(wholes, sample.offset) ?? { start: sample.offset, end };
    const last = ranges.at(-1);
    if (last?.kind === "hidden" && sample.offset < last.end) last.samples.push(sample);
    else put(whole.start, whole.end, "shared")?.samples.push(sample);
  }
  put(fileBytes, fileBytes, "structure");
  return ranges;
}
