/** Where pictures are painted. */

import type { Kernels, PlanarPicture } from "../../../../../codec/index.ts";
import type { UsedDisplay } from "../../protocol/play-api.ts";

export interface Screen {
  readonly display: UsedDisplay;
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
