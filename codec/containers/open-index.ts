import type { ByteSource } from "../bytes/bytes.ts";
import { emptyFileError, InputError, UnsupportedError } from "../errors.ts";
import { COMMON_RATES } from "../pictures/picture-rates.ts";
import { openIso } from "./iso/iso.ts";
import { openMatroska } from "./matroska/matroska.ts";
import { openTransport } from "./mpeg-ts/transport.ts";
import { findPackets, SYNC } from "./mpeg-ts/transport-packets.ts";
import {
  type CodedSample,
  type FoundIndex,
  ratioOf,
  type SourceIndex,
  type SourceStream,
  type StreamIndex,
} from "./source-index.ts";
import { openAnnexB } from "./streams/annexb.ts";
import { openIvf } from "./streams/ivf.ts";

const ISO_TYPES = ["ftyp", "moov", "mdat", "free", "skip", "wide", "pnot", "styp", "moof", "sidx", "uuid"];

/** Packets of a transport stream show themselves within this, wherever the file begins in one. */
const TRANSPORT_PROBE_BYTES = 2048;

/** By the file's first bytes; the name does not matter. */
export type SourceKind = "iso" | "matroska" | "ivf" | "annexb" | "transport" | "y4m" | "unknown";

/** What kind of file a source is, by its first bytes; never throws for what they hold. */
export async function recogniseSource(source: ByteSource): Promise<SourceKind> {
  const head = await source.read(0, Math.min(12, source.size));
  const text = String.fromCharCode(...head);
  if (text.startsWith("YUV4MPEG2")) return "y4m";
  if (text.startsWith("\x1aE\xdf\xa3")) return "matroska";
  if (text.startsWith("DKIF")) return "ivf";
  if (ISO_TYPES.includes(text.slice(4, 8))) return "iso";
  if (text.startsWith("\0\0\x01") || text.startsWith("\0\0\0\x01")) return "annexb";
  if (head[0] === SYNC) return "transport";
  return findPackets(await source.read(0, Math.min(TRANSPORT_PROBE_BYTES, source.size))) === undefined
    ? "unknown"
    : "transport";
}

const OPENERS: Partial<Record<SourceKind, (source: ByteSource) => Promise<FoundIndex | undefined>>> = {
  iso: openIso,
  matroska: openMatroska,
  ivf: openIvf,
  annexb: openAnnexB,
  transport: openTransport,
};

/**
 * Finds out what a file is and where its coded samples stand.
 *
 * @throws {@link UnsupportedError} no container that is known here
 * @throws {@link InputError} a known container in which no coded sample is found
 */
export async function openIndex(source: ByteSource): Promise<SourceIndex> {
  const kind = await recogniseSource(source);
  const open = OPENERS[kind];
  if (source.size === 0) throw emptyFileError();
  if (open === undefined)
    throw new UnsupportedError(
      "no MP4, MOV, WebM, Matroska, IVF, H.264 or transport stream by its first bytes: convert it to one of these",
      { offsetBytes: 0 },
    );
  const found = await open(source);
  if (found !== undefined) {
    const first = await firstSamples(found);
    if (first.some((sample) => isMedia(found, sample))) return completed(found, first);
  }
  throw new InputError(
    `no coded picture or sound found in this ${NAMES[kind]}: the file is cut, damaged or of another coding; repair or convert it`,
    { offsetBytes: 0 },
  );
}

/**
 * The index of a stream without tables, known by its start alone.
 *
 * @param start source bytes up to the first pictures' end
 * @throws {@link InputError} there is no such stream
 */
export async function openStream(start: ByteSource): Promise<StreamIndex> {
  const kind = await recogniseSource(start);
  const index = await OPENERS[kind]?.(start);
  if (index?.samplesIn === undefined)
    throw new InputError("the start of the stream makes no sense: it was damaged before it was divided");
  return index as StreamIndex;
}

/** Whether it belongs to a stream that can be divided. */
const isMedia = ({ streams }: FoundIndex, { stream }: CodedSample): boolean =>
  (streams[stream]?.form ?? "other") !== "other";

/** Looked at for where the presentation begins and how quick its pictures are: enough for ten seconds of video and sound. */
const FIRST_SAMPLES = 1000;
/** Times that begin later than this are those of a longer recording, not a pause before the first picture. */
const LATE_START_MICROSECONDS = 1_000_000;

/** As many as there are up to {@link FIRST_SAMPLES}, and on to the first one of a track that can be played. */
async function firstSamples(found: FoundIndex): Promise<CodedSample[]> {
  const first: CodedSample[] = [];
  let hasMedia = false;
  for await (const batch of found.samples()) {
    hasMedia ||= batch.some((sample) => isMedia(found, sample));
    first.push(...batch);
    if (hasMedia && first.length >= FIRST_SAMPLES) break;
    if (!hasMedia) first.splice(0);
  }
  return first;
}

/** What the readers of all containers leave to the first samples. */
function completed(found: FoundIndex, first: readonly CodedSample[]): SourceIndex {
  const { streams } = found;
  const isVideo = ({ track }: SourceStream): boolean => track?.kind === "video";
  const film = streams.findIndex((stream) => isVideo(stream) && stream.isExtra !== true);
  for (const [number, stream] of streams.entries())
    if (stream.needsRate === true && stream.track?.kind === "video")
      stream.track.frameRate = rateOf(first.filter((sample) => sample.stream === number)) ?? stream.track.frameRate;
  const times = first.filter(({ stream }) => streams[stream]?.track !== undefined);
  const earliest = times.reduce((least, { timeMicroseconds }) => Math.min(least, timeMicroseconds), Infinity);
  const isLate = found.beginsAtZero !== true && earliest > LATE_START_MICROSECONDS && earliest < Infinity;
  const startMicroseconds = isLate ? Math.round(earliest) : 0;
  return {
    ...found,
    film: film < 0 ? streams.findIndex(isVideo) : film,
    startMicroseconds,
    samples: startMicroseconds === 0 ? found.samples : () => earlier(found.samples(), startMicroseconds),
  };
}

async function* earlier(samples: AsyncIterable<CodedSample[]>, microseconds: number): AsyncGenerator<CodedSample[]> {
  for await (const batch of samples)
    yield batch.map((sample) => ({ ...sample, timeMicroseconds: sample.timeMicroseconds - microseconds }));
}

const USUAL_RATES: readonly (readonly [number, number])[] = [...COMMON_RATES, [120, 1]];
const REORDERED_PICTURES = 16; // as many as H.264 and HEVC allow
/** A container's times may be whole milliseconds. */
const TIME_STEP_MICROSECONDS = 1000;

/** Pictures a second by their times: a usual rate where their steps allow it; undefined for less than two. */
function rateOf(pictures: readonly CodedSample[]): [number, number] | undefined {
  const times = pictures.filter(({ isAddition }) => isAddition !== true).map((picture) => picture.timeMicroseconds);
  times.sort((a, b) => a - b);
  // Of the last ones in coding order some are shown before others that are still to come.
  if (times.length > 4 * REORDERED_PICTURES) times.splice(-REORDERED_PICTURES);
  const span = (times.at(-1) ?? 0) - (times[0] ?? 0);
  const steps = times.length - 1;
  if (steps < 1 || span <= 0) return undefined;
  const near = (rate: number): number => Math.abs((steps * 1e6) / rate - span);
  const usual = USUAL_RATES.map(([a, b]) => ({ ratio: [a, b] as [number, number], off: near(a / b) }));
  const best = usual.reduce((least, one) => (one.off < least.off ? one : least));
  return best.off <= TIME_STEP_MICROSECONDS ? best.ratio : ratioOf((steps * 1e6) / span);
}

const NAMES: Partial<Record<SourceKind, string>> = {
  iso: "MP4 or QuickTime file",
  matroska: "Matroska or WebM file",
  ivf: "IVF file",
  annexb: "stream of start codes (H.264 with its parameter sets expected)",
  transport: "transport stream (H.264 or HEVC expected)",
};
