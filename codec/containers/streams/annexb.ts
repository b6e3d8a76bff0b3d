/** Index of raw H.264 (ITU-T H.264 Annex B): pictures found by their start codes. Times are nominal, since the stream has none. */
import type { ByteSource } from "../../bytes/bytes.ts";
import { untaggedMatrix } from "../../format/header.ts";
import { BATCH_SAMPLES, type CodedSample, type FoundIndex } from "../source-index.ts";
import { FieldPairs, readField, readSequence, type SequenceFacts, type SliceCoding } from "./h264-headers.ts";

const CHUNK_BYTES = 1 << 20;
const PROBE_BYTES = 1 << 20;

/** NAL unit types, ITU-T H.264 table 7-1. */
export const NAL = {
  slice: 1,
  partitionC: 4,
  idr: 5,
  sei: 6,
  sequence: 7,
  picture: 8,
  delimiter: 9,
  extension: 15,
} as const;

export const isSlice = (type: number): boolean => (type >= NAL.slice && type <= NAL.idr) || type === 20;

/** Of the next `00 00 01` at or behind `from`; -1 where there is none. */
export function nextStartCode(bytes: Uint8Array, from: number): number {
  for (let at = from + 2; at < bytes.length; ) {
    const byte = bytes[at] ?? 0;
    if (byte > 1) at += 3;
    else if (byte === 1) {
      if (bytes[at - 1] === 0 && bytes[at - 2] === 0) return at - 2;
      at += 3;
    } else at += 1;
  }
  return -1;
}

/** Undefined where the first megabyte holds no start code, no parameter set and no slice that make sense. */
export async function openAnnexB(source: ByteSource): Promise<FoundIndex | undefined> {
  const probe = await source.read(0, Math.min(PROBE_BYTES, source.size));
  const first = nextStartCode(probe, 0);
  if (first < 0 || first > 3 || probe.subarray(0, first).some((byte) => byte !== 0)) return undefined;
  let facts: SequenceFacts | undefined;
  let slices = 0;
  let parameterSets = 0;
  let pictures = 0;
  const pairs = new FieldPairs();
  for (let at = first; at >= 0 && at + 3 < probe.length; at = nextStartCode(probe, at + 3)) {
    const head = probe[at + 3] ?? 0;
    if ((head & 0x80) !== 0) return undefined; // MPEG video's start codes, HEVC above type 63
    if ((head & 31) === NAL.sequence) facts ??= readSequence(probe.subarray(at + 3));
    if ((head & 31) === NAL.picture) parameterSets++;
    if (!isSlice(head & 31)) continue;
    slices++;
    if (((probe[at + 4] ?? 0) & 0x80) === 0) continue;
    if (!pairs.isSecond(facts && readField(probe.subarray(at + 3, at + 3 + HEAD_BYTES), facts.slices))) pictures++;
  }
  if (facts === undefined || slices === 0 || parameterSets === 0) return undefined;
  const { picture, slices: coding } = facts;
  const pictureMicroseconds = (1e6 * picture.frameRate[1]) / picture.frameRate[0];
  return {
    container: "h264",
    streams: [
      {
        form: "annexb",
        parameter: 0,
        track: {
          ...picture,
          id: 0,
          kind: "video",
          rotation: 0,
          mirrored: false,
          matrix: untaggedMatrix(picture.height),
        },
      },
    ],
    // As the first megabyte, so the rest.
    durationMicroseconds: (pictures * pictureMicroseconds * source.size) / probe.length,
    structure: [],
    samples: () => pictureSamples(source, pictureMicroseconds, coding),
    samplesIn: (part) => pictureSamples(part, pictureMicroseconds, coding),
  };
}

/** Pictures with everything that stands before them; a picture begins as ITU-T H.264 7.4.1.2.3 says, by what its first bytes tell. */
async function* pictureSamples(
  source: ByteSource,
  pictureMicroseconds: number,
  coding: SliceCoding,
): AsyncGenerator<CodedSample[]> {
  let batch: CodedSample[] = [];
  let number = 0;
  let start = -1;
  let hasSlice = false;
  let key = false;
  const pairs = new FieldPairs();
  let isAddition = false;
  const close = (end: number): void => {
    if (start >= 0 && hasSlice)
      batch.push({
        offset: start,
        size: end - start,
        timeMicroseconds: (isAddition ? number - 1 : number++) * pictureMicroseconds,
        durationMicroseconds: pictureMicroseconds,
        key,
        stream: 0,
        ...(isAddition ? { isAddition } : {}),
      });
    if (hasSlice || start < 0) start = end;
    hasSlice = false;
    key = false;
  };
  for await (const { offset, head } of nalUnits(source)) {
    const type = (head[0] ?? 0) & 31;
    const opens = ((head[1] ?? 0) & 0x80) !== 0; // its first macroblock is number 0
    const slice = isSlice(type);
    const before = type >= NAL.sei && type <= NAL.delimiter ? true : type >= 14 && type <= 18;
    if (start < 0 || (hasSlice && (before || (slice && opens && type !== 20)))) close(offset);
    if (slice && !hasSlice && type !== 20) isAddition = pairs.isSecond(readField(head, coding));
    hasSlice ||= slice;
    key ||= type === NAL.idr;
    if (batch.length < BATCH_SAMPLES) continue;
    yield batch;
    batch = [];
  }
  close(source.size);
  if (batch.length > 0) yield batch;
}

/** Looked at of a NAL unit: a slice's number of its frame stands within. */
const HEAD_BYTES = 24;

/** Every NAL unit of the file: where its start code (with the zero before it) begins, and its first bytes. */
async function* nalUnits(source: ByteSource): AsyncGenerator<{ offset: number; head: Uint8Array }> {
  for (let from = 0; from < source.size; from += CHUNK_BYTES) {
    // More than the chunk: a start code that lies across, and what is behind it.
    const lead = Math.min(1, from);
    const chunk = await source.read(
      from - lead,
      Math.min(CHUNK_BYTES + lead + 3 + HEAD_BYTES, source.size - from + lead),
    );
    for (let at = nextStartCode(chunk, lead); at >= 0 && at - lead < CHUNK_BYTES; at = nextStartCode(chunk, at + 3)) {
      if (at + 3 >= chunk.length) return;
      const zero = at > 0 && chunk[at - 1] === 0 ? 1 : 0;
      yield { offset: from - lead + at - zero, head: chunk.subarray(at + 3, at + 3 + HEAD_BYTES) };
    }
  }
}
