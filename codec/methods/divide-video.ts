/** Dividing and combining, whatever the method. */
import type { ByteSink } from "../bytes/bytes.ts";
import { readSourceChapters } from "../containers/source-chapters.ts";
import { type DivisionSinks, DivisionWriter } from "../division/division-writer.ts";
import { SegmentOpener, type SlaveParts } from "../division/segment-opener.ts";
import { keepFirst, type UnfinishedDivision } from "../division/unfinished.ts";
import { UnsupportedError } from "../errors.ts";
import type { Method } from "../format/header.ts";
import type { MainReader } from "../format/main-file.ts";
import type { Pool } from "../pool/worker-pool.ts";
import { checkOverlays } from "../restriction/overlays.ts";
import type { CodecWorkerApi } from "./codec-worker.ts";
import type { Combined, CombineHost, CombineOptions, DivisionJob, MethodSettings, VideoDivision } from "./method.ts";
import { chooseMethod, METHODS } from "./registry.ts";

/**
 * What of an interrupted division its method goes on from: of a group of pictures that is coded anew, whole groups only.
 *
 * @param settings those that the division had
 * @returns where the files are to be cut, for {@link divideVideo}
 */
export const resumable = (unfinished: UnfinishedDivision, settings: MethodSettings = {}): UnfinishedDivision =>
  keepFirst(unfinished, METHODS[unfinished.mainHeader.method].keeps(unfinished.segments, settings));

/**
 * Divides a video into a main and a slave file.
 * Source: Cmix patent, Figs. 6 and 13; bytes in FORMAT.md.
 *
 * Chapters of the source go along unless the job brings others.
 *
 * @param name       `auto` takes the first method that fits the source
 * @param sinks      closed at the end; aborted, with nothing left, when anything fails; a function is asked for them once the source is known
 * @param pool       not closed; after an abort its workers may still finish a segment
 * @param unfinished the same division, interrupted, as {@link resumable} gives it: its segments are kept, and its header with title
 *                   and the like
 * @returns ids, sizes in bytes, and what was divided
 * @throws {@link InputError} the source is none for the method, or not what the interrupted division was made of
 * @throws {@link UnsupportedError} this version, or this host, cannot do it, or `job.overlays` lacks one that parts need; the message says what to do instead
 * @throws AbortError after `job.signal`
 */
export async function divideVideo(
  name: Method | "auto",
  job: DivisionJob,
  sinks: DivisionSinks | (() => Promise<DivisionSinks>),
  pool: Pool<CodecWorkerApi>,
  unfinished?: UnfinishedDivision,
): Promise<VideoDivision> {
  let opened = typeof sinks === "function" ? undefined : sinks;
  const { source, openMedia, openRecoder, settings, signal, onProgress, withoutOriginal, ...given } = job;
  const { restrictions, overlays = {}, ...about } = given;
  const description = { ...about, ...(restrictions === undefined || withoutOriginal ? {} : { restrictions }) };
  try {
    checkOverlays(restrictions ?? [], overlays);
    const method = METHODS[name === "auto" ? await chooseMethod(source) : name];
    if (job.marks?.length && method.gives !== "media")
      throw new UnsupportedError(
        `method ${method.name} keeps a file as it is and draws no mark into it: choose method compress`,
        { method: method.name },
      );
    if (withoutOriginal && restrictions?.length && method.gives !== "media")
      throw new UnsupportedError(
        `method ${method.name} keeps a file as it is, with all that parts hide: choose method compress, or keep the original too`,
        { method: method.name },
      );
    const { parameters, tracks, ...prepared } = await method.prepare(job);
    try {
      signal?.throwIfAborted();
      opened ??= await (sinks as () => Promise<DivisionSinks>)();
      const writer =
        unfinished === undefined
          ? await DivisionWriter.open(
              {
                ...description,
                chapters: description.chapters ?? (await readSourceChapters(source)),
                method: method.name,
                parameters,
                tracks,
              },
              opened,
            )
          : await DivisionWriter.resume(unfinished, opened, description);
      const { verbatimBytes } = await prepared.write(writer, pool, unfinished?.segments ?? []);
      signal?.throwIfAborted();
      return { ...(await writer.finish()), method: method.name, verbatimBytes };
    } finally {
      await prepared.close?.();
    }
  } catch (error) {
    await Promise.allSettled(Object.values(opened ?? {}).map((sink: ByteSink) => sink.abort()));
    throw error;
  }
}

/**
 * Writes what a main and its slave give together: the source file, byte for byte, or pictures and sound ({@link DivisionMethod.gives}).
 *
 * @param slave a {@link SlaveReader}, or what a service delivers
 * @param sink  closed at the end; aborted, with nothing left, when anything fails
 * @throws {@link PairingError} main and slave do not belong together
 * @throws {@link FormatError} damage, named by segment
 * @throws AbortError after `options.signal`
 */
export async function combineVideo(
  main: MainReader,
  slave: SlaveParts,
  sink: ByteSink,
  host: CombineHost<CodecWorkerApi>,
  options: CombineOptions = {},
): Promise<Combined> {
  try {
    const opener = await SegmentOpener.open(main, slave);
    const combined = await METHODS[main.header.method].combine(opener, sink, host, options);
    await sink.close();
    return combined;
  } catch (error) {
    await sink.abort();
    throw error;
  }
}
