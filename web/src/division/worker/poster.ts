/** The small picture of a video that its main carries in the clear. */
import type { VideoSample } from "mediabunny";
import { isDark, type MainHeader, THUMBNAIL_MOST_WIDTH } from "../../../../codec/index.ts";
import type { Area } from "../../../../codec/page.ts";
import type { StripPicture } from "../protocol/divide-api.ts";
import { coverAreas } from "./cover-areas.ts";

type Poster = NonNullable<MainHeader["poster"]>;

/** A small picture, and whether there is next to nothing to be seen on it. */
export interface DrawnPoster {
  poster: Poster;
  isDark: boolean;
}

/** Pictures of the strip that a creator chooses from: as many, from evenly spread places. */
const STRIP_PICTURES = 8;

/** The pictures that are not dark. @param draw the one at a time */
export async function drawStrip(
  durationSeconds: number,
  draw: (seconds: number) => Promise<DrawnPoster | undefined>,
): Promise<StripPicture[]> {
  const strip: StripPicture[] = [];
  for (let i = 0; i < STRIP_PICTURES; i++) {
    const seconds = ((i + 0.5) / STRIP_PICTURES) * durationSeconds;
    const drawn = await draw(seconds);
    if (drawn?.isDark === false) strip.push({ seconds, poster: drawn.poster });
  }
  return strip;
}

/** A small upright JPEG in the shape in which the picture is shown; undefined where this browser makes none. @param hidden is covered */
export async function drawPoster(sample: VideoSample, hidden: readonly Area[]): Promise<DrawnPoster | undefined> {
  const width = Math.min(THUMBNAIL_MOST_WIDTH, sample.displayWidth);
  const height = Math.max(1, Math.round((width * sample.displayHeight) / sample.displayWidth));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) return undefined;
  sample.draw(context, 0, 0, width, height);
  coverAreas(context, hidden, { left: 0, top: 0, width, height });
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.8 });
  if (blob.type !== "image/jpeg") return undefined;
  const poster: Poster = { type: "image/jpeg", data: new Uint8Array(await blob.arrayBuffer()) };
  return { poster, isDark: isDark(context.getImageData(0, 0, width, height).data) };
}
