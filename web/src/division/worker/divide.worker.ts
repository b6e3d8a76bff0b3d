/** Divides a chosen file: reading and decoding here, encoding and cutting in nested workers, output streamed to files. */
import "../../shared/worker/no-eval.ts";
import * as Comlink from "comlink";
import type { VideoSample } from "mediabunny";
import { createBrowserPool, createLocalPool } from "../../../../codec/hosts/browser/index.ts";
import { installErrorTransfer } from "../../../../codec/hosts/error-transfer.ts";
import { copyPicture } from "../../../../codec/hosts/picture-copy.ts";
import { recoderOf } from "../../../../codec/hosts/recode-film.ts";
import { trimFile } from "../../../../codec/hosts/trim-file.ts";
import {
  type Chapter,
  divideVideo,
  type HiddenTimes,
  hiddenAreas,
  hiddenTimes,
  type MainHeader,
  METHODS,
  type MethodSettings,
  PictureBuffers,
  readAhead,
  readSourceCaptions,
  readSourceChapters,
  readUnfinished,
  resumable,
  type SourceIndex,
  type Storyboard,
  type Trim,
  trimChapters,
  trimParts,
  type UnfinishedDivision,
} from "../../../../codec/index.ts";
import { type CaptionTrack, type RestrictedPart, sourceFromBlob, toHex, trimWebVtt } from "../../../../codec/page.ts";
import type {
  DivideSettings,
  DivideWorkerApi,
  DivisionOutput,
  DivisionPlace,
  DivisionStage,
  DivisionStep,
  FoundMarks,
  MarkSource,
  SourceFacts,
  StripPicture,
  TrimSeconds,
} from "../protocol/divide-api.ts";
import { reasonCode } from "../protocol/reason-code.ts";
import { STUDIO_METHODS } from "../protocol/studio-methods.ts";
import { DecodedFile } from "./decoded-file.ts";
import { drawCovers } from "./draw-covers.ts";
import { findMarksIn } from "./find-marks-in.ts";
import { MpegReader } from "./mpeg-reader.ts";
import { type DivisionFiles, openFiles } from "./output-file.ts";
import { SourceReader } from "./source-reader.ts";
import { makeStoryboard } from "./storyboard.ts";
import { indexedFacts, streamFacts } from "./stream-source.ts";
import { makeTeaser } from "./teaser.ts";
import { openTrimmed, trimOf } from "./trimmed-file.ts";

const STEP_MILLISECONDS = 100;

/** Passes the first step of each stage on, the last one, and between them one a tenth of a second: each makes the page draw. */
function thinned(onProgress: (step: DivisionStep) => void): (step: DivisionStep) => void {
  let last = 0;
  let stage: DivisionStage | undefined;
  return (step) => {
    const now = performance.now();
    const isNew = step.stage !== stage;
    if (!isNew && step.share < 1 && now - last < STEP_MILLISECONDS) return;
    last = now;
    stage = step.stage;
    onProgress(step);
  };
}

/** What can be kept of an interrupted division; all files are cut where it ends, to their start when there is nothing. */
async function takeUp(
  { main, slave, journal }: DivisionFiles,
  goOn: boolean,
  settings: MethodSettings,
): Promise<UnfinishedDivision | undefined> {
  const found =
    goOn && journal !== undefined
      ? await readUnfinished(await main.left(), await slave.left(), await journal.left())
      : undefined;
  const unfinished = found && resumable(found, settings);
  await main.startAt(unfinished?.mainBytes ?? 0);
  await slave.startAt(unfinished?.slaveBytes ?? 0);
  await journal?.startAt(unfinished?.journalBytes ?? 0);
  return unfinished;
}

/** What of a container our own index does not read can still be compressed, without its captions. */
async function sourceCaptions(file: Blob, index: SourceIndex | undefined): Promise<SourceFacts["captions"]> {
  if (index === undefined) return undefined;
  const leftOut: string[] = [];
  const tracks = await readSourceCaptions(readAhead(sourceFromBlob(file)), index, (message) => leftOut.push(message));
  return tracks.length > 0 || leftOut.length > 0 ? { tracks, leftOut } : undefined;
}

/** Reads a file's pictures: our own decoder's for MPEG, the browser's for others. */
async function withReader<T>(file: Blob, use: (reader: MpegReader | SourceReader) => Promise<T>): Promise<T> {
  const mpeg = await MpegReader.open(file);
  if (mpeg !== undefined) return use(mpeg);
  const reader = await SourceReader.open(file);
  try {
    return await use(reader);
  } finally {
    reader.close();
  }
}

/** Of a file that does not decode here there is none, which stops no division. */
async function storyboardOf(
  file: Blob,
  { fromSeconds: from = 0, toSeconds }: Partial<TrimSeconds>,
  sourceBytes: number,
  parts: HiddenTimes,
  signal: AbortSignal,
): Promise<Storyboard | undefined> {
  try {
    return await withReader(file, async (reader) => {
      const wholeSeconds = reader instanceof MpegReader ? await reader.durationSeconds() : reader.facts.durationSeconds;
      const durationSeconds = Math.min(wholeSeconds, toSeconds ?? wholeSeconds) - from;
      const keyPictures = (seconds: readonly number[]) => reader.keyPictures(seconds.map((second) => from + second));
      const begins = reader instanceof MpegReader ? 0 : reader.beginsSeconds;
      const hidden = (picture: VideoSample, seconds: number) =>
        hiddenAreas(parts, Math.min(picture.timestamp - begins, from + seconds), from + seconds);
      return makeStoryboard({ durationSeconds, sourceBytes, keyPictures, hidden }, signal);
    });
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

const secondsOf = ({ fromMicroseconds, toMicroseconds }: Trim): TrimSeconds => ({
  fromSeconds: fromMicroseconds / 1e6,
  ...(Number.isFinite(toMicroseconds) && { toSeconds: toMicroseconds / 1e6 }),
});

/** Chapters, too, are of the whole video. */
const chaptersOf = async (file: Blob, trim: TrimSeconds): Promise<Chapter[]> =>
  trimChapters(await readSourceChapters(sourceFromBlob(file)), trimOf(trim));

/** Captions are made for the whole video. */
const captionsOf = (captions: readonly CaptionTrack[], trim: TrimSeconds | undefined): CaptionTrack[] =>
  captions.flatMap((track) => {
    const { fromSeconds: from = 0, toSeconds: to = Number.POSITIVE_INFINITY } = trim ?? {};
    const text = trim === undefined ? track.text : trimWebVtt(track.text, { from, to });
    return text === undefined ? [] : [{ ...track, text }];
  });

class DivideWorker implements DivideWorkerApi {
  private cancelling: AbortController | undefined;

  async inspect(file: Blob): Promise<SourceFacts> {
    const mpeg = await MpegReader.open(file);
    if (mpeg !== undefined) return mpeg.facts();
    const facts = await streamFacts(file);
    if (facts !== undefined) return facts;
    const reader = await SourceReader.open(file).catch(async (error: unknown) => {
      const indexed = await indexedFacts(file);
      if (indexed === undefined) throw error;
      return indexed;
    });
    if (!(reader instanceof SourceReader)) return reader;
    try {
      const poster = await reader.poster(0);
      const captions = await sourceCaptions(file, reader.index);
      return {
        ...reader.facts,
        ...(poster === undefined ? {} : { poster }),
        ...(captions === undefined ? {} : { captions }),
      };
    } finally {
      reader.close();
    }
  }

  async poster(
    file: Blob,
    startSeconds: number,
    restrictions: readonly RestrictedPart[] = [],
  ): Promise<MainHeader["poster"]> {
    const hidden = await hiddenTimes(sourceFromBlob(file), restrictions);
    return withReader(file, (reader) => reader.poster(startSeconds, hidden));
  }

  async trimTaken(file: Blob, trim: TrimSeconds): Promise<TrimSeconds> {
    return secondsOf((await trimFile(readAhead(sourceFromBlob(file)), trimOf(trim))).taken);
  }

  async strip(file: Blob): Promise<StripPicture[]> {
    return withReader(file, (reader) => reader.strip());
  }

  async divide(
    place: DivisionPlace,
    goOn: boolean,
    file: Blob,
    settings: DivideSettings,
    onProgress: (step: DivisionStep) => void,
  ): Promise<DivisionOutput> {
    try {
      return await this.divideOnce(place, goOn, file, settings, onProgress);
    } catch (error) {
      // A decoder that does not repeat itself: what was sealed is given up, and all is made with a new secret.
      if (!goOn || reasonCode(error as Error) !== "changed") throw error;
      return this.divideOnce(place, false, file, settings, onProgress);
    }
  }

  private async divideOnce(
    { id, target }: DivisionPlace,
    goOn: boolean,
    file: Blob,
    settings: DivideSettings,
    onProgress: (step: DivisionStep) => void,
  ): Promise<DivisionOutput> {
    const cancelling = new AbortController();
    this.cancelling = cancelling;
    const { signal } = cancelling;
    const start = performance.now();
    const { method } = settings;
    const { fillsOneWorker } = METHODS[method];
    const pool = fillsOneWorker ? await createLocalPool() : createBrowserPool();
    const { trim } = settings;
    const part =
      trim === undefined || STUDIO_METHODS[method].codesAnew ? undefined : await openTrimmed(file, trim, id, signal);
    const taken = part === undefined ? trim : secondsOf(part.taken);
    const files = await openFiles(id, target);
    const { main, slave, journal } = files;
    const sinks = { main: main.sink, slave: slave.sink, ...(journal === undefined ? {} : { journal: journal.sink }) };
    try {
      const { quality, bitrateKbits, bitplane } = settings;
      const methodSettings = { quality, bitplane, ...(bitrateKbits === undefined ? {} : { bitrateKbits }) };
      const unfinished = await takeUp(files, goOn && part?.isSame !== false, methodSettings);
      signal.throwIfAborted();
      const decoded = new DecodedFile(file, trim, signal);
      const buffers = new PictureBuffers();
      const show = thinned(onProgress);
      const sourceBytes = part?.source.size ?? file.size;
      let step: DivisionStep = { stage: "reading", pictures: 0, bytes: 0, share: 0 };
      const tell = (news: Partial<DivisionStep>): void => {
        step = { ...step, ...news };
        show(step);
      };
      tell({});
      const {
        title,
        copyright,
        genre = "",
        ageLimit = 0,
        protection,
        service,
        player,
        mainName,
        slaveName,
        poster,
        captions,
        restrictions = [],
        covers = {},
        withoutOriginal,
        marks = [],
      } = settings;
      const hidden = await hiddenTimes(sourceFromBlob(file), restrictions);
      // What goes on has its headers.
      const storyboard =
        unfinished === undefined ? await storyboardOf(file, taken ?? {}, sourceBytes, hidden, signal) : undefined;
      const chapters = unfinished === undefined && taken !== undefined ? await chaptersOf(file, taken) : undefined;
      const result = await divideVideo(
        method,
        {
          source: part?.source ?? readAhead(sourceFromBlob(file)),
          openMedia: decoded.open,
          openRecoder: recoderOf(part?.source ?? sourceFromBlob(file), (sample) => copyPicture(sample, buffers), {
            name: "this browser",
            instead: "choose to compress the file, or another browser",
          }),
          settings: methodSettings,
          ...{ title, copyright, genre, ageLimit, protection, service, player, mainName, slaveName },
          ...(poster === undefined ? {} : { poster }),
          ...(captions === undefined ? {} : { captions: captionsOf(captions, taken) }),
          restrictions: taken === undefined ? restrictions : trimParts(restrictions, trimOf(taken)),
          overlays: await drawCovers(covers),
          withoutOriginal,
          marks: taken === undefined ? marks : trimParts(marks, trimOf(taken)),
          ...(chapters !== undefined && { chapters }),
          storyboard,
          signal,
          onProgress: ({ pictures, bytes, totalBytes, microseconds }) => {
            const { durationSeconds } = decoded;
            const byTime = durationSeconds > 0 ? Math.min(1, microseconds / 1e6 / durationSeconds) : 0;
            const share = totalBytes > 0 ? bytes / totalBytes : byTime;
            tell({ stage: share < 1 ? "dividing" : "finishing", pictures, bytes: share * sourceBytes, share });
          },
        },
        sinks,
        pool,
        unfinished,
      );
      const seconds = (performance.now() - start) / 1000;
      const { thumbnails } = settings;
      if (thumbnails.teaser) tell({ stage: "teaser", share: 1 });
      const teaser = thumbnails.teaser
        ? await makeTeaser(file, thumbnails.startSeconds, signal, taken, hidden)
        : undefined;
      await part?.remove();
      return {
        method: result.method,
        mainId: toHex(result.mainId),
        slaveId: toHex(result.slaveId),
        main: await main.blob(),
        slave: await slave.blob(),
        mainBytes: result.mainBytes,
        slaveBytes: result.slaveBytes,
        extrasBytes: result.extrasBytes,
        teaser,
        segments: result.segments,
        pictures: result.pictures,
        durationSeconds: result.durationMicroseconds / 1e6,
        keptBytes: unfinished?.mainBytes ?? 0,
        seconds,
      };
    } catch (error) {
      await Promise.allSettled(Object.values(sinks).map((sink) => sink.abort()));
      throw error;
    } finally {
      pool.close();
    }
  }

  async findMarks(
    file: Blob,
    source: MarkSource,
    unsigned: boolean,
    onShare: (share: number) => void,
  ): Promise<FoundMarks> {
    this.cancelling = new AbortController();
    return findMarksIn(file, source, unsigned, onShare, this.cancelling.signal);
  }

  async program(): Promise<string> {
    return self.location.pathname; // the build puts a hash of the content into it
  }

  async cancel(): Promise<void> {
    this.cancelling?.abort();
  }
}

installErrorTransfer();
Comlink.expose(new DivideWorker());
