/**
 * Method `mpeg`: MPEG-1 and MPEG-2 video is divided as it is (Cmix patent, Fig. 13, [0141]-[0155]): the DC coefficients of intra blocks go to the slave, nothing is
 * decoded to pixels, and combining gives the file back byte for byte. FORMAT.md 11.
 */
import { toHex } from "../../bytes/bytes.ts";
import { recogniseSource } from "../../containers/open-index.ts";
import { type MpegSource, openMpeg } from "../../containers/open-mpeg.ts";
import type { DivisionWriter, SegmentPlace } from "../../division/division-writer.ts";
import type { FinishedSegment } from "../../division/unfinished.ts";
import { InputError } from "../../errors.ts";
import { FILE_TRACK } from "../../format/layout.ts";
import { BASE_LAYER } from "../../layers/base.ts";
import type { Pool } from "../../pool/worker-pool.ts";
import type { DivisionJob, DivisionMethod, DivisionProgress } from "../method.ts";
import { checkKept, combineSource, keptOfSource, readOwn, SEGMENTS_AHEAD } from "../source-segments.ts";
import { findSounds } from "./find-sounds.ts";
import type { MpegWorkerApi } from "./mpeg-worker.ts";
import type { CutMpeg, MpegRequest } from "./segment-bytes.ts";
import { type MpegSegment, planMpeg } from "./segment-planner.ts";
import { mpegVideoTrack } from "./video-track.ts";

export const mpeg: DivisionMethod<MpegWorkerApi> = {
  name: "mpeg",
  gives: "source",
  hidesParts: false,
  fillsOneWorker: false,

  async takes(source) {
    const kind = await recogniseSource(source);
    const mayBe = kind === "annexb" || kind === "transport" || kind === "unknown";
    return mayBe && source.size > 0 && (await openMpeg(source)) !== undefined;
  },

  keeps: keptOfSource,

  async prepare(job) {
    const found = await openMpeg(job.source);
    if (found === undefined)
      throw new InputError(
        "method mpeg needs MPEG-1 or MPEG-2 video, and there is none in this file: use --method samples or compress",
        { offsetBytes: 0 },
      );
    const recompress = job.settings?.recompress ?? true;
    return {
      parameters: { container: found.container, recompress, sequence: toHex(found.context) },
      tracks: [mpegVideoTrack(found), ...(await findSounds(job.source, found))],
      write: (writer, pool, kept) => cutAll(job, found, recompress, writer, pool, kept),
    };
  },

  combine: (opener, sink, { pool }, options) =>
    combineSource(
      opener,
      sink,
      pool.transfer,
      (publicBytes, withheld) => pool.use((api) => api.mergeMpeg(publicBytes, withheld)),
      options,
    ),
};

/** @throws {@link InputError} with `patent`, not one intra block could be withheld */
async function cutAll(
  { source, signal, onProgress, protection }: DivisionJob,
  found: MpegSource,
  recompress: boolean,
  writer: DivisionWriter,
  pool: Pool<MpegWorkerApi>,
  kept: readonly FinishedSegment[],
): Promise<{ verbatimBytes: number }> {
  const patent = protection === "patent";
  const underWay: { segment: MpegSegment; finished: FinishedSegment | undefined; cut: Promise<CutMpeg> | undefined }[] =
    [];
  const progress: DivisionProgress = { bytes: 0, totalBytes: source.size, pictures: 0, microseconds: 0 };
  let verbatimBytes = 0;
  let withheldBytes = 0;
  let factor = 0;
  let planned = 0;
  let keptLeft = kept.length;
  const writeOldest = async (): Promise<void> => {
    const oldest = underWay.shift();
    if (oldest === undefined) return;
    const { start, end, key, pictures, startMicroseconds, durationMicroseconds } = oldest.segment;
    const place: SegmentPlace = {
      layer: BASE_LAYER,
      track: FILE_TRACK,
      key,
      structure: false,
      pictures,
      startMicroseconds,
      durationMicroseconds,
      sourceBytes: end - start,
    };
    const cut = await oldest.cut;
    if (cut !== undefined) {
      factor = cut.factor;
      verbatimBytes += cut.verbatim;
      withheldBytes += cut.withheld.length - 1;
    }
    if (oldest.finished !== undefined) {
      writer.keep(place, oldest.finished);
      keptLeft -= 1;
    } else if (cut !== undefined) await writer.add({ ...place, publicBytes: cut.publicBytes, withheld: cut.withheld });
    progress.bytes = end;
    progress.pictures += pictures;
    progress.microseconds = startMicroseconds + durationMicroseconds;
    if (keptLeft === 0) onProgress?.({ ...progress });
  };
  for await (const segment of planMpeg(source, found)) {
    signal?.throwIfAborted();
    // A segment's filter factor is what the segment before gives.
    if (underWay.length >= (patent ? 1 : SEGMENTS_AHEAD)) await writeOldest();
    const { runs, context } = segment;
    const request = { runs, context, factor: patent ? factor : 0, recompress, patent };
    const finished = kept[planned++];
    // What is kept is cut for the next one's factor alone.
    const cut =
      finished !== undefined && !patent ? undefined : cutInWorker(pool, await readOwn(source, segment), request);
    cut?.catch(() => {}); // reported when its turn comes
    underWay.push({ segment, finished, cut });
  }
  while (underWay.length > 0) await writeOldest();
  signal?.throwIfAborted();
  checkKept(planned, kept);
  if (patent && withheldBytes === 0)
    throw new InputError(
      "no intra block could be withheld: the video is damaged or of a kind that is not divided; protection patent would publish it whole, use sealed",
      { offsetBytes: 0 },
    );
  return { verbatimBytes };
}

const cutInWorker = (pool: Pool<MpegWorkerApi>, bytes: Uint8Array, request: MpegRequest): Promise<CutMpeg> =>
  pool.use((api) => api.cutMpeg(pool.transfer(bytes, [bytes.buffer as ArrayBuffer]), request));
