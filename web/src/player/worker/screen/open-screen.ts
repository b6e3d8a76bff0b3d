/** Opens a canvas: by WebGL2 where there is a GPU, else as a 2D canvas. */

import type { VideoTrack } from "../../../../../codec/index.ts";
import { UnsupportedError } from "../../../../../codec/page.ts";
import type { Display } from "../../protocol/play-api.ts";
import { openPixels } from "./pixel-screen.ts";
import type { Screen } from "./screen.ts";
import { hasGpu, openWebGl } from "./webgl-screen.ts";

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
