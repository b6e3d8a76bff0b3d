/** Small clips that parts are hidden in, coded by ffmpeg, and what stands where in their pictures. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { RestrictedPart } from "../../codec/restriction/part.ts";
import { coveredPixels } from "../../codec/restriction/treat-picture.ts";

export const [CLIP_WIDTH, CLIP_HEIGHT] = [160, 96];
export const CLIP_SECONDS = 4;
export const CLIP_RATE = 25;

const CORNER = { x: 400, y: 340, width: 300, height: 330 };
/** Pictures 30 to 44, and their sound. */
export const CLIP_PART: RestrictedPart = {
  ...{ startMicroseconds: 1_200_000, endMicroseconds: 1_800_000, areas: [CORNER], treatment: "black" },
  ...{ sound: "mute", viewers: "premium" },
};
/** Black is 16, and coding leaves a little. */
export const BLACK_MOST = 28;

/** H.264 with B-pictures, a key picture a second, and AAC. */
export const H264_CLIP = "-c:v libx264 -preset veryfast -crf 23 -g 25 -bf 3 -c:a aac -b:a 64k".split(" ");

/** A moving picture with a tone beside it. @param coding options of ffmpeg */
export function makeClip(path: string, coding: readonly string[]): Uint8Array {
  const inputs = [
    ...["-f", "lavfi", "-i", `testsrc2=s=${CLIP_WIDTH}x${CLIP_HEIGHT}:r=${CLIP_RATE}:d=${CLIP_SECONDS}`],
    ...["-f", "lavfi", "-i", `sine=f=440:d=${CLIP_SECONDS}`],
  ];
  const quiet = { stdio: ["ignore", "ignore", "ignore"] as ["ignore", "ignore", "ignore"] };
  execFileSync("ffmpeg", ["-v", "error", "-y", ...inputs, "-pix_fmt", "yuv420p", ...coding, path], quiet);
  return new Uint8Array(readFileSync(path));
}

/** Luminance within the area that {@link CLIP_PART} hides, or around it. */
export function clipLuminance(picture: Uint8Array, isInside: boolean): Uint8Array {
  const {
    x: left,
    y: top,
    width,
    height,
  } = coveredPixels(CORNER, CLIP_WIDTH, CLIP_HEIGHT) ?? {
    ...{ x: 0, y: 0, width: 0, height: 0 },
  };
  const taken: number[] = [];
  for (let y = 0; y < CLIP_HEIGHT; y++)
    for (let x = 0; x < CLIP_WIDTH; x++)
      if ((x >= left && x < left + width && y >= top && y < top + height) === isInside)
        taken.push(picture[y * CLIP_WIDTH + x] as number);
  return Uint8Array.from(taken);
}
