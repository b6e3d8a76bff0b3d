/** Takes CMs in: videos and images, checked by demuxing or decoding them (Cmix patent [0087]-[0089]). */

import { type ByteSource, UnsupportedError } from "../../codec/index.ts";
import { receive } from "../blobs/receive.ts";
import type { ByteStream } from "../byte-stream.ts";
import { inspectMedia } from "../media/inspect-media.ts";
import type { VideoLimits } from "../media/inspections.ts";
import { Refusal, tooLarge } from "../refusal.ts";
import { ANYBODY } from "./choose-cm.ts";
import type { CmType } from "./cm-types.ts";
import type { CmDeps } from "./deps.ts";
import type { Cm, CmFields, NewCm } from "./store.ts";

export const CM_MAX_BYTES = 256 << 20;
/** A 4K BMP has 28 MB. */
const IMAGE_MAX_BYTES = 40 << 20;
/** As of images; a shorter one is none that anybody sees. */
const VIDEO_MIN_SECONDS = 3;
/** A video of fewer pictures is an image. */
const PICTURE_MOST_SECONDS = 1;
/** Of a picture's time: containers round it. */
const ROUNDING_SECONDS = 0.05;
/** A little more than 4K. */
const IMAGE_MAX_PIXELS = 4096 * 2304;
const IMAGE_TYPES = ["image/jpeg", "image/png", "image/bmp"] as const;
const VIDEO: VideoLimits = {
  secondsMost: 120,
  wanted: "an MP4 or WebM video, or a JPEG, PNG or BMP image",
  quickTime: false,
};
/** The first two bytes of a JPEG, a PNG and a BMP; no MP4 or WebM begins so. */
const IMAGE_STARTS: ReadonlySet<number> = new Set([0xffd8, 0x8950, 0x424d]);
/** How long an image is shown unless it is told. */
export const IMAGE_SECONDS = 10;

const NEW_CM: CmFields & Pick<Cm, "house" | "origin"> = {
  title: "",
  sponsor: "",
  link: "",
  house: false,
  active: false,
  kinds: [],
  ageLimit: 0,
  conditions: ANYBODY,
  durationMilliseconds: 0,
  origin: null,
};

/**
 * Stores a CM under the start of its hash; unless told otherwise it is off and has no words yet.
 *
 * @throws FormatError, UnsupportedError: it is neither a video nor an image that can be shown, or takes too much to read
 * @throws Refusal conflict: it is here already
 */
export async function importCm(
  deps: CmDeps,
  body: ByteStream,
  about: Partial<Omit<typeof NEW_CM, "durationMilliseconds">> = {},
): Promise<NewCm> {
  const { blobs, store, importLock, now, log } = deps;
  return receive(blobs, "cms", body, CM_MAX_BYTES, async (upload) => {
    const { source, sha256 } = await upload.finish();
    const { type, durationMilliseconds } = await factsOf(source, about.house === true);
    const id = sha256.slice(0, 32);
    const cm = { ...NEW_CM, ...about, type, durationMilliseconds, id, bytes: source.size, sha256, createdAt: now() };
    return importLock.run("cms", async () => {
      if (await store.cms.isThere(id))
        throw new Refusal("conflict", "this very file is a CM already: change that one", { cmId: id });
      await upload.commit(id);
      await store.cms.insert(cm);
      log("cm", { cmId: id, type: cm.type, durationSeconds: cm.durationMilliseconds / 1000, bytes: cm.bytes });
      return cm;
    });
  });
}

async function factsOf(source: ByteSource, isHouse: boolean): Promise<{ type: CmType; durationMilliseconds: number }> {
  const [first = 0, second = 0] = await source.read(0, Math.min(2, source.size));
  if (!IMAGE_STARTS.has(first * 256 + second)) {
    const { type, durationMilliseconds, longestPictureSeconds } = await inspectMedia("video", "the CM", source, VIDEO);
    // The service's own CM nobody pays for: how long it is, is the operator's choice.
    if (!isHouse) mustBeWatchable(durationMilliseconds / 1000, longestPictureSeconds);
    return { type, durationMilliseconds };
  }
  if (source.size > IMAGE_MAX_BYTES) throw tooLarge(IMAGE_MAX_BYTES);
  const { type } = await inspectMedia("image", "the CM", source, { pixelsMost: IMAGE_MAX_PIXELS, types: IMAGE_TYPES });
  return { type, durationMilliseconds: IMAGE_SECONDS * 1000 };
}

/** @throws UnsupportedError a viewer could not watch it */
function mustBeWatchable(seconds: number, longestPictureSeconds: number): void {
  if (seconds < VIDEO_MIN_SECONDS)
    throw new UnsupportedError(`it runs ${seconds.toFixed(1)} s: a CM has at least ${VIDEO_MIN_SECONDS} s`, {
      seconds,
    });
  if (longestPictureSeconds > PICTURE_MOST_SECONDS + ROUNDING_SECONDS)
    throw new UnsupportedError(
      `one of its pictures stands for ${longestPictureSeconds.toFixed(1)} s: a video CM has a picture a second; add an image as an image`,
      { seconds: longestPictureSeconds },
    );
}
