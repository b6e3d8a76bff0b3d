/** What a `trak` box says about its track (ISO/IEC 14496-12 8.3-8.5, QuickTime). */
import { viewOf } from "../../bytes/bytes.ts";
import type { Edit } from "../../format/edit-list.ts";
import { EDITS_MAX, untaggedMatrix, type VideoTrack } from "../../format/header.ts";
import { aacChannels, av1Name, avcName, esdsName, hevcName, vpName } from "../codec-names.ts";
import {
  type CodedSample,
  languageField,
  ratioOf,
  type SourceStream,
  type StructureRange,
  type TextCoding,
} from "../source-index.ts";
import { type Box, boxAt, childBox, childBoxes } from "./iso-boxes.ts";
import { SampleTables, type SoundUnits, type TableSample } from "./iso-tables.ts";

export interface IsoTrack {
  id: number;
  timescale: number;
  /** Added to a composition time to get presentation time, in units of the time scale. */
  shift: number;
  tables: SampleTables | undefined;
  stream: SourceStream;
  structure: StructureRange[];
}

const VISUAL_ENTRY_BYTES = 78; // VisualSampleEntry without its head: ISO/IEC 14496-12 12.1.3
const AUDIO_ENTRY_BYTES = 28; // AudioSampleEntry: 12.2.3
const FORMS: Record<string, SourceStream["form"]> = {
  avcC: "avc",
  hvcC: "hevc",
  av1C: "av1",
  vpcC: "picture",
};
const ENABLED = 1; // track_enabled
const TEXT_HANDLERS = ["sbtl", "subt", "text"];
const TEXT_CODINGS: Record<string, TextCoding> = { tx3g: "tx3g", text: "tx3g", wvtt: "wvtt" };
const CONFIGURATIONS = ["avcC", "hvcC", "av1C", "vpcC", "esds", "dOps", "dfLa", "alac", "glbl", "wave", "lhvC"];

/** @param moovOffset where `moov`'s first byte stands in the file */
export function readTrack(
  moov: Uint8Array,
  trak: Box,
  moovOffset: number,
  movieTimescale: number,
): IsoTrack | undefined {
  const view = viewOf(moov);
  const tkhd = childBox(moov, trak, "tkhd");
  const mdia = childBox(moov, trak, "mdia");
  const mdhd = childBox(moov, mdia, "mdhd");
  const hdlr = childBox(moov, mdia, "hdlr");
  const stbl = boxAt(moov, mdia, "minf", "stbl");
  if (tkhd === undefined || mdhd === undefined || tkhd.end - tkhd.body < 84 || mdhd.end - mdhd.body < 20)
    return undefined;
  const wide = moov[tkhd.body] === 1 ? 12 : 0;
  const wideMedia = moov[mdhd.body] === 1;
  if (tkhd.end - tkhd.body < 84 + wide || (wideMedia && mdhd.end - mdhd.body < 32)) return undefined;
  const timescale = view.getUint32(mdhd.body + (wideMedia ? 20 : 12)) || 1;
  const handler = hdlr !== undefined && hdlr.end - hdlr.body >= 12 ? text(moov, hdlr.body + 8) : "";
  const stsd = childBox(moov, stbl, "stsd");
  const entry = stsd === undefined ? undefined : childBoxes(moov, stsd.body + 8, stsd.end)[0];
  const sound = handler === "soun" ? soundUnits(view, entry, timescale) : undefined;
  const tables = stbl === undefined ? undefined : new SampleTables(moov, stbl, sound);
  const times = editTimes(moov, trak, timescale, movieTimescale);
  const track: IsoTrack = {
    id: view.getUint32(tkhd.body + (wide > 0 ? 20 : 12)),
    timescale,
    shift: times.shift,
    tables,
    stream: { form: "other", parameter: 0, edits: times.edits(tables?.duration ?? 0) },
    structure: [],
  };
  if (stbl !== undefined) listTables(moov, stbl, track.structure);
  if (handler === "vide") {
    describeVideo(moov, track, entry, tkhd, wide);
    track.stream.isExtra = (view.getUint32(tkhd.body) & ENABLED) === 0;
  }
  const language = languageOf(moov, mdia, mdhd);
  if (handler === "soun") describeAudio(moov, track, entry, language);
  else if (entry !== undefined && TEXT_HANDLERS.includes(handler)) describeText(track.stream, entry, language);
  for (const range of track.structure) range.offset += moovOffset;
  return track;
}

/** By type: bytes before the rows, numbers in a row, whether differences pack better. */
const TABLES: Record<string, [head: number, columns: number, delta: 0 | 1]> = {
  stsz: [12, 1, 0],
  stco: [8, 1, 1],
  co64: [8, 2, 1],
  stsc: [8, 3, 1],
  stts: [8, 2, 0],
  ctts: [8, 2, 0],
  stss: [8, 1, 1],
};
/** Below this a table is not worth its entry in the list. */
const TABLE_MIN_BYTES = 48;

function listTables(moov: Uint8Array, stbl: Box, structure: StructureRange[]): void {
  for (const { type, body, end } of childBoxes(moov, stbl.body, stbl.end)) {
    const table = TABLES[type];
    if (table === undefined || end - body < table[0] + TABLE_MIN_BYTES) continue;
    const [head, columns, delta] = table;
    const size = Math.floor((end - body - head) / (4 * columns)) * 4 * columns;
    structure.push({ offset: body + head, size, form: "table", parameter: columns * 2 + delta });
  }
}

const text = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));

function entryBoxes(moov: Uint8Array, entry: Box | undefined, fixedBytes: number): Box[] {
  return entry === undefined ? [] : childBoxes(moov, Math.min(entry.end, entry.body + fixedBytes), entry.end);
}

function describeVideo(moov: Uint8Array, track: IsoTrack, entry: Box | undefined, tkhd: Box, wide: number): void {
  const view = viewOf(moov);
  const boxes = entryBoxes(moov, entry, VISUAL_ENTRY_BYTES);
  const find = (type: string): Uint8Array | undefined => {
    const box = boxes.find((candidate) => candidate.type === type);
    return box && moov.subarray(box.body, box.end);
  };
  const coding = boxes.find(({ type }) => FORMS[type] !== undefined);
  track.stream.form = coding === undefined ? "picture" : (FORMS[coding.type] ?? "picture");
  if (entry !== undefined && /^(?:vp09|vp08)$/.test(entry.type))
    track.stream.form = entry.type === "vp09" ? "vp9" : "picture";
  const configuration = coding && moov.subarray(coding.body, coding.end);
  if (track.stream.form === "avc") track.stream.parameter = ((configuration?.[4] ?? 3) & 3) + 1;
  if (track.stream.form === "hevc") track.stream.parameter = ((configuration?.[21] ?? 3) & 3) + 1;
  for (const box of boxes)
    if (CONFIGURATIONS.includes(box.type) && box.end > box.body)
      track.structure.push({ offset: box.body, size: box.end - box.body, form: "configuration", parameter: 0 });
  const known = entry !== undefined && entry.end - entry.body >= VISUAL_ENTRY_BYTES;
  const width = (known ? view.getUint16(entry.body + 24) : 0) || view.getUint16(tkhd.body + 76 + wide);
  const height = (known ? view.getUint16(entry.body + 26) : 0) || view.getUint16(tkhd.body + 80 + wide);
  if (width === 0 || height === 0) return;
  const pasp = find("pasp");
  const colr = find("colr");
  const pixelAspect: [number, number] =
    pasp !== undefined && pasp.length >= 8 ? [viewOf(pasp).getUint32(0), viewOf(pasp).getUint32(4)] : [1, 1];
  track.stream.needsRate = !hasTimes(track.tables);
  track.stream.track = {
    id: 0,
    kind: "video",
    codec: videoName(entry?.type ?? "", coding?.type, configuration, find("esds")),
    width,
    height,
    frameRate: frameRate(track),
    pixelAspect: pixelAspect[0] > 0 && pixelAspect[1] > 0 ? pixelAspect : [1, 1],
    ...turn(view, tkhd.body + 40 + wide),
    ...colour(colr, height),
  };
}

function videoName(
  entry: string,
  coding: string | undefined,
  configuration: Uint8Array | undefined,
  esds: Uint8Array | undefined,
): string {
  const name = entry.replace(/[^\x20-\x7e]/g, "?");
  if (configuration !== undefined) {
    if (coding === "avcC") return avcName(name, configuration);
    if (coding === "hvcC") return hevcName(name, configuration);
    if (coding === "av1C") return av1Name(configuration);
    if (coding === "vpcC") return vpName(name, configuration.subarray(4));
  }
  return esds === undefined ? name : esdsName(name, esds.subarray(4));
}

/** QuickTime's sound description of version 1. */
function soundUnits(view: DataView, entry: Box | undefined, timescale: number): SoundUnits {
  if (entry === undefined || entry.end - entry.body < AUDIO_ENTRY_BYTES + 16) return { timescale };
  if (view.getUint16(entry.body + 8) !== 1) return { timescale };
  const [samples = 0, , bytes = 0] = [28, 32, 36].map((at) => view.getUint32(entry.body + at));
  return { timescale, packet: samples > 0 && bytes > 0 ? { samples, bytes } : undefined };
}

function describeAudio(moov: Uint8Array, track: IsoTrack, entry: Box | undefined, language: string): void {
  track.stream.form = "audio";
  if (entry === undefined || entry.end - entry.body < AUDIO_ENTRY_BYTES) return;
  const view = viewOf(moov);
  // QuickTime's sound descriptions 1 and 2 have more fields before their boxes.
  const more = [0, 16, 36][view.getUint16(entry.body + 8)] ?? 0;
  const boxes = entryBoxes(moov, entry, AUDIO_ENTRY_BYTES + more);
  for (const box of boxes)
    if (CONFIGURATIONS.includes(box.type) && box.end > box.body)
      track.structure.push({ offset: box.body, size: box.end - box.body, form: "audio-configuration", parameter: 0 });
  const wave = boxes.find((box) => box.type === "wave");
  const esds = boxes.find((box) => box.type === "esds") ?? childBox(moov, wave, "esds");
  const name = entry.type.replace(/[^\x20-\x7e]/g, "?");
  const sampleRate = view.getUint16(entry.body + 24) || track.timescale;
  const decoded = esds && aacChannels(moov.subarray(esds.body + 4, esds.end));
  const channels = decoded ?? view.getUint16(entry.body + 16);
  if (sampleRate > 768000 || channels < 1 || channels > 64) return;
  track.stream.track = {
    id: 0,
    kind: "audio",
    codec:
      esds === undefined ? (name === "Opus" ? "opus" : name) : esdsName(name, moov.subarray(esds.body + 4, esds.end)),
    sampleRate,
    channels,
    ...languageField(language),
  };
}

/** The language codes of QuickTime that its makers' programs write most. */
const MACINTOSH_LANGUAGES = ["en", "fr", "de", "it", "nl", "sv", "es", "da", "pt", "nb", "he", "ja"];

/** By BCP 47 or ISO 639-2; empty where the file does not tell. */
function languageOf(moov: Uint8Array, mdia: Box | undefined, mdhd: Box): string {
  const packedAt = mdhd.body + (moov[mdhd.body] === 1 ? 32 : 20);
  if (packedAt + 2 > mdhd.end) return "";
  const elng = childBox(moov, mdia, "elng");
  const packed = viewOf(moov).getUint16(packedAt); // three letters of 5 bits; below 0x400 a code of QuickTime
  const letters = [10, 5, 0].map((shift) => String.fromCharCode(0x60 + ((packed >> shift) & 31))).join("");
  const language = packed < 0x400 ? (MACINTOSH_LANGUAGES[packed] ?? "") : letters;
  const extended = elng && new TextDecoder().decode(moov.subarray(elng.body + 4, elng.end)).replace(/\0.*$/s, "");
  return extended || language;
}

function describeText(stream: SourceStream, entry: Box, language: string): void {
  const coding = TEXT_CODINGS[entry.type];
  if (coding !== undefined) stream.text = { coding, language, name: "", isForDeaf: false };
}

/** Ids of the tracks that are chapters of others. */
export function chapterTracks(moov: Uint8Array, traks: readonly Box[]): Set<number> {
  const view = viewOf(moov);
  const ids = new Set<number>();
  for (const trak of traks) {
    const chap = boxAt(moov, trak, "tref", "chap");
    for (let at = chap?.body ?? 0; chap !== undefined && at + 4 <= chap.end; at += 4) ids.add(view.getUint32(at));
  }
  return ids;
}

const hasTimes = (tables: SampleTables | undefined): tables is SampleTables =>
  tables !== undefined && tables.timedSamples > 0 && tables.duration > 0;

function frameRate({ tables, timescale }: IsoTrack): [number, number] {
  if (!hasTimes(tables)) return [25, 1];
  const constant = tables.constantDuration;
  return ratioOf(constant === undefined ? (tables.timedSamples * timescale) / tables.duration : timescale / constant);
}

/** @param at the matrix of `tkhd`: a b u c d v …, 16.16; x' = ax + cy, y' = bx + dy */
function turn(view: DataView, at: number): Pick<VideoTrack, "rotation" | "mirrored"> {
  const [a = 0, b = 0, c = 0, d = 0] = [0, 4, 12, 16].map((offset) => Math.sign(view.getInt32(at + offset)));
  const mirrored = a * d - b * c < 0;
  const cosine = mirrored ? -a : a;
  if (cosine === 0 && d === 0) return { rotation: b === 1 ? 90 : b === -1 ? 270 : 0, mirrored };
  return { rotation: cosine === -1 && b === 0 ? 180 : 0, mirrored };
}

/** ISO/IEC 23091-2 matrix coefficients; without them by height, as players do. */
function colour(colr: Uint8Array | undefined, height: number): Pick<VideoTrack, "matrix" | "fullRange"> {
  const kind = colr === undefined || colr.length < 10 ? "" : text(colr, 0);
  const code = colr !== undefined && (kind === "nclx" || kind === "nclc") ? viewOf(colr).getUint16(8) : 2;
  const matrix = code === 1 ? "bt709" : code === 5 || code === 6 ? "bt601" : untaggedMatrix(height);
  return { matrix, fullRange: kind === "nclx" && ((colr?.[10] ?? 0) & 128) !== 0 };
}

/** Cut off at the end of a track by less than this, an edit list says no more than that coding units are longer than what is coded. */
const PADDING_MICROSECONDS = 100_000;

interface EditTimes {
  /** Added to composition times, so that they are presentation times where a track is shown from one place on to its end. */
  shift: number;
  /** Undefined where that is so. @param duration of the track's samples, in its time scale */
  edits(duration: number): Edit[] | undefined;
}

function editTimes(moov: Uint8Array, trak: Box, timescale: number, movieTimescale: number): EditTimes {
  const rows = editRows(moov, trak);
  const first = rows.findIndex(({ mediaTime }) => mediaTime >= 0);
  if (first < 0) return { shift: 0, edits: () => undefined };
  const empty = rows.slice(0, first).reduce((sum, { duration }) => sum + duration, 0);
  const shift = (empty * timescale) / movieTimescale - (rows[first]?.mediaTime ?? 0);
  const movieMicroseconds = (time: number): number => Math.round((time * 1e6) / movieTimescale);
  return {
    shift,
    edits(duration) {
      const shown = rows.filter((row) => row.duration > 0);
      const [only] = shown.slice(-1);
      const end = movieMicroseconds(empty + (only?.duration ?? 0));
      const last = ((duration + shift) * 1e6) / timescale;
      const isOne = shown.filter(({ mediaTime }) => mediaTime >= 0).length === 1 && (only?.mediaTime ?? -1) >= 0;
      const isWhole = isOne && only?.isHeld === false;
      if (duration === 0 || shown.length === 0 || (isWhole && end > last - PADDING_MICROSECONDS)) return undefined;
      return shown.slice(0, EDITS_MAX).map((row) => ({
        ...(row.mediaTime < 0 ? {} : { fromMicroseconds: Math.round(((row.mediaTime + shift) * 1e6) / timescale) }),
        durationMicroseconds: movieMicroseconds(row.duration),
        ...(row.mediaTime >= 0 && row.isHeld ? { isHeld: true } : {}),
      }));
    },
  };
}

/** Rows of `elst`; a media time below 0 stands for nothing shown, a rate of 0 for one picture all the time. */
function editRows(moov: Uint8Array, trak: Box): { duration: number; mediaTime: number; isHeld: boolean }[] {
  const elst = boxAt(moov, trak, "edts", "elst");
  if (elst === undefined || elst.end - elst.body < 8) return [];
  const view = viewOf(moov);
  const wide = moov[elst.body] === 1;
  const rowBytes = wide ? 20 : 12;
  const count = Math.min(view.getUint32(elst.body + 4), Math.floor((elst.end - elst.body - 8) / rowBytes));
  return Array.from({ length: count }, (_, row) => {
    const at = elst.body + 8 + row * rowBytes;
    return {
      duration: wide ? Number(view.getBigUint64(at)) : view.getUint32(at),
      mediaTime: wide ? Number(view.getBigInt64(at + 8)) : view.getInt32(at + 4),
      isHeld: view.getUint32(at + rowBytes - 4) === 0,
    };
  });
}

export function codedSample(sample: TableSample, track: IsoTrack, stream: number): CodedSample {
  const microseconds = 1e6 / track.timescale;
  return {
    offset: sample.offset,
    size: sample.size,
    timeMicroseconds: (sample.decodeTime + sample.compositionOffset + track.shift) * microseconds,
    durationMicroseconds: sample.duration * microseconds,
    key: sample.key,
    stream,
  };
}
