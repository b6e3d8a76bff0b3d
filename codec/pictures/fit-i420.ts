/** Pictures in the kernels' memory as method `compress` takes them. */
import { chromaSize, type PlanarPicture, tightPlanes } from "./planar-picture.ts";

/**
 * A picture of any of the three chroma formats and any size as 4:2:0 of `width` by `height` samples.
 *
 * @param target takes the three planes one behind the other, without gaps
 */
export function fitI420(
  { kernels, planes, strides, width: fromWidth, height: fromHeight, chroma }: PlanarPicture & Size,
  { width, height }: Size,
  target: Uint8Array<ArrayBuffer>,
): void {
  const { raw, memory } = kernels;
  const fromChroma = chromaSize(fromWidth, fromHeight, chroma ?? "420");
  const toChroma = chromaSize(width, height, "420");
  memory.withAllocations((scope) => {
    const planeAt = (plane: number): { pointer: number; stride: number } => {
      const from = { pointer: planes[plane] ?? 0, stride: strides[plane === 0 ? 0 : 1] };
      const [columns, rows] = plane === 0 ? [fromWidth, fromHeight] : fromChroma;
      const [toColumns, toRows] = plane === 0 ? [width, height] : toChroma;
      if (columns === toColumns && rows === toRows) return from;
      const pointer = scope.allocate(toColumns * toRows);
      raw.scalePlane(pointer, toColumns, toColumns, toRows, from.pointer, from.stride, columns, rows);
      return { pointer, stride: toColumns };
    };
    tightPlanes(memory, width, height, planeAt, target);
  });
}

interface Size {
  width: number;
  height: number;
}
