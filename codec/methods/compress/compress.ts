/**
 * Method `compress`: pictures are encoded and divided in one step (Cmix patent, Fig. 6), sound goes along in its own coding.
 * Segments: FORMAT.md 9.
 */
import { recogniseSource } from "../../containers/open-index.ts";
import type { DivisionWriter } from "../../division/division-writer.ts";
import type { FinishedSegment } from "../../division/unfinished.ts";
import { UnsupportedError } from "../../errors.ts";
import type { Track } from "../../format/header.ts";
import { BASE_LAYER } from "../../layers/base.ts";
import type { SourceMedia } from "../../pictures/source-picture.ts";
import type { Pool } from "../../pool/worker-pool.ts";
import { codedArea } from "../../restriction/areas.ts";
import { type DrawnMark, type MarkPlace, markModules, markPixels } from "../../restriction/draw-mark.ts";
import { planarOverlays } from "../../restriction/overlays.ts";
import { checkSounds } from "../../restriction/silence.ts";
import type { DivisionJob, DivisionMethod } from "../method.ts";
import { combinePictures } from "./combine-pictures.ts";
import { AUDIO_TRACK, SoundQueue, VIDEO_TRACK, videoSegments } from "./compress-segments.ts";
import type { CompressWorkerApi } from "./compress-worker.ts";
import { picturesFrom, segmentsBeforeLastGroup, workLeft } from "./go-on.ts";
import { checkBPictures, encodeGops } from "./gop-encoder.ts";
import { averageRate, constantQuality } from "./rate-control.ts";

export const VIDEO_CODEC = "cmix-mpeg1";
const QUALITY = 4;
/** Also the longest way to decode after a seek. */
const GOP_PICTURES = 30;

export const compress: DivisionMethod<CompressWorkerApi> = {
  name: "compress",
  gives: "media",
  fillsOneWorker: false,

  /** A plain file of pictures; a browser may decode others for it, which nothing tells here. */
  async takes(source) {
    return (await recogniseSource(source)) === "y4m";
  },

  keeps: (finished, { gopPictures = GOP_PICTURES }) => segmentsBeforeLastGroup(finished, gopPictures),

  async prepare(job) {
    if (job.openMedia === undefined)
      throw new UnsupportedError("method compress needs decoded pictures, and nothing decodes here: give openMedia");
    const { bitplane = "gray", planeCode = "adaptive", bPictures = 0 } = job.settings ?? {};
    checkBPictures(bPictures, "settings.bPictures");
    const media = await job.openMedia();
    if (media.audio !== undefined) checkSounds(job.restrictions ?? [], media.audio);
    checkMarks(job.marks ?? [], media.video);
    return {
      parameters: { bitplane, planeCode },
      tracks: tracksOf(media),
      async write(writer, pool, kept) {
        await encodeAll(job, media, writer, pool, kept);
        return { verbatimBytes: 0 };
      },
      async close() {
        media.close?.();
      },
    };
  },

  combine: async (opener, sink, { kernels }, options) => combinePictures(opener, sink, await kernels(), options),
};

/** @throws {@link UnsupportedError} the pictures are too small for a mark */
function checkMarks(marks: readonly DrawnMark[], video: SourceMedia["video"]): void {
  for (const { text, place } of marks) {
    try {
      markPixels(markModules(text), place, video);
    } catch (error) {
      throw new UnsupportedError(
        `a mark does not fit into pictures of ${video.width}x${video.height}: make it larger`,
        {
          reason: (error as Error).message,
        },
      );
    }
  }
}

function tracksOf({ video, audio }: SourceMedia): Track[] {
  const tracks: Track[] = [
    {
      id: VIDEO_TRACK,
      kind: "video",
      codec: VIDEO_CODEC,
      width: video.width,
      height: video.height,
      frameRate: video.frameRate,
      pixelAspect: video.pixelAspect ?? [1, 1],
      rotation: video.rotation ?? 0,
      mirrored: video.mirrored ?? false,
      matrix: video.matrix ?? "bt601",
      fullRange: video.fullRange ?? false,
    },
  ];
  if (audio !== undefined) {
    const { codec, sampleRate, channels, description } = audio;
    tracks.push({
      id: AUDIO_TRACK,
      kind: "audio",
      codec,
      sampleRate,
      channels,
      ...(description === undefined ? {} : { description }),
    });
  }
  return tracks;
}

/** A code may be read in any turn: it keeps its corner. */
function codedPlace({ x, y, size }: MarkPlace, video: SourceMedia["video"]): MarkPlace {
  const corner = codedArea({ x, y, width: 0, height: 0 }, video);
  return { x: corner.x, y: corner.y, size };
}

async function encodeAll(
  job: DivisionJob,
  media: SourceMedia,
  writer: DivisionWriter,
  pool: Pool<CompressWorkerApi>,
  kept: readonly FinishedSegment[],
): Promise<void> {
  const { settings = {}, restrictions: shown = [], overlays = {}, withoutOriginal = false, marks = [] } = job;
  const { signal, onProgress } = job;
  const { video, buffers, audio } = media;
  const {
    bitplane = "gray",
    planeCode = "adaptive",
    quality = QUALITY,
    bitrateKbits,
    gopPictures = GOP_PICTURES,
    bPictures,
  } = settings;
  const restrictions = shown.map((part) => ({ ...part, areas: part.areas.map((area) => codedArea(area, video)) }));
  const drawn = marks.map((mark) => ({ ...mark, place: codedPlace(mark.place, video) }));
  const work = workLeft(kept, gopPictures);
  for (const segment of kept) writer.keep({ ...segment.head, substitute: segment.substitute }, segment);
  const sound = new SoundQueue(audio, pool, { restrictions, withoutOriginal, toSkip: work?.soundPackets });
  try {
    const samples = (video.width * video.height * video.frameRate[0]) / video.frameRate[1];
    const gops = encodeGops(work === undefined ? media.pictures : picturesFrom(media, work.startMicroseconds), pool, {
      video,
      division: bitplane,
      planeCode,
      gopPictures,
      bPictures,
      rate: bitrateKbits === undefined ? constantQuality(quality) : averageRate(bitrateKbits, samples, bPictures),
      buffers,
      signal,
      restrictions,
      overlays: planarOverlays(overlays, video),
      withoutOriginal,
      marks: drawn,
      earlier: work?.earlier,
      onPicture: (done) => onProgress?.({ ...done, bytes: 0, totalBytes: 0 }),
    });
    for await (const segment of videoSegments(gops)) {
      await writer.add(segment);
      if (segment.layer !== BASE_LAYER) continue;
      for (const soundSegment of await sound.until(segment.startMicroseconds + segment.durationMicroseconds))
        await writer.add(soundSegment);
    }
    for (const soundSegment of await sound.until(Number.POSITIVE_INFINITY)) await writer.add(soundSegment);
  } finally {
    await sound.close();
  }
}
