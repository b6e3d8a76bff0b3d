/** MP4 and QuickTime files around other samples: one `moov` with plain tables behind the media (ISO/IEC 14496-12 8). */
import { concatBytes, viewOf } from "../../bytes/bytes.ts";
import { UnsupportedError } from "../../errors.ts";
import type { OwnSample, RenditionSample, RenditionWriter } from "../source-index.ts";
import { type Box, boxAt, childBox, childBoxes } from "./iso-boxes.ts";
import type { IsoTrack } from "./iso-tracks.ts";

/** Sample entries whose parameter sets may stand in the samples, by the names of those where they may not (ISO/IEC 14496-15). */
const IN_BAND: Record<string, string> = { avc1: "avc3", hvc1: "hev1" };
const CONFIGURATIONS = ["avcC", "hvcC"];
/** Above this a field of 32 bits does not hold a time. */
const TIME_MAX = 2 ** 31 - 1;
const DURATION_MAX = 2 ** 32 - 1;

/** A track of the source, with the box that tells of it. */
export interface IsoTrak {
  track: IsoTrack;
  trak: Box;
}

/** The samples of one track, in the order in which they are decoded: times in its time scale. */
interface Samples {
  offsets: number[];
  sizes: number[];
  times: number[];
  durations: number[];
  keys: boolean[];
}

/** The source's index from which a rendition takes what describes its tracks. */
export interface IsoSource {
  moov: Uint8Array;
  /** `moov` in it. */
  root: Box;
  traks: readonly IsoTrak[];
  movieTimescale: number;
  isQuickTime: boolean;
  /** Its durations are told by fragments. */
  isFragmented: boolean;
}

export class IsoRendition implements RenditionWriter {
  /** By stream. */
  private readonly samples = new Map<number, Samples>();

  /**
   * @param streams           that are kept
   * @param startMicroseconds the source's own time at which the index's times begin
   * @throws {@link UnsupportedError} a track has several descriptions, or none whose parameter sets may change
   */
  constructor(
    private readonly source: IsoSource,
    streams: readonly number[],
    private readonly startMicroseconds: number,
  ) {
    for (const stream of streams) {
      this.samples.set(stream, { offsets: [], sizes: [], times: [], durations: [], keys: [] });
      const { entries, stsd } = this.entriesOf(stream);
      const { form } = this.trackOf(stream).stream;
      const isKnown = (form !== "avc" && form !== "hevc") || /^(avc[13]|hvc1|hev1)$/.test(entries[0]?.type ?? "");
      if (stsd === undefined || entries.length !== 1 || !isKnown)
        throw new UnsupportedError(
          `track ${this.trackOf(stream).id} is described ${entries.length} times (${entries.map(({ type }) => type).join(", ")}): parts of it cannot be hidden as it is; choose method compress`,
          { track: this.trackOf(stream).id, reason: "hiddenKept" },
        );
    }
  }

  configuration(stream: number): Uint8Array | undefined {
    const { moov } = this.source;
    const [entry] = this.entriesOf(stream).entries;
    const box = entry && visualBoxes(moov, entry).find(({ type }) => CONFIGURATIONS.includes(type));
    return box && moov.subarray(box.body, box.end);
  }

  start(): Uint8Array {
    return this.source.isQuickTime
      ? box("ftyp", text("qt  "), u32(0x200), text("qt  "))
      : box("ftyp", text("isom"), u32(0x200), text("isom"), text("iso4"), text("mp41"));
  }

  /** Sixteen bytes, so that who reads it reads nothing of what follows. */
  head(bytes: number): Uint8Array {
    return bytes === 0 ? new Uint8Array() : concatBytes(u32(1), text("mdat"), u64s([bytes + 16]));
  }

  add({ stream, timeMicroseconds, durationMicroseconds, key }: RenditionSample, offset: number, size: number): void {
    const samples = this.samples.get(stream);
    if (samples === undefined) return;
    const { timescale, shift } = this.trackOf(stream);
    samples.offsets.push(offset);
    samples.sizes.push(size);
    samples.times.push(Math.round(((timeMicroseconds + this.startMicroseconds) * timescale) / 1e6 - shift));
    samples.durations.push(Math.max(0, Math.round((durationMicroseconds * timescale) / 1e6)));
    samples.keys.push(key);
  }

  lay(samples: readonly OwnSample[], offset: number): { bytes: Uint8Array; places: number[] } {
    const places: number[] = [];
    let at = 0;
    for (const sample of samples) {
      places.push(at);
      this.add(sample, offset + at, sample.data.length);
      at += sample.data.length;
    }
    return { bytes: concatBytes(...samples.map(({ data }) => data)), places };
  }

  end(): Uint8Array {
    const { moov, root, isFragmented, movieTimescale } = this.source;
    const tracks = [...this.samples].map(([stream, samples]) => ({
      stream,
      tables: tablesOf(samples, this.trackOf(stream).stream.track?.kind === "video"),
    }));
    const shown = tracks.map(({ stream, tables }) =>
      Math.round(((tables.end + this.trackOf(stream).shift) * movieTimescale) / this.trackOf(stream).timescale),
    );
    const movie = copied(moov, childBox(moov, root, "mvhd"));
    if (isFragmented) patchDuration(movie, 16, 24, Math.max(0, ...shown));
    const traks = tracks.map(({ stream, tables }, i) => this.trakOf(stream, tables, shown[i] ?? 0));
    return box("moov", movie, ...traks);
  }

  private trakOf(stream: number, { boxes, duration }: Tables, shown: number): Uint8Array {
    const { moov, isFragmented, traks } = this.source;
    const { trak } = traks[stream] as IsoTrak;
    const mdia = childBox(moov, trak, "mdia");
    const minf = childBox(moov, mdia, "minf");
    const [tkhd, mdhd, edts] = [childBox(moov, trak, "tkhd"), childBox(moov, mdia, "mdhd"), this.edtsOf(trak, shown)];
    const [track, media] = [copied(moov, tkhd), copied(moov, mdhd)];
    if (isFragmented) {
      patchDuration(track, 20, 28, shown);
      patchDuration(media, 16, 24, duration);
    }
    const around = minf === undefined ? [] : childBoxes(moov, minf.body, minf.end);
    const stbl = box("stbl", this.stsdOf(stream), ...boxes);
    const information = around.map((own) => (own.type === "stbl" ? stbl : moov.subarray(own.start, own.end)));
    return box(
      "trak",
      ...[track, ...edts],
      box("mdia", media, copied(moov, childBox(moov, mdia, "hdlr")), box("minf", ...information)),
    );
  }

  /** The source's edit list; in one of fragments a duration of 0 stands for what they bring. */
  private edtsOf(trak: Box, shown: number): Uint8Array[] {
    const { moov, isFragmented } = this.source;
    const edts = childBox(moov, trak, "edts");
    const elst = childBox(moov, edts, "elst");
    if (edts === undefined || elst === undefined) return [];
    const own = moov.slice(edts.start, edts.end);
    const rows = elst.body - edts.start;
    if (!isFragmented || elst.end - elst.body < 8) return [own];
    const wide = own[rows] === 1;
    const view = viewOf(own);
    const rowBytes = wide ? 20 : 12;
    for (let row = 0; row < view.getUint32(rows + 4) && rows + 8 + (row + 1) * rowBytes <= own.length; row++) {
      const at = rows + 8 + row * rowBytes;
      const isShown = (wide ? Number(view.getBigInt64(at + 8)) : view.getInt32(at + 4)) >= 0;
      if (!isShown) continue;
      if (wide) view.setBigUint64(at, BigInt(shown));
      else view.setUint32(at, Math.min(DURATION_MAX, shown));
    }
    return [own];
  }

  /** As the source has it, but that parameter sets may stand in the samples. */
  private stsdOf(stream: number): Uint8Array {
    const { moov } = this.source;
    const { entries, stsd } = this.entriesOf(stream);
    const [entry] = entries;
    const own = copied(moov, stsd);
    const name = entry && IN_BAND[entry.type];
    if (stsd !== undefined && entry !== undefined && name !== undefined)
      own.set(text(name), entry.start + 4 - stsd.start);
    return own;
  }

  private entriesOf(stream: number): { stsd: Box | undefined; entries: Box[] } {
    const { moov, traks } = this.source;
    const stsd = boxAt(moov, traks[stream]?.trak, "mdia", "minf", "stbl", "stsd");
    const room = stsd === undefined ? 0 : stsd.end - stsd.body;
    return { stsd, entries: stsd === undefined || room < 8 ? [] : childBoxes(moov, stsd.body + 8, stsd.end) };
  }

  private trackOf(stream: number): IsoTrack {
    return (this.source.traks[stream] as IsoTrak).track;
  }
}

const VISUAL_ENTRY_BYTES = 78; // VisualSampleEntry without its head: ISO/IEC 14496-12 12.1.3

const visualBoxes = (moov: Uint8Array, entry: Box): Box[] =>
  childBoxes(moov, Math.min(entry.end, entry.body + VISUAL_ENTRY_BYTES), entry.end);

const copied = (moov: Uint8Array, own: Box | undefined): Uint8Array =>
  own === undefined ? new Uint8Array() : moov.slice(own.start, own.end);

/** Writes a duration into a box of version 0 or 1. @param narrowAt from the body on @param wideAt the same of version 1 */
function patchDuration(own: Uint8Array, narrowAt: number, wideAt: number, duration: number): void {
  const view = viewOf(own);
  if (own[8] === 1) view.setBigUint64(8 + wideAt, BigInt(duration));
  else view.setUint32(8 + narrowAt, Math.min(DURATION_MAX, duration));
}

interface Tables {
  /** Of `stbl`, behind its first. */
  boxes: Uint8Array[];
  /** In the track's time scale. */
  duration: number;
  /** When the last sample's time is over. */
  end: number;
}

/**
 * Tables of a track. Samples are decoded in their order, at the times at which their number of them are shown: a sample is never
 * shown before those, but by what the first is shown later than at 0.
 */
function tablesOf({ offsets, sizes, times, durations, keys }: Samples, isVideo: boolean): Tables {
  const shown = Float64Array.from(times).sort();
  const first = shown[0] ?? 0;
  const last = times.lastIndexOf(shown.at(-1) ?? 0);
  const deltas = times.map((_, i) => (shown[i + 1] ?? (shown[i] ?? 0) + (durations[last] ?? 0)) - (shown[i] ?? 0));
  const later = times.map((time, i) => time - (shown[i] ?? 0) + first);
  if (later.some((time) => Math.abs(time) > TIME_MAX))
    throw new UnsupportedError(
      "the file is a piece of a recording that began long before: parts of it cannot be hidden as it is; choose method compress",
    );
  const isSigned = later.some((time) => time < 0);
  const { chunks, rows } = chunksOf(offsets, sizes);
  const numbers = keys.flatMap((key, i) => (key ? [i + 1] : []));
  const duration = deltas.reduce((sum, delta) => sum + delta, 0);
  return {
    duration,
    end: first + duration,
    boxes: [
      fullBox("stts", 0, ...runsOf(deltas)),
      ...(later.some((time) => time !== 0) ? [fullBox("ctts", isSigned ? 1 : 0, ...runsOf(later))] : []),
      ...(numbers.length === keys.length || !isVideo ? [] : [fullBox("stss", 0, u32(numbers.length), u32s(numbers))]),
      fullBox("stsc", 0, u32(rows.length / 3), u32s(rows)),
      fullBox("stsz", 0, u32(0, sizes.length), u32s(sizes)),
      fullBox("co64", 0, u32(chunks.length), u64s(chunks)),
    ],
  };
}

/** Samples that stand one behind another are a chunk; rows of `stsc` tell how many are in each. */
function chunksOf(offsets: readonly number[], sizes: readonly number[]): { chunks: number[]; rows: number[] } {
  const chunks: number[] = [];
  const counts: number[] = [];
  offsets.forEach((offset, i) => {
    if (i > 0 && (offsets[i - 1] ?? 0) + (sizes[i - 1] ?? 0) === offset)
      counts[counts.length - 1] = (counts.at(-1) ?? 0) + 1;
    else {
      chunks.push(offset);
      counts.push(1);
    }
  });
  const rows = counts.flatMap((count, i) => (count === counts[i - 1] ? [] : [i + 1, count, 1]));
  return { chunks, rows };
}

/** Rows of (count, value), with their number before them. */
function runsOf(values: readonly number[]): Uint8Array[] {
  const rows: number[] = [];
  for (const value of values) {
    if (rows.at(-1) === value) rows[rows.length - 2] = (rows.at(-2) ?? 0) + 1;
    else rows.push(1, value);
  }
  return [u32(rows.length / 2), u32s(rows)];
}

function box(type: string, ...parts: Uint8Array[]): Uint8Array {
  const body = concatBytes(...parts);
  return concatBytes(u32(body.length + 8), text(type), body);
}

const fullBox = (type: string, version: number, ...parts: Uint8Array[]): Uint8Array =>
  box(type, u32(version * 2 ** 24), ...parts);

const text = (value: string): Uint8Array => Uint8Array.from(value, (letter) => letter.charCodeAt(0));

const u32 = (...numbers: number[]): Uint8Array => u32s(numbers);

/** Negative numbers as two's complement. */
function u32s(numbers: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(numbers.length * 4);
  const view = viewOf(bytes);
  for (const [i, number] of numbers.entries()) view.setUint32(i * 4, number);
  return bytes;
}

function u64s(numbers: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(numbers.length * 8);
  const view = viewOf(bytes);
  for (const [i, number] of numbers.entries()) view.setBigUint64(i * 8, BigInt(number));
  return bytes;
}
