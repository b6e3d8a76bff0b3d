import type { CSSProperties } from "react";
import type { MainFacts } from "../../player/protocol/play-api.ts";

/** The shape of the picture as it is to be seen: upright, with square pixels. */
export function shapeOf({ video }: MainFacts): CSSProperties & { "--ratio": string } {
  const [horizontal, vertical] = video.pixelAspect;
  const width = video.width * horizontal;
  const height = video.height * vertical;
  const isTurned = video.rotation === 90 || video.rotation === 270;
  const ratio = isTurned ? height / width : width / height;
  return { "--ratio": String(ratio) };
}
