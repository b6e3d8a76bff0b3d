/** A job's division, as `cmix divide` and the Studio do it: marks, parts, thumbnails, main and slave. */
import {
  makePoster,
  makeTeaser,
  nodeRecoderOf,
  type OpenFile,
  openSourceFile,
  pictureRate,
  type SourceFile,
  searchMarks,
} from "../../codec/hosts/node/index.ts";
import {
  type ByteSink,
  CmixError,
  type CodecWorkerApi,
  chooseMethod,
  divideVideo,
  hiddenTimes,
  type JudgedMark,
  laidTreatments,
  METHODS,
  type Method,
  type PartChoice,
  type Pool,
  partsOfList,
  partsOfMarks,
  type RestrictedPart,
  type Sighting,
  UnsupportedError,
  type VideoDivision,
} from "../../codec/index.ts";
import { BlockSource } from "../media/block-source.ts";
import type { JobStage } from "./kinds.ts";
import type { DivisionOrder } from "./words.ts";

/** What a division works with. */
export interface DivisionHost {
  /** Of the source. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Which marks count is the service's to say. */
  judge(sightings: Sighting[]): Promise<JudgedMark[]>;
  sinks: { main: ByteSink; slave: ByteSink };
  pool: Pool<CodecWorkerApi>;
  /** @param share of the stage */
  onStep(stage: JobStage, share: number): void;
}

const WHOLE = { x: 0, y: 0, width: 1000, height: 1000 };
/** A week: more than any video. */
const END_MICROSECONDS = 7 * 24 * 3600 * 1e6;
const NAME = "the source";

/** @throws {@link CmixError} the source is damaged, of another kind, or needs what is not installed */
export async function divideSource(
  order: DivisionOrder,
  host: DivisionHost,
): Promise<{ division: VideoDivision; teaser: Uint8Array | undefined; parts: number }> {
  const { settings } = order;
  const source = new BlockSource(order.bytes, host.read);
  const file: OpenFile = {
    size: source.size,
    read: (offset, length) => source.read(offset, length),
    readInto: (offset, target) => source.readInto(offset, target),
    close: async () => {},
  };
  const restrictions = (await partsOf(order, file, host)).map(coverable);
  const hides = restrictions.length > 0;
  const method: Method =
    settings.method !== "auto"
      ? settings.method
      : hides
        ? "compress"
        : await chooseMethod(file).catch(() => "compress");
  const codesAnew = METHODS[method].gives === "media";
  const opened = codesAnew ? await openSourceFile(file, NAME) : await openForThumbnails(settings.thumbnails, file);
  try {
    const options = { hidden: await hiddenTimes(file, restrictions) };
    const thumbnails = settings.thumbnails ? opened : undefined;
    const poster = thumbnails && (await makePoster(thumbnails, undefined, options));
    const teaser = thumbnails && (await makeTeaser(thumbnails, 0, options).catch(unlessUnsupported));
    const seconds = (await opened?.durationSeconds()) ?? 0;
    const name = settings.title.replace(/[^\p{L}\p{N}._ -]/gu, "").trim() || "video";
    const { title, copyright, genre, ageLimit, protection, withoutOriginal } = settings;
    host.onStep("dividing", 0);
    const division = await divideVideo(
      method,
      {
        source: file,
        ...(codesAnew && opened !== undefined && { openMedia: async () => opened.media }),
        openRecoder: nodeRecoderOf(file, NAME),
        settings: opened === undefined ? {} : pictureRate(opened, {}),
        ...{ title, copyright, genre, ageLimit, protection, withoutOriginal, restrictions },
        ...{ service: order.service, player: "", mainName: `${name}.cmx`, slaveName: `${name}.cms` },
        ...(poster !== undefined && { poster }),
        onProgress: ({ bytes, totalBytes, microseconds }) => {
          const byTime = seconds > 0 ? Math.min(1, microseconds / 1e6 / seconds) : 0;
          host.onStep("dividing", totalBytes > 0 ? bytes / totalBytes : byTime);
        },
      },
      host.sinks,
      host.pool,
    );
    return { division, teaser: teaser?.data, parts: restrictions.length };
  } finally {
    opened?.close();
  }
}

/** Those of the job's list, and of the marks where they are looked for; all of them as a reservation says. */
async function partsOf(
  { settings, protect }: DivisionOrder,
  file: OpenFile,
  host: DivisionHost,
): Promise<RestrictedPart[]> {
  const { treatment, reverse, marks, parts: listed } = settings;
  const choice: PartChoice = { treatment: treatment ?? undefined, reverse };
  // Reversed marks tell what is seen; what is listed besides is hidden all the same.
  const own = partsOfList(listed, { ...choice, reverse: reverse && marks === "none" && listed.length > 0 });
  const found = marks === "auto" ? await foundParts(file, host, choice) : [];
  const parts = [...own, ...found].sort((a, b) => a.startMicroseconds - b.startMicroseconds);
  if (protect === null) return parts;
  const { viewers, sound, treatment: how } = protect;
  const whole = { startMicroseconds: 0, endMicroseconds: END_MICROSECONDS, areas: [WHOLE] };
  return (parts.length > 0 ? parts : [whole]).map(
    ({ startMicroseconds, endMicroseconds, areas }): RestrictedPart => ({
      ...{ startMicroseconds, endMicroseconds, areas, sound, treatment: how },
      viewers: viewers as RestrictedPart["viewers"],
    }),
  );
}

/** Nothing is given to a service to lay over areas: what covers most stands in for it. */
const coverable = (part: RestrictedPart): RestrictedPart =>
  laidTreatments([part]).length > 0 ? { ...part, treatment: "black" } : part;

async function foundParts(file: OpenFile, host: DivisionHost, choice: PartChoice): Promise<RestrictedPart[]> {
  host.onStep("marks", 0);
  const opened = await openSourceFile(file, NAME);
  try {
    const { frameRate } = opened.media.video;
    const pictures = Math.max(1, ((await opened.durationSeconds()) * frameRate[0]) / frameRate[1]);
    const { judged, endMicroseconds } = await searchMarks(opened.media, {
      judge: host.judge,
      onPicture: (count) => host.onStep("marks", Math.min(1, count / pictures)),
    });
    return partsOfMarks(judged, endMicroseconds, choice);
  } finally {
    opened.close();
  }
}

/** A file that is kept as it is needs no decoder; without one it has no thumbnails. */
async function openForThumbnails(areWanted: boolean, file: OpenFile): Promise<SourceFile | undefined> {
  if (!areWanted) return undefined;
  return openSourceFile(file, NAME).catch((error: unknown) => {
    if (error instanceof CmixError) return undefined;
    throw error;
  });
}

function unlessUnsupported(error: unknown): undefined {
  if (!(error instanceof UnsupportedError)) throw error;
  return undefined;
}
