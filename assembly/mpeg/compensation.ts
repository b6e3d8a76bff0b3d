/** Motion compensation of one macroblock as a decoder needs it (ISO/IEC 11172-2 2.4.4.2). */
import { average, predict } from "../kernels/motion";
import { PictureBuffer } from "./picture-buffer";

const averaged: usize = memory.data(16 * 16, 16);

/** Prediction of a macroblock from one reference, `x` and `y` in half samples; with `mean` it is averaged with what `target` holds. Vectors that leave the picture are held at its edge. */
export function predictFrom(
  reference: PictureBuffer,
  x: i32,
  y: i32,
  row: i32,
  column: i32,
  target: PictureBuffer,
  mean: bool,
): void {
  const chromaX = x / 2;
  const chromaY = y / 2;
  predictPlane(reference.luma, target.luma, target.stride, target.rows, column << 4, row << 4, x, y, 16, mean);
  predictPlane(
    reference.cb,
    target.cb,
    target.chromaStride,
    target.rows >> 1,
    column << 3,
    row << 3,
    chromaX,
    chromaY,
    8,
    mean,
  );
  predictPlane(
    reference.cr,
    target.cr,
    target.chromaStride,
    target.rows >> 1,
    column << 3,
    row << 3,
    chromaX,
    chromaY,
    8,
    mean,
  );
}

function predictPlane(
  reference: usize,
  target: usize,
  stride: i32,
  rows: i32,
  left: i32,
  top: i32,
  x: i32,
  y: i32,
  size: i32,
  mean: bool,
): void {
  const fromX = min<i32>(max<i32>((left << 1) + x, 0), (stride - size) << 1);
  const fromY = min<i32>(max<i32>((top << 1) + y, 0), (rows - size) << 1);
  const source = reference + <usize>((fromY >> 1) * stride + (fromX >> 1));
  const place = target + <usize>(top * stride + left);
  if (mean) {
    predict(averaged, 16, source, <usize>stride, size, size, fromX & 1, fromY & 1);
    average(place, <usize>stride, averaged, 16, size, size);
  } else {
    predict(place, <usize>stride, source, <usize>stride, size, size, fromX & 1, fromY & 1);
  }
}
