import sharp from "sharp";
import {
  createNodePool,
  FileSink,
  loadNodeKernels,
  type OpenFile,
  openDecodedMedia,
  openFile,
} from "../codec/hosts/node/index.ts";
import {
  findMarks,
  InputError,
  isMarkService,
  type JudgedMark,
  judgeMarks,
  METHODS,
  openMpegMedia,
  PictureBuffers,
  presetOf,
  readY4m,
  restrictedParts,
  type SourceMedia,
  type SourcePicture,
  writePartsFile,
} from "../codec/index.ts";
import { type Command, parse } from "./options.ts";
import { createProgress, printResult } from "./output.ts";
import { UsageError } from "./usage-error.ts";

/** A still is taken for a video of this length. */
const STILL_MICROSECONDS = 1_000_000;
const STILL_MAX_PIXELS = 1 << 26;

export const marks: Command = {
  usage: "cmix marks FILE [--service URL] [--out PARTS.json] [--json]",

  async run(args, signal) {
    const { positionals, values } = parse(args, 1, {
      service: "string",
      out: "string",
      json: "boolean",
    });
    const path = positionals[0] ?? "";
    const { service, out } = values;
    if (typeof service === "string" && !isMarkService(service))
      throw new UsageError(`--service ${service}: https:// and a host in small letters expected`);
    const file = await openFile(path);
    const progress = createProgress("looked at");
    const pool = createNodePool(1);
    let media: SourceMedia | undefined;
    try {
      const started = performance.now();
      media = await openPictures(path, file, signal);
      const found = await findMarks(media.pictures, pool, {
        signal,
        onPicture: (pictures) => progress.show(pictures),
        ...(media.buffers === undefined ? {} : { buffers: media.buffers }),
      });
      const judged = await judgeMarks(found.sightings, {
        unsigned: true,
        nowSeconds: Math.floor(Date.now() / 1000),
        ...(typeof service === "string" ? { services: [service] } : {}),
      });
      const parts = restrictedParts(judged, found.endMicroseconds);
      if (typeof out === "string") await writeWhole(out, writePartsFile(parts));
      const seconds = (performance.now() - started) / 1000;
      const seen = judged.filter(({ state }) => state !== "other").map(described);
      progress.end();
      const counts = {
        marks: seen.length,
        parts: parts.length,
        otherCodes: judged.length - seen.length,
        pictures: found.pictures,
        seconds: Number(seconds.toFixed(3)),
        fps: Number((found.pictures / seconds).toFixed(1)),
      };
      printResult(values.json === true, {
        ...counts,
        ...(values.json === true ? { marks: seen } : Object.fromEntries(seen.map(lineOf))),
        ...(typeof out === "string" ? { path: out } : {}),
      });
    } finally {
      progress.end();
      media?.close?.();
      pool.close();
      await file.close();
    }
  },
};

async function writeWhole(path: string, text: string): Promise<void> {
  const sink = await FileSink.open(path);
  try {
    await sink.write(new TextEncoder().encode(text));
    await sink.close();
  } catch (error) {
    await sink.abort();
    throw error;
  }
}

/** What is decoded here: .y4m, MPEG-1 and MPEG-2, PNG and JPEG; anything else where its decoders are installed. */
async function openPictures(path: string, file: OpenFile, signal: AbortSignal): Promise<SourceMedia> {
  if (file.size === 0) throw new InputError(`${path}: the file is empty; choose another file`, { offsetBytes: 0 });
  if (await METHODS.mpeg.takes(file)) return openMpegMedia(await loadNodeKernels(), file, { signal });
  if (await METHODS.compress.takes(file)) {
    const buffers = new PictureBuffers();
    const { header, pictures } = await readY4m(file, buffers);
    return { video: header, pictures, buffers };
  }
  return (await openStill(path, file)) ?? openDecodedMedia(file, path);
}

const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const JPEG = Uint8Array.of(0xff, 0xd8, 0xff);

async function openStill(path: string, file: OpenFile): Promise<SourceMedia | undefined> {
  const start = await file.read(0, Math.min(PNG.length, file.size));
  if (![PNG, JPEG].some((magic) => magic.every((byte, i) => start[i] === byte))) return undefined;
  const image = sharp(path, { limitInputPixels: STILL_MAX_PIXELS }).autoOrient().toColourspace("srgb").ensureAlpha();
  const { data, info } = await image
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((cause: Error) => {
      throw new InputError(`${path}: no picture that can be read (${cause.message.replace(/\s+/g, " ")})`);
    });
  const { width, height } = info;
  const picture: SourcePicture = {
    timestampMicroseconds: 0,
    durationMicroseconds: STILL_MICROSECONDS,
    format: "RGBA",
    width,
    height,
    data: new Uint8Array(data),
    planes: [{ offset: 0, stride: 4 * width }],
  };
  return { video: { width, height, frameRate: [1, 1] }, pictures: single(picture) };
}

async function* single(picture: SourcePicture): AsyncGenerator<SourcePicture> {
  yield picture;
}

/** A mark as the result names it. */
function described(mark: JudgedMark) {
  const { startMicroseconds, endMicroseconds, firstPicture, lastPicture, area, text, state, signature, rule, reason } =
    mark;
  return {
    startSeconds: startMicroseconds / 1e6,
    endSeconds: endMicroseconds / 1e6,
    firstPicture,
    lastPicture,
    seenAt: area,
    text,
    state,
    ...(reason === undefined ? {} : { reason }),
    ...(mark.mark === undefined ? {} : { service: mark.mark.service, signature }),
    ...(mark.mark?.recordId === undefined ? {} : { recordId: mark.mark.recordId }),
    ...(rule === undefined
      ? {}
      : {
          restricted: rule.restricted,
          area: rule.area === undefined ? "none" : (presetOf(rule.area) ?? rule.area),
          treatment: rule.treatment,
          sound: rule.sound,
          viewers: rule.viewers,
          holdSeconds: rule.holdSeconds,
        }),
  };
}

/** Times and pictures, what it asks for, whether it counts, its text. */
function lineOf(mark: ReturnType<typeof described>, i: number): [string, string] {
  const asks =
    mark.restricted === undefined
      ? []
      : [
          mark.restricted ? "restricted" : "allowed",
          typeof mark.area === "string" ? mark.area : JSON.stringify(mark.area),
          mark.treatment,
          `sound ${mark.sound}`,
          mark.viewers,
          `hold ${mark.holdSeconds} s`,
        ];
  const when = `${mark.startSeconds.toFixed(3)}-${mark.endSeconds.toFixed(3)} s (pictures ${mark.firstPicture}-${mark.lastPicture})`;
  const state = mark.reason === undefined ? mark.state : `${mark.state}: ${mark.reason}`;
  return [`mark ${i + 1}`, [when, ...asks, state, mark.text].join(", ")];
}
