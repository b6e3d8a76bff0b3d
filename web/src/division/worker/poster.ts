/** The small picture of a video that its main carries in the clear. */
import type { VideoSample } from "mediabunny";
import type { MainHeader } from "../../../../codec/index.ts";

const MOST_WIDTH = 320;
/** Of the duration: where it is taken from by default, as the very first pictures are often black. */
export const POSTER_POSITION = 0.1;

/** A small upright JPEG in the shape in which the picture is shown; undefined where this browser makes none. */
export async function drawPoster(sample: VideoSample): Promise<MainHeader["poster"]> {
  const width = Math.min(MOST_WIDTH, sample.displayWidth);
  const height = Math.max(1, Math.round((width * sample.displayHeight) / sample.displayWidth));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (context === null) return undefined;
  sample.draw(context, 0, 0, width, height);
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.8 });
  if (blob.type !== "image/jpeg") return undefined;
  return { type: "image/jpeg", data: new Uint8Array(await blob.arrayBuffer()) };
}
