/** The inside of a segment of method `mpeg`: container and video parted, the video divided by the kernels. Bytes: FORMAT.md 11. */

import { concatBytes } from "../../bytes/bytes.ts";
import { inflate, pack } from "../../bytes/deflate.ts";
import { readVarint, writeVarint } from "../../bytes/varint.ts";
import { FormatError } from "../../errors.ts";
import { MAIN_SEGMENT_MAX_BYTES } from "../../format/layout.ts";
import { checkStatus } from "../../wasm/kernel-status.ts";
import type { Kernels } from "../../wasm/load-kernels.ts";
import type { RunLengths } from "./segment-planner.ts";

const STORED = 0;
const DEFLATED = 1;
/** As assembly/mpeg-division/divider.ts has them. */
const RECOMPRESS = 1;
const PATENT = 2;
const VERBATIM = 4;
/** The parts that the kernel gives, in its order. */
const PARTS = ["units", "heads", "lengths", "rest", "ac", "dc"] as const;
const ERROR_SPACE = -3;
/** Zeros that the kernels want behind what they read. */
const PAD_BYTES = 64;
const LIST_MAX_BYTES = 3 * MAIN_SEGMENT_MAX_BYTES;

export interface MpegRequest {
  runs: RunLengths;
  context: Uint8Array;
  factor: number;
  recompress: boolean;
  patent: boolean;
}

export interface CutMpeg {
  publicBytes: Uint8Array;
  withheld: Uint8Array;
  /** The filter factor of the next segment's first picture. */
  factor: number;
  /** Bytes of slices that did not parse. */
  verbatim: number;
}

type Parts = Record<(typeof PARTS)[number], Uint8Array>;

/** Rows for the kernels that cut ranges: container as gaps, video as ranges. */
function tableOf(runs: RunLengths): { table: Uint8Array; count: number; videoBytes: number } {
  const count = Math.ceil(runs.length / 2);
  const table = new Int32Array(2 * count);
  table.set(runs);
  const videoBytes = runs.reduce((sum, size, i) => sum + (i % 2 === 1 ? size : 0), 0);
  return { table: new Uint8Array(table.buffer), count, videoBytes };
}

/** Divides one segment of the source. */
export async function cutMpeg(
  { raw, memory }: Kernels,
  bytes: Uint8Array,
  { runs, context, factor, recompress, patent }: MpegRequest,
): Promise<CutMpeg> {
  const { table, count, videoBytes } = tableOf(runs);
  const cut = memory.withAllocations((scope) => {
    const container = scope.allocate(bytes.length - videoBytes);
    const video = scope.allocate(videoBytes + PAD_BYTES);
    checkStatus(raw.cutRanges(container, video, scope.put(bytes), bytes.length, scope.put(table), count), "cutRanges");
    const before = scope.put(context);
    let options = (recompress ? RECOMPRESS : 0) | (patent ? PATENT : 0);
    const divide = (): number => raw.mpegDivide(video, videoBytes, before, context.length, factor, options);
    let status = divide();
    if (status === ERROR_SPACE) {
      options |= VERBATIM;
      status = divide();
    }
    checkStatus(status, "mpegDivide");
    const parts = Object.fromEntries(
      PARTS.map((name, i) => [name, memory.copy(raw.mpegPart(i), raw.mpegPartLength(i))]),
    ) as Parts;
    const facts = { state: raw.mpegState(), factor: raw.mpegFactor(), verbatim: raw.mpegVerbatim() };
    raw.mpegClose();
    return { ...facts, options, parts, container: memory.copy(container, bytes.length - videoBytes) };
  });
  const { units, heads, lengths, rest, ac, dc } = cut.parts;
  const head: number[] = [];
  for (const number of [cut.options & (RECOMPRESS | PATENT), cut.state, bytes.length, runs.length, ...runs])
    writeVarint(head, number);
  for (const part of [units, lengths, heads, rest]) writeVarint(head, part.length);
  const block = concatBytes(Uint8Array.from(head), units, lengths, heads, cut.container);
  const packed = await pack(block);
  const lead: number[] = [packed === undefined ? STORED : DEFLATED];
  writeVarint(lead, (packed ?? block).length);
  return {
    publicBytes: concatBytes(Uint8Array.from(lead), packed ?? block, rest, ac),
    withheld: concatBytes(Uint8Array.of(factor), dc),
    factor: cut.factor,
    verbatim: cut.verbatim,
  };
}

/** A segment's two parts, read up to the codes of its slices; container and video are still apart. */
export interface OpenedMpegSegment {
  /** What is no video, in the source's order. */
  container: Uint8Array;
  /** How container and video alternate in the source. */
  runs: RunLengths;
  videoBytes: number;
  /** What {@link combineVideo} takes. */
  coded: { parts: Parts; state: number; options: number; factor: number };
}

/**
 * Reads one segment's two parts, each opened before where it is sealed.
 *
 * @throws {@link FormatError} they do not hold together
 */
export async function openMpegSegment(publicBytes: Uint8Array, withheld: Uint8Array): Promise<OpenedMpegSegment> {
  const coding = publicBytes[0];
  const lead = { bytes: publicBytes, at: 1 };
  const listBytes = readVarint(lead);
  const stored = publicBytes.subarray(lead.at, lead.at + listBytes);
  if ((coding !== STORED && coding !== DEFLATED) || stored.length !== listBytes)
    throw damaged(`coding ${coding}, ${listBytes} bytes of list, ${stored.length} there`);
  const list = { bytes: coding === DEFLATED ? await inflate(stored, LIST_MAX_BYTES) : stored, at: 0 };
  const [options, state, length, runCount] = [readVarint(list), readVarint(list), readVarint(list), readVarint(list)];
  if (length > MAIN_SEGMENT_MAX_BYTES || runCount > list.bytes.length) throw damaged(`${length} source bytes`);
  const runs = Array.from({ length: runCount }, () => readVarint(list));
  const { videoBytes } = tableOf(runs);
  const [unitBytes, lengthBytes, headBytes, restBytes] = [
    readVarint(list),
    readVarint(list),
    readVarint(list),
    readVarint(list),
  ];
  const take = (size: number): Uint8Array => {
    const part = list.bytes.subarray(list.at, list.at + size);
    list.at += size;
    return part;
  };
  const [units, lengths, heads] = [take(unitBytes), take(lengthBytes), take(headBytes)];
  const container = list.bytes.subarray(list.at);
  const coded = publicBytes.subarray(lead.at + listBytes);
  const containerBytes = runs.reduce((sum, size) => sum + size, 0) - videoBytes;
  if (
    list.at > list.bytes.length ||
    restBytes > coded.length ||
    containerBytes !== container.length ||
    containerBytes + videoBytes !== length ||
    withheld.length < 1
  )
    throw damaged(`${length} source bytes of ${videoBytes} video and ${container.length} container`);
  const parts: Parts = {
    units,
    heads,
    lengths,
    rest: coded.subarray(0, restBytes),
    ac: coded.subarray(restBytes),
    dc: withheld.subarray(1),
  };
  return { container, runs, videoBytes, coded: { parts, state, options, factor: withheld[0] ?? 0 } };
}

/**
 * Writes the video bytes of one segment into the kernels' memory.
 *
 * @param target where `videoBytes` bytes are theirs
 * @throws {@link FormatError} the two parts do not fit each other
 */
export function combineVideo({ raw, memory }: Kernels, segment: OpenedMpegSegment, target: number): void {
  const { parts, state, options, factor } = segment.coded;
  memory.withAllocations((scope) => {
    const padded = (part: Uint8Array): number => {
      const pointer = scope.allocate(part.length + PAD_BYTES);
      memory.bytes(pointer, part.length).set(part);
      return pointer;
    };
    const places = new Int32Array(PARTS.flatMap((name) => [padded(parts[name]), parts[name].length]));
    const table = scope.put(new Uint8Array(places.buffer));
    const status = raw.mpegCombine(target, segment.videoBytes, table, state, factor, options);
    if (status < 0) throw damaged(`status ${status} of its ${segment.videoBytes} video bytes`);
  });
}

/**
 * The source bytes of one segment again.
 *
 * @throws {@link FormatError} the two parts do not fit each other
 */
export async function mergeMpeg(kernels: Kernels, publicBytes: Uint8Array, withheld: Uint8Array): Promise<Uint8Array> {
  const segment = await openMpegSegment(publicBytes, withheld);
  const { raw, memory } = kernels;
  return memory.withAllocations((scope) => {
    const video = scope.allocate(segment.videoBytes);
    combineVideo(kernels, segment, video);
    const length = segment.container.length + segment.videoBytes;
    const bytes = scope.allocate(length);
    const { table, count } = tableOf(segment.runs);
    const container = scope.put(segment.container);
    checkStatus(raw.mergeRanges(bytes, length, container, video, scope.put(table), count), "mergeRanges");
    return memory.copy(bytes, length);
  });
}

function damaged(what: string): FormatError {
  return new FormatError(
    `segment of method mpeg does not hold together (${what}): the file is damaged; fetch it again`,
  );
}
