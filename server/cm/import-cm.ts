/** Takes CMs in: videos and images, checked by demuxing or decoding them (Cmix patent [0087]-[0089]). */

import { UnsupportedError } from "../../codec/index.ts";
import { receive } from "../blobs/receive.ts";
import type { ByteStream } from "../byte-stream.ts";
import { Refusal } from "../refusal.ts";
import { checkImage } from "./check-image.ts";
import { checkVideo, type VideoFacts } from "./check-video.ts";
import { ANYBODY } from "./choose-cm.ts";
import type { CmType } from "./cm-types.ts";
import type { CmDeps } from "./deps.ts";
import type { Cm, CmFields, NewCm } from "./store.ts";

export const CM_MAX_BYTES = 256 << 20;
/** Larger files are taken for no image; a 4K BMP has 28 MB. */
const IMAGE_MAX_BYTES = 40 << 20;
/** As of images; a shorter one is none that anybody sees. */
const VIDEO_MIN_SECONDS = 3;
/** A video of fewer pictures is an image. */
const PICTURE_MOST_SECONDS = 1;
/** Of a picture's time: containers round it. */
const ROUNDING_SECONDS = 0.05;
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
 * @throws FormatError, UnsupportedError: it is neither a video nor an image that can be shown
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
    const bytes = source.size <= IMAGE_MAX_BYTES ? Buffer.from(await source.read(0, source.size)) : undefined;
    const image = bytes && checkImage(bytes);
    const { type, durationMilliseconds }: { type: CmType; durationMilliseconds: number } =
      image === undefined
        ? watchable(await checkVideo(source), about.house === true)
        : { type: image.type, durationMilliseconds: IMAGE_SECONDS * 1000 };
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

/** @throws UnsupportedError a viewer could not watch it. The service's own CM nobody pays for: how long it is, is the operator's choice */
function watchable(facts: VideoFacts, isHouse: boolean): VideoFacts {
  const [seconds, picture] = [facts.durationMilliseconds / 1000, facts.longestPictureSeconds];
  if (isHouse) return facts;
  if (seconds < VIDEO_MIN_SECONDS)
    throw new UnsupportedError(`it runs ${seconds.toFixed(1)} s: a CM has at least ${VIDEO_MIN_SECONDS} s`, {
      seconds,
    });
  if (picture > PICTURE_MOST_SECONDS + ROUNDING_SECONDS)
    throw new UnsupportedError(
      `one of its pictures stands for ${picture.toFixed(1)} s: a video CM has a picture a second; add an image as an image`,
      { seconds: picture },
    );
  return facts;
}
