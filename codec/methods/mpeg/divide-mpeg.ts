/**
 * Method `mpeg`: MPEG-1 and MPEG-2 video is divided as it is (Cmix patent, Fig. 13, [0141]-[0155]): the DC coefficients of intra blocks go to the slave, nothing is
 * decoded to pixels, and combining gives the file back byte for byte. FORMAT.md 11.
 */
import { transfer } from "comlink";
import type { ByteSink, ByteSource } from "../../bytes/bytes.ts";
import { openMpeg } from "../../containers/open-mpeg.ts";
import { type DivisionDescription, type DivisionResult, DivisionWriter } from "../../division/division-writer.ts";
import { InputError } from "../../errors.ts";
import { untaggedMatrix } from "../../format/header.ts";
import type { WorkerPool } from "../../pool/worker-pool.ts";
import { FILE_TRACK, readOwn, type SamplesProgress } from "../samples/divide-samples.ts";
import type { CutMpeg, MpegRequest } from "./segment-bytes.ts";
import { type MpegSegment, planMpeg } from "./segment-planner.ts";

const SEGMENTS_AHEAD = 4;

export interface MpegOptions extends Omit<DivisionDescription, "method" | "parameters" | "tracks"> {
  /** Codes the main anew, smaller (default). */
  recompress?: boolean;
  signal?: AbortSignal;
  onProgress?: (progress: SamplesProgress) => void;
}

export interface MpegResult extends DivisionResult {
  /** Bytes of slices that do not parse, which are carried as they are. */
  verbatimBytes: number;
}

/**
 * Divides a file with MPEG-1 or MPEG-2 video.
 *
 * @param source read once from start to end, twice at most
 * @param sinks  closed at the end; aborted, with nothing left, when anything fails
 * @param pool   not closed
 * @throws {@link InputError} no such video in it, or, with `patent`, not one intra block that could be withheld
 * @throws AbortError after `options.signal`
 */
export async function divideMpeg(
  source: ByteSource,
  options: MpegOptions,
  sinks: { main: ByteSink; slave: ByteSink },
  pool: WorkerPool,
): Promise<MpegResult> {
  const { signal, onProgress, recompress = true, ...description } = options;
  const patent = description.protection === "patent";
  const underWay: { segment: MpegSegment; cut: Promise<CutMpeg> }[] = [];
  const progress: SamplesProgress = { bytes: 0, totalBytes: source.size, pictures: 0, microseconds: 0 };
  let verbatimBytes = 0;
  let withheldBytes = 0;
  let factor = 0;
  try {
    const found = await openMpeg(source);
    if (found === undefined)
      throw new InputError(
        "method mpeg needs MPEG-1 or MPEG-2 video, and there is none in this file: use --method samples or compress",
        {
          offsetBytes: 0,
        },
      );
    const { width, height, frameRate, mpeg2 } = found.video;
    const writer = await DivisionWriter.open(
      {
        ...description,
        method: "mpeg",
        parameters: { container: found.container, recompress },
        tracks: [
          {
            id: 0,
            kind: "video",
            codec: mpeg2 ? "mp4v.61" : "mp4v.6a",
            width,
            height,
            frameRate,
            pixelAspect: [1, 1],
            rotation: 0,
            mirrored: false,
            matrix: untaggedMatrix(height),
            fullRange: false,
          },
        ],
      },
      sinks,
    );
    const writeOldest = async (): Promise<void> => {
      const oldest = underWay.shift();
      if (oldest === undefined) return;
      const { start, end, key, pictures, startMicroseconds, durationMicroseconds } = oldest.segment;
      const cut = await oldest.cut;
      factor = cut.factor;
      verbatimBytes += cut.verbatim;
      withheldBytes += cut.withheld.length - 1;
      await writer.add({
        layer: 0,
        track: FILE_TRACK,
        key,
        structure: false,
        pictures,
        startMicroseconds,
        durationMicroseconds,
        publicBytes: cut.publicBytes,
        withheld: cut.withheld,
        sourceBytes: end - start,
      });
      progress.bytes = end;
      progress.pictures += pictures;
      progress.microseconds = startMicroseconds + durationMicroseconds;
      onProgress?.({ ...progress });
    };
    for await (const segment of planMpeg(source, found)) {
      signal?.throwIfAborted();
      // A segment's filter factor is what the segment before gives.
      if (underWay.length >= (patent ? 1 : SEGMENTS_AHEAD)) await writeOldest();
      const { runs, context } = segment;
      const request = { runs, context, factor: patent ? factor : 0, recompress, patent };
      const cut = cutInWorker(pool, await readOwn(source, segment), request);
      cut.catch(() => {}); // reported when its turn comes
      underWay.push({ segment, cut });
    }
    while (underWay.length > 0) await writeOldest();
    signal?.throwIfAborted();
    if (patent && withheldBytes === 0)
      throw new InputError(
        "no intra block could be withheld: the video is damaged or of a kind that is not divided; protection patent would publish it whole, use sealed",
        { offsetBytes: 0 },
      );
    return { ...(await writer.finish()), verbatimBytes };
  } catch (error) {
    await Promise.allSettled([sinks.main.abort(), sinks.slave.abort()]);
    throw error;
  }
}

const cutInWorker = (pool: WorkerPool, bytes: Uint8Array, request: MpegRequest): Promise<CutMpeg> =>
  pool.use((api) => api.cutMpeg(transfer(bytes, [bytes.buffer as ArrayBuffer]), request));
