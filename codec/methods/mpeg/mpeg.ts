/**
 * Method `mpeg`: MPEG-1 and MPEG-2 video is divided as it is (Cmix patent, Fig. 13, [0141]-[0155]): the DC coefficients of intra blocks go to the slave, nothing is
 * decoded to pixels, and combining gives the file back byte for byte. FORMAT.md 11.
 */
import { toHex } from "../../bytes/bytes.ts";
import { recogniseSource } from "../../containers/open-index.ts";
import { type MpegSource, openMpeg } from "../../containers/open-mpeg.ts";
import { chromaFormat } from "../../containers/streams/mpeg-aspect.ts";
import type { DivisionWriter, SegmentPlace } from "../../division/division-writer.ts";
import type { FinishedSegment } from "../../division/unfinished.ts";
import { InputError, UnsupportedError } from "../../errors.ts";
import type { AudioTrack } from "../../format/header.ts";
import { FILE_TRACK } from "../../format/layout.ts";
import type { Pool } from "../../pool/worker-pool.ts";
import { planarOverlays } from "../../restriction/overlays.ts";
import type { RestrictedPart } from "../../restriction/part.ts";
import { checkSounds } from "../../restriction/silence.ts";
import type { DivisionJob, DivisionMethod, DivisionProgress } from "../method.ts";
import { checkKept, combineSource, keptOfSource, SEGMENTS_AHEAD } from "../source-segments.ts";
import { findSounds } from "./find-sounds.ts";
import { findHiddenSlots, type HiddenSlot } from "./hidden-slots.ts";
import type { MpegWorkerApi } from "./mpeg-worker.ts";
import { planRenditions, type RenditionSegment } from "./renditions.ts";
import type { CutMpeg, MpegRequest } from "./segment-bytes.ts";
import { mpegVideoTrack } from "./video-track.ts";

const CHROMA_420 = 1;

export const mpeg: DivisionMethod<MpegWorkerApi> = {
  name: "mpeg",
  gives: "source",
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
    const { restrictions = [] } = job;
    const sounds = await findSounds(job.source, found);
    if (restrictions.length > 0) checkRestrictions(restrictions, found, sounds);
    const slots = await findHiddenSlots(job.source, found, restrictions, sounds, job.signal);
    return {
      parameters: { container: found.container, recompress, sequence: toHex(found.context) },
      tracks: [mpegVideoTrack(found), ...sounds],
      write: (writer, pool, kept) => cutAll(job, found, slots, writer, pool, kept),
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

/** @throws {@link UnsupportedError} what a part asks for cannot be done here */
function checkRestrictions(
  restrictions: readonly RestrictedPart[],
  { container, context }: MpegSource,
  sounds: readonly AudioTrack[],
): void {
  for (const sound of sounds) checkSounds(restrictions, sound);
  if (container === "cdxa")
    throw new UnsupportedError(
      "parts of a Video CD's file are not hidden while it is kept as it is: choose method compress, or copy it to an .mpg first",
      { container, reason: "hiddenKept" },
    );
  if (restrictions.some(({ areas }) => areas.length > 0) && chromaFormat(context) !== CHROMA_420)
    throw new UnsupportedError(
      "pictures that are not 4:2:0 are not coded anew here, so no part of them can be hidden: choose method compress",
      { chromaFormat: chromaFormat(context), reason: "hiddenKept" },
    );
}

/** @throws {@link InputError} with `patent`, not one intra block could be withheld */
async function cutAll(
  { source, signal, onProgress, protection, settings, overlays = {} }: DivisionJob,
  found: MpegSource,
  slots: readonly HiddenSlot[],
  writer: DivisionWriter,
  pool: Pool<MpegWorkerApi>,
  kept: readonly FinishedSegment[],
): Promise<{ verbatimBytes: number }> {
  const patent = protection === "patent";
  const recompress = settings?.recompress ?? true;
  const underWay: (RenditionSegment & { finished: FinishedSegment | undefined; cut: Promise<CutMpeg> | undefined })[] =
    [];
  const progress: DivisionProgress = { bytes: 0, totalBytes: source.size, pictures: 0, microseconds: 0 };
  let verbatimBytes = 0;
  let withheldBytes = 0;
  let factor = 0;
  let count = 0;
  let keptLeft = kept.length;
  const writeOldest = async (): Promise<void> => {
    const oldest = underWay.shift();
    if (oldest === undefined) return;
    const { end, key, pictures, startMicroseconds, durationMicroseconds } = oldest.segment;
    const place: SegmentPlace = {
      ...oldest.role,
      track: FILE_TRACK,
      key,
      structure: false,
      pictures,
      startMicroseconds,
      durationMicroseconds,
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
    if (oldest.role.substitute) return;
    progress.bytes = end;
    progress.pictures += pictures;
    progress.microseconds = startMicroseconds + durationMicroseconds;
    if (keptLeft === 0) onProgress?.({ ...progress });
  };
  const laid = planarOverlays(overlays, mpegVideoTrack(found));
  for await (const planned of planRenditions(source, found, slots, laid, pool)) {
    signal?.throwIfAborted();
    // A segment's filter factor is what the segment before gives.
    if (underWay.length >= (patent ? 1 : SEGMENTS_AHEAD)) await writeOldest();
    const { runs, context } = planned.segment;
    const request = { runs, context, factor: patent ? factor : 0, recompress, patent };
    const finished = kept[count++];
    // What is kept is cut for the next one's factor alone.
    const cut = finished !== undefined && !patent ? undefined : cutInWorker(pool, await planned.read(), request);
    cut?.catch(() => {}); // reported when its turn comes
    underWay.push({ ...planned, finished, cut });
  }
  while (underWay.length > 0) await writeOldest();
  signal?.throwIfAborted();
  checkKept(count, kept);
  if (patent && withheldBytes === 0)
    throw new InputError(
      "no intra block could be withheld: the video is damaged or of a kind that is not divided; protection patent would publish it whole, use sealed",
      { offsetBytes: 0 },
    );
  return { verbatimBytes };
}

const cutInWorker = (pool: Pool<MpegWorkerApi>, bytes: Uint8Array, request: MpegRequest): Promise<CutMpeg> =>
  pool.use((api) => api.cutMpeg(pool.transfer(bytes, [bytes.buffer as ArrayBuffer]), request));
