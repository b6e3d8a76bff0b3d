import { coveredRectangle, type Rectangle } from "../../../../codec/index.ts";
import type { Area } from "../../../../codec/page.ts";

/** Makes areas of the picture that fills this rectangle black. */
export function coverAreas(
  context: OffscreenCanvasRenderingContext2D,
  areas: readonly Area[],
  picture: Rectangle,
): void {
  context.fillStyle = "#000";
  for (const area of areas) {
    const { left, top, width, height } = coveredRectangle(area, picture);
    context.fillRect(left, top, width, height);
  }
}
