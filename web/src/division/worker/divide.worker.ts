/** Divides a chosen file: reading and decoding here, encoding and cutting in nested workers, output streamed to files. */
import "../../shared/worker/no-eval.ts";
import * as Comlink from "comlink";
import { createBrowserPool, createLocalPool } from "../../../../codec/hosts/browser/index.ts";
import { installErrorTransfer } from "../../../../codec/hosts/error-transfer.ts";
import {
  divideVideo,
  type MainHeader,
  METHODS,
  type MethodSettings,
  readAhead,
  readSourceCaptions,
  readUnfinished,
  resumable,
  type SourceIndex,
  type SourceMedia,
  type Storyboard,
  type UnfinishedDivision,
} from "../../../../codec/index.ts";
import { sourceFromBlob, toHex } from "../../../../codec/page.ts";
import type {
  DivideSettings,
  DivideWorkerApi,
  DivisionOutput,
  DivisionPlace,
  DivisionStage,
  DivisionStep,
  SourceFacts,
  StripPicture,
} from "../protocol/divide-api.ts";
import { reasonCode } from "../protocol/reason-code.ts";
import { MpegReader } from "./mpeg-reader.ts";
import { type DivisionFiles, openFiles } from "./output-file.ts";
import { SourceReader } from "./source-reader.ts";
import { makeStoryboard } from "./storyboard.ts";
import { indexedFacts, streamFacts } from "./stream-source.ts";
import { makeTeaser } from "./teaser.ts";

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

/** What is decoded for a method that codes anew, and how long it is: what is done of it is told by time. */
class DecodedFile {
  durationSeconds = 0;

  constructor(
    private readonly file: Blob,
    private readonly signal: AbortSignal,
  ) {}

  readonly open = async (): Promise<SourceMedia> => {
    const mpeg = await MpegReader.open(this.file);
    if (mpeg !== undefined) {
      this.durationSeconds = await mpeg.durationSeconds();
      return mpeg.media({ signal: this.signal });
    }
    const reader = await SourceReader.open(this.file);
    try {
      this.durationSeconds = reader.facts.durationSeconds;
      return await reader.media();
    } catch (error) {
      reader.close();
      throw error;
    }
  };
}

/** What of a container our own index does not read can still be compressed, without its captions. */
async function sourceCaptions(file: Blob, index: SourceIndex | undefined): Promise<SourceFacts["captions"]> {
  if (index === undefined) return undefined;
  const leftOut: string[] = [];
  const tracks = await readSourceCaptions(readAhead(sourceFromBlob(file)), index, (message) => leftOut.push(message));
  return tracks.length > 0 || leftOut.length > 0 ? { tracks, leftOut } : undefined;
}

/** Of a file that does not decode here there is none, which stops no division. */
async function storyboardOf(file: Blob, signal: AbortSignal): Promise<Storyboard | undefined> {
  let reader: SourceReader | undefined;
  try {
    const mpeg = await MpegReader.open(file);
    reader = mpeg === undefined ? await SourceReader.open(file) : undefined;
    const source = mpeg ?? reader;
    if (source === undefined) return undefined;
    const durationSeconds = reader?.facts.durationSeconds ?? (await mpeg?.durationSeconds()) ?? 0;
    const keyPictures = (seconds: readonly number[]) => source.keyPictures(seconds);
    return await makeStoryboard({ durationSeconds, sourceBytes: file.size, keyPictures }, signal);
  } catch {
    signal.throwIfAborted();
    return undefined;
  } finally {
    reader?.close();
  }
}

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

  async poster(file: Blob, startSeconds: number): Promise<MainHeader["poster"]> {
    const mpeg = await MpegReader.open(file);
    if (mpeg !== undefined) return mpeg.poster(startSeconds);
    const reader = await SourceReader.open(file);
    try {
      return await reader.poster(startSeconds);
    } finally {
      reader.close();
    }
  }

  async strip(file: Blob): Promise<StripPicture[]> {
    const mpeg = await MpegReader.open(file);
    if (mpeg !== undefined) return mpeg.strip();
    const reader = await SourceReader.open(file);
    try {
      return await reader.strip();
    } finally {
      reader.close();
    }
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
    const files = await openFiles(id, target);
    const { main, slave, journal } = files;
    const sinks = { main: main.sink, slave: slave.sink, ...(journal === undefined ? {} : { journal: journal.sink }) };
    try {
      const { quality, bitrateKbits, bitplane } = settings;
      const methodSettings = { quality, bitplane, ...(bitrateKbits === undefined ? {} : { bitrateKbits }) };
      const unfinished = await takeUp(files, goOn, methodSettings);
      signal.throwIfAborted();
      const decoded = new DecodedFile(file, signal);
      const show = thinned(onProgress);
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
      } = settings;
      // What goes on has its headers.
      const storyboard = unfinished === undefined ? await storyboardOf(file, signal) : undefined;
      const result = await divideVideo(
        method,
        {
          source: readAhead(sourceFromBlob(file)),
          openMedia: decoded.open,
          settings: methodSettings,
          ...{ title, copyright, genre, ageLimit, protection, service, player, mainName, slaveName },
          ...(poster === undefined ? {} : { poster }),
          ...(captions === undefined ? {} : { captions }),
          storyboard,
          signal,
          onProgress: ({ pictures, bytes, totalBytes, microseconds }) => {
            const { durationSeconds } = decoded;
            const byTime = durationSeconds > 0 ? Math.min(1, microseconds / 1e6 / durationSeconds) : 0;
            const share = totalBytes > 0 ? bytes / totalBytes : byTime;
            tell({ stage: share < 1 ? "dividing" : "finishing", pictures, bytes: share * file.size, share });
          },
        },
        sinks,
        pool,
        unfinished,
      );
      const seconds = (performance.now() - start) / 1000;
      const { thumbnails } = settings;
      if (thumbnails.teaser) tell({ stage: "teaser", share: 1 });
      const teaser = thumbnails.teaser ? await makeTeaser(file, thumbnails.startSeconds, signal) : undefined;
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

  async program(): Promise<string> {
    return self.location.pathname; // the build puts a hash of the content into it
  }

  async cancel(): Promise<void> {
    this.cancelling?.abort();
  }
}

installErrorTransfer();
Comlink.expose(new DivideWorker());
