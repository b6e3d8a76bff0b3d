/** Motion compensation as a decoder needs it (ISO/IEC 13818-2 7.6.4 to 7.6.7, ISO/IEC 11172-2 2.4.4.2). */
import { predict, predictMean } from "../kernels/motion";
import { PictureLines } from "./picture-buffer";

/**
 * Predicts 16 columns of a macroblock from one reference. Vectors that leave the picture are held at its edge.
 * @param x, y   vector in half samples of the lines
 * @param column of macroblocks
 * @param line   where the prediction begins in the target, and, without its vector, in the reference
 * @param height lines of luminance: 16 or 8
 * @param mean   averaged with what `target` holds
 */
export function predictFrom(
  reference: PictureLines,
  x: i32,
  y: i32,
  column: i32,
  line: i32,
  height: i32,
  target: PictureLines,
  mean: bool,
): void {
  const stride = <usize>target.stride;
  const columns = target.columns;
  const rows = target.rows;
  const lumaX = min<i32>(max<i32>((column << 5) + x, 0), (columns - 16) << 1);
  const lumaY = min<i32>(max<i32>((line << 1) + y, 0), (rows - height) << 1);
  const lumaPlace = <usize>(line * target.stride + column * 16);
  predictPlane(target.luma + lumaPlace, reference.luma, stride, lumaX, lumaY, 16, height, mean);
  const halfColumns = target.halfColumns;
  const halfRows = target.halfRows;
  const chromaStride = <usize>target.chromaStride;
  const size = 16 >> halfColumns;
  const chromaHeight = height >> halfRows;
  const chromaLine = line >> halfRows;
  const chromaColumn = column * size;
  // Halved towards zero where there is half as much of it.
  const right = halfColumns ? x / 2 : x;
  const down = halfRows ? y / 2 : y;
  const chromaX = min<i32>(max<i32>((chromaColumn << 1) + right, 0), ((columns >> halfColumns) - size) << 1);
  const chromaY = min<i32>(max<i32>((chromaLine << 1) + down, 0), ((rows >> halfRows) - chromaHeight) << 1);
  const chromaPlace = <usize>(chromaLine * target.chromaStride + chromaColumn);
  predictPlane(target.cb + chromaPlace, reference.cb, chromaStride, chromaX, chromaY, size, chromaHeight, mean);
  predictPlane(target.cr + chromaPlace, reference.cr, chromaStride, chromaX, chromaY, size, chromaHeight, mean);
}

/** @param x where the block stands in `plane`, in half samples, as `y` */
function predictPlane(
  place: usize,
  plane: usize,
  stride: usize,
  x: i32,
  y: i32,
  width: i32,
  height: i32,
  mean: bool,
): void {
  const source = plane + <usize>(y >> 1) * stride + <usize>(x >> 1);
  if (mean) predictMean(place, stride, source, stride, width, height, x & 1, y & 1);
  else predict(place, stride, source, stride, width, height, x & 1, y & 1);
}
