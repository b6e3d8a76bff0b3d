/** Where pictures are painted: by WebGL2 where there is a GPU, else by a 2D canvas. Runs in a worker. */

import type { Kernels, PlanarPicture, VideoTrack } from "../../../codec/index.ts";
import { UnsupportedError } from "../../../codec/page.ts";
import { openPixels } from "./pixel-screen.ts";
import { hasGpu, openWebGl } from "./webgl-screen.ts";

/** `auto` takes WebGL2 where it is no emulation: without a GPU that is slower than painting pixels. */
export type Display = "auto" | "webgl2" | "2d";

export interface Screen {
  readonly display: Exclude<Display, "auto">;
  /** A picture of our decoder. */
  paint(picture: PlanarPicture): void;
  /** A picture of the browser's decoder, in the colours the browser makes of it. */
  paintFrame(frame: VideoFrame, kernels: Kernels): void;
  /**
   * How large pictures are seen, in pixels of the device, for the next one on.
   *
   * @returns whether that changes how pictures are painted
   */
  setSize(width: number, height: number): boolean;
  /** What it took of the kernels' memory. */
  close(): void;
}

/** @throws {@link UnsupportedError} the canvas has no context of the kind that is wanted */
export function openScreen(canvas: OffscreenCanvas, video: VideoTrack, display: Display): Screen {
  canvas.width = video.width;
  canvas.height = video.height;
  const isWebGl = display === "webgl2" || (display === "auto" && hasGpu());
  const screen =
    (isWebGl ? openWebGl(canvas, video) : undefined) ?? (display === "webgl2" ? undefined : openPixels(canvas, video));
  if (screen === undefined)
    throw new UnsupportedError(
      `this browser gives no ${display === "webgl2" ? "WebGL2" : "2d"} canvas in a worker: use a newer one`,
      { display },
    );
  return screen;
}
