/** Where pictures are painted: by WebGL2 where there is a GPU, else by a 2D canvas. Runs in a worker. */
import { UnsupportedError } from "../../../codec/errors.ts";
import type { VideoTrack } from "../../../codec/format/header.ts";
import { hasGpu, openWebGl } from "./webgl-screen.ts";

/** `auto` takes WebGL2 where it is no emulation: without a GPU that is slower than painting pixels. */
export type Display = "auto" | "webgl2" | "2d";

export type Pixels = Uint8Array<ArrayBuffer> | ImageData;

export interface Screen {
  readonly display: Exclude<Display, "auto">;
  /** What {@link paint} takes: Y, Cb and Cr of the track's size, one behind another without gaps; or red, green, blue and alpha. */
  readonly takes: "i420" | "rgba";
  paint(pixels: Pixels): void;
  /** A picture of the browser's decoder, in the colours the browser makes of it. */
  paintFrame(frame: VideoFrame): void;
}

/** @throws {@link UnsupportedError} the canvas has no context of the kind that is wanted */
export function openScreen(canvas: OffscreenCanvas, video: VideoTrack, display: Display): Screen {
  canvas.width = video.width;
  canvas.height = video.height;
  const isWebGl = display === "webgl2" || (display === "auto" && hasGpu());
  const screen = isWebGl ? openWebGl(canvas, video) : undefined;
  if (screen !== undefined) return screen;
  const context = display === "webgl2" ? null : canvas.getContext("2d", { alpha: false });
  if (context === null)
    throw new UnsupportedError(
      `this browser gives no ${display === "webgl2" ? "WebGL2" : "2d"} canvas in a worker: use a newer one`,
      { display },
    );
  return {
    display: "2d",
    takes: "rgba",
    paint(pixels) {
      if (pixels instanceof ImageData) context.putImageData(pixels, 0, 0);
    },
    paintFrame: (frame) => context.drawImage(frame, 0, 0, canvas.width, canvas.height),
  };
}
