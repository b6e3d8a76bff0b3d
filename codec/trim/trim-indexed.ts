/** A part of a file of coded pictures without tables: raw H.264, IVF, and H.264 or HEVC in a transport stream. */
import { type ByteSource, viewOf } from "../bytes/bytes.ts";
import { PIDS, packetFormOf, readPacket } from "../containers/mpeg-ts/transport-packets.ts";
import type { CodedSample, SourceIndex } from "../containers/source-index.ts";
import { isSlice, nextStartCode } from "../containers/streams/annexb.ts";
import { type Change, changedRange, type Piece, PiecedSource } from "./pieced-source.ts";
import { packetsBehind, tablesBefore, withoutEarlyPackets } from "./transport-pieces.ts";
import { NEAR_MICROSECONDS, type Trim, type TrimmedSource } from "./trim.ts";

const HEAD_BYTES = 1 << 16;
const IVF_HEAD_BYTES = 32;
/** Before each picture. */
const IVF_PICTURE_HEAD_BYTES = 12;

/** From the last key picture at or before the one time to the first at or after the other; undefined for files with tables. */
export async function trimIndexed(
  source: ByteSource,
  index: SourceIndex,
  trim: Trim,
): Promise<TrimmedSource | undefined> {
  const { container } = index;
  if (container !== "ts" && container !== "ivf" && container !== "h264") return undefined;
  const { from, to, pictures } = await keysAround(index, trim);
  const taken: Trim = {
    fromMicroseconds: from?.timeMicroseconds ?? 0,
    toMicroseconds: to?.timeMicroseconds ?? Number.POSITIVE_INFINITY,
  };
  const lead = container === "ivf" ? IVF_PICTURE_HEAD_BYTES : 0;
  const range = { start: (from?.offset ?? lead) - lead, end: (to?.offset ?? source.size + lead) - lead };
  const pieces = async (): Promise<Piece[]> => {
    if (container === "ivf") return ivfPieces(source, index, from, range, pictures);
    if (container === "h264") return from === undefined ? [range] : [...(await parameterSets(source)), range];
    return transportPieces(source, index, from, to, range);
  };
  return { source: new PiecedSource(source, await pieces()), taken };
}

async function keysAround(
  { samples, film }: SourceIndex,
  { fromMicroseconds, toMicroseconds }: Trim,
): Promise<{ from: CodedSample | undefined; to: CodedSample | undefined; pictures: number }> {
  let from: CodedSample | undefined;
  let pictures = 0;
  let isFirst = true;
  for await (const batch of samples())
    for (const sample of batch) {
      if (sample.stream !== film) continue;
      const { key, timeMicroseconds } = sample;
      if (key && timeMicroseconds <= fromMicroseconds + NEAR_MICROSECONDS && !isFirst) {
        from = sample;
        pictures = 0;
      } else if (key && !isFirst && timeMicroseconds >= toMicroseconds - NEAR_MICROSECONDS)
        return { from, to: sample, pictures };
      isFirst = false;
      pictures += 1;
    }
  return { from, to: undefined, pictures };
}

/** A head that counts its pictures, and their times from 0 on. */
async function ivfPieces(
  source: ByteSource,
  { samples }: SourceIndex,
  from: CodedSample | undefined,
  range: { start: number; end: number },
  pictures: number,
): Promise<Piece[]> {
  const head = (await source.read(0, IVF_HEAD_BYTES)).slice();
  const view = viewOf(head);
  const unitMicroseconds = (1e6 * view.getUint32(20, true)) / view.getUint32(16, true);
  view.setUint32(24, pictures, true);
  if (from === undefined) return [head, { ...range, start: IVF_HEAD_BYTES }];
  const times: Change[] = [];
  for await (const batch of samples())
    for (const { offset, timeMicroseconds } of batch) {
      if (offset < from.offset || offset >= range.end) continue;
      const bytes = new Uint8Array(8);
      const time = Math.round((timeMicroseconds - from.timeMicroseconds) / unitMicroseconds);
      viewOf(bytes).setBigUint64(0, BigInt(Math.max(0, time)), true);
      times.push({ offset: offset - bytes.length, bytes });
    }
  return [head, ...changedRange(range, times)];
}

/** What stands before the first slice. */
async function parameterSets(source: ByteSource): Promise<Piece[]> {
  const bytes = await source.read(0, Math.min(HEAD_BYTES, source.size));
  for (let at = nextStartCode(bytes, 0); at >= 0; at = nextStartCode(bytes, at + 3))
    if (isSlice((bytes[at + 3] ?? 0) & 31)) return [{ start: 0, end: at > 0 && bytes[at - 1] === 0 ? at - 1 : at }];
  return [];
}

async function transportPieces(
  source: ByteSource,
  { streams, film }: SourceIndex,
  from: CodedSample | undefined,
  to: CodedSample | undefined,
  range: { start: number; end: number },
): Promise<Piece[]> {
  const parameter = streams[film]?.parameter ?? 0;
  const [form, pid] = [packetFormOf(parameter), parameter % PIDS];
  const timeOf = async (sample: CodedSample | undefined): Promise<number | undefined> =>
    sample && readPacket(await source.read(sample.offset, form.bytes), form.lead)?.time;
  const [begins, ends] = [await timeOf(from), await timeOf(to)];
  const tables = from === undefined ? [] : await tablesBefore(source, form, range.start);
  const early = begins === undefined ? [] : await withoutEarlyPackets(source, form, range.start, pid, begins);
  const behind = ends === undefined ? [] : await packetsBehind(source, form, range.end, pid, ends);
  return [...tables, ...changedRange(range, early), ...behind];
}
