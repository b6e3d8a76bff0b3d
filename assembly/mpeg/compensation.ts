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
  const stride = target.stride;
  const rows = target.rows;
  const lumaX = min<i32>(max<i32>((column << 5) + x, 0), (stride - 16) << 1);
  const lumaY = min<i32>(max<i32>((row << 5) + y, 0), (rows - 16) << 1);
  const lumaPlace = <usize>(row * 16 * stride + column * 16);
  predictPlane(target.luma + lumaPlace, reference.luma, <usize>stride, lumaX, lumaY, 16, mean);
  const chromaStride = target.chromaStride;
  const chromaX = min<i32>(max<i32>((column << 4) + x / 2, 0), (chromaStride - 8) << 1);
  const chromaY = min<i32>(max<i32>((row << 4) + y / 2, 0), ((rows >> 1) - 8) << 1);
  const chromaPlace = <usize>(row * 8 * chromaStride + column * 8);
  predictPlane(target.cb + chromaPlace, reference.cb, <usize>chromaStride, chromaX, chromaY, 8, mean);
  predictPlane(target.cr + chromaPlace, reference.cr, <usize>chromaStride, chromaX, chromaY, 8, mean);
}

/** @param x where the block stands in `plane`, in half samples, as `y` */
function predictPlane(place: usize, plane: usize, stride: usize, x: i32, y: i32, size: i32, mean: bool): void {
  const source = plane + <usize>(y >> 1) * stride + <usize>(x >> 1);
  if (mean) {
    predict(averaged, 16, source, stride, size, size, x & 1, y & 1);
    average(place, stride, averaged, 16, size, size);
  } else {
    predict(place, stride, source, stride, size, size, x & 1, y & 1);
  }
}
