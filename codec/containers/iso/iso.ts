/** Index of MP4, QuickTime and fragmented MP4 (ISO/IEC 14496-12). Reads boxes, never `mdat`. */

import { type ByteSource, viewOf } from "../../bytes/bytes.ts";
import { WindowReader } from "../../bytes/window-reader.ts";
import { UnsupportedError } from "../../errors.ts";
import { editedMicroseconds } from "../../format/edit-list.ts";
import { BATCH_SAMPLES, type CodedSample, type FoundIndex } from "../source-index.ts";
import { withUnknown } from "../unknown-bytes.ts";
import { type Box, boxAt, childBox, childBoxes, topBoxes } from "./iso-boxes.ts";
import { readChapterTrack, readNeroChapters } from "./iso-chapters.ts";
import { FragmentReader } from "./iso-fragments.ts";
import { IsoRendition } from "./iso-rendition.ts";
import { chapterTracks, codedSample, type IsoTrack, readTrack } from "./iso-tracks.ts";

/** 20 hours of video and sound take about 60 MB; more would not fit beside everything else. */
const MOOV_MAX_BYTES = 96 << 20;
const TRACKS_MAX = 64;

/** Undefined where there is no `moov` that can be read. */
export async function openIso(source: ByteSource): Promise<FoundIndex | undefined> {
  const reader = new WindowReader(source, 4096);
  let found: Box | undefined;
  let quickTime = false;
  for await (const box of topBoxes(reader)) {
    if (box.type === "ftyp") {
      const brand = await reader.read(box.body, 4);
      quickTime = String.fromCharCode(...brand) === "qt  ";
    }
    if (box.type !== "moov") continue;
    found = box;
    break;
  }
  if (found === undefined) return undefined;
  if (found.end - found.start > MOOV_MAX_BYTES)
    throw new UnsupportedError(
      `index (moov) of ${found.end - found.start} bytes at byte ${found.start}, at most ${MOOV_MAX_BYTES} are handled: split the video`,
      { offsetBytes: found.start },
    );
  const moovOffset = found.start;
  const moov = await source.read(moovOffset, found.end - moovOffset);
  const root: Box = { type: "moov", start: 0, body: found.body - moovOffset, end: moov.length };
  const mvhd = childBox(moov, root, "mvhd");
  const { timescale: movieTimescale, duration } = movieTimes(moov, mvhd);
  const traks = childBoxes(moov, root.body, root.end)
    .filter(({ type }) => type === "trak")
    .slice(0, TRACKS_MAX);
  const known = traks.flatMap((trak) => {
    const track = readTrack(moov, trak, moovOffset, movieTimescale);
    return track === undefined ? [] : [{ track, trak }];
  });
  const tracks = known.map(({ track }) => track);
  const chapters = chapterTracks(moov, traks);
  const titles = tracks.find(({ id, stream }) => chapters.has(id) && stream.text !== undefined);
  const mvex = boxAt(moov, root, "mvex");
  for (const { id, stream } of tracks) {
    if (mvex !== undefined) delete stream.edits; // tables do not know how long a fragmented track is
    if (!chapters.has(id)) continue;
    delete stream.text;
    stream.isExtra = true;
  }
  markShorter(tracks);
  const seconds = ({ tables, timescale, stream }: IsoTrack): number =>
    stream.edits === undefined ? (tables?.duration ?? 0) / timescale : editedMicroseconds(stream.edits) / 1e6;
  const longest = Math.max(0, ...tracks.map(seconds));
  const fragments = () => mvex && new FragmentReader(moov, mvex, tracks);
  return {
    container: quickTime ? "mov" : "mp4",
    streams: tracks.map(({ stream }) => stream),
    durationMicroseconds: (longest || duration / movieTimescale) * 1e6,
    beginsAtZero: mvex === undefined,
    chapters: async () => (titles === undefined ? readNeroChapters(moov, root) : readChapterTrack(source, titles)),
    structure: tracks.flatMap(({ structure }) => structure).sort((a, b) => a.offset - b.offset),
    openRendition: async (streams, startMicroseconds) => {
      const about = { movieTimescale, isQuickTime: quickTime, isFragmented: mvex !== undefined };
      return new IsoRendition({ moov, root, traks: known, ...about }, streams, startMicroseconds);
    },
    samples: () => withUnknown(merge(source, tracks, fragments()), structureBoxes(source), source.size),
  };
}

/** A video track of less than this share of the longest is a cover or a preview. */
const FILM_SHARE = 0.5;

function markShorter(tracks: IsoTrack[]): void {
  const films = tracks.filter(({ stream }) => stream.track?.kind === "video" && stream.isExtra !== true);
  const seconds = ({ tables, timescale }: IsoTrack): number => (tables?.duration ?? 0) / timescale;
  const longest = Math.max(0, ...films.map(seconds));
  for (const track of films) if (seconds(track) < longest * FILM_SHARE) track.stream.isExtra = true;
}

/** Parts of the file that hold no coded bytes: every box but `mdat`, of which the head. */
async function* structureBoxes(source: ByteSource): AsyncGenerator<{ start: number; end: number }> {
  for await (const { type, start, body, end } of topBoxes(new WindowReader(source, 4096)))
    yield { start, end: type === "mdat" ? body : end };
}

function movieTimes(moov: Uint8Array, mvhd: Box | undefined): { timescale: number; duration: number } {
  if (mvhd === undefined || mvhd.end - mvhd.body < 32) return { timescale: 1000, duration: 0 };
  const view = viewOf(moov);
  const wide = moov[mvhd.body] === 1;
  return {
    timescale: view.getUint32(mvhd.body + (wide ? 20 : 12)) || 1000,
    duration: wide ? Number(view.getBigUint64(mvhd.body + 24)) : view.getUint32(mvhd.body + 16),
  };
}

function* tableSamples(track: IsoTrack, stream: number, fileBytes: number): Generator<CodedSample> {
  if (track.tables === undefined) return;
  for (const sample of track.tables.inFileOrder(fileBytes)) yield codedSample(sample, track, stream);
}

/** The tracks' tables side by side, in file order, then what fragments bring, which lies behind them. */
async function* merge(
  source: ByteSource,
  tracks: IsoTrack[],
  fragments: FragmentReader | undefined,
): AsyncGenerator<CodedSample[]> {
  const cursors = tracks.map((track, stream) => tableSamples(track, stream, source.size));
  const heads = cursors.map((cursor) => cursor.next());
  let batch: CodedSample[] = [];
  for (;;) {
    let first = -1;
    let offset = Number.POSITIVE_INFINITY;
    for (let i = 0; i < heads.length; i++) {
      const head = heads[i];
      if (head === undefined || head.done || head.value.offset >= offset) continue;
      first = i;
      offset = head.value.offset;
    }
    const [head, cursor] = [heads[first], cursors[first]];
    if (head === undefined || head.done || cursor === undefined) break;
    batch.push(head.value);
    heads[first] = cursor.next();
    if (batch.length < BATCH_SAMPLES) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
  if (fragments !== undefined) yield* fragments.samples(source);
}
