/** What the Studio knows of a file that the demuxer's library does not read: one video track and no sound. */
import type { MethodOffer, SourceFacts } from "../protocol/divide-api.ts";
import type { StudioMethod } from "../protocol/studio-methods.ts";

export interface CodedVideo {
  container: string;
  bytes: number;
  durationSeconds: number;
  codec: string;
  width: number;
  height: number;
  pixelAspect: readonly [number, number];
  frameRate: readonly [number, number];
  rotation?: SourceFacts["video"]["rotation"];
  mirrored?: boolean;
  isDecodable: boolean;
  /** As in {@link SourceFacts}. */
  isPacked?: boolean;
  /** The method that keeps it as it is. */
  keptBy: StudioMethod;
  /** Why it cannot be compressed; undefined where it can. */
  notCompressed: Pick<MethodOffer, "refusal" | "reason">;
}

/** A picture's size as it is shown: upright, in square pixels. */
export function shownSize({
  width,
  height,
  pixelAspect: [across, down],
  rotation,
}: Pick<CodedVideo, "width" | "height" | "pixelAspect"> & { rotation: number }): {
  shownWidth: number;
  shownHeight: number;
} {
  const shownWidth = Math.max(1, Math.round((width * across) / down));
  return rotation % 180 === 0 ? { shownWidth, shownHeight: height } : { shownWidth: height, shownHeight: shownWidth };
}

export function codedVideoFacts(video: CodedVideo): SourceFacts {
  const { container, bytes, durationSeconds, codec, width, height, frameRate, isDecodable } = video;
  const { pixelAspect, rotation = 0, mirrored = false, isPacked = false, keptBy, notCompressed } = video;
  const framesPerSecond = frameRate[0] / frameRate[1];
  return {
    container,
    bytes,
    durationSeconds,
    video: {
      codec,
      width,
      height,
      ...shownSize({ width, height, pixelAspect, rotation }),
      framesPerSecond,
      isConstantRate: true,
      rotation,
      mirrored,
      estimatedPictures: Math.max(1, Math.round(durationSeconds * framesPerSecond)),
    },
    sound: undefined,
    hasUnknownSound: false,
    hasUnplayedSound: false,
    isDecodable,
    isPacked,
    offers: [
      { method: keptBy, refusal: undefined },
      { method: "compress", ...notCompressed },
    ],
  };
}
