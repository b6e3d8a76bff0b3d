/** Scans and default matrices of ISO/IEC 13818-2 6.3.11 and 7.3.1, ISO/IEC 11172-2 2.4.3.2, in transposed order. */

const INTRA_MATRIX: StaticArray<u8> = [
  8, 16, 19, 22, 26, 27, 29, 34, 16, 16, 22, 24, 27, 29, 34, 37, 19, 22, 26, 27, 29, 34, 34, 38, 22, 22, 26, 27, 29, 34,
  37, 40, 22, 26, 27, 29, 32, 35, 40, 48, 26, 27, 29, 32, 35, 40, 48, 58, 26, 27, 29, 34, 38, 46, 56, 69, 27, 29, 35,
  38, 46, 56, 69, 83,
];

const ZIGZAG: StaticArray<u8> = [
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47,
  55, 62, 63,
];

/** Scan position to place in a transposed block (horizontal frequency * 8 + vertical frequency), u8[64]. */
export const scanTransposed: usize = memory.data(64);
/** The default intra matrix in transposed order, u8[64]. */
export const defaultIntraMatrix: usize = memory.data(64);

for (let i = 0; i < 64; i++) {
  const raster = <i32>ZIGZAG[i];
  store<u8>(scanTransposed + i, <u8>(((raster & 7) << 3) | (raster >> 3)));
  store<u8>(defaultIntraMatrix + (((i & 7) << 3) | (i >> 3)), INTRA_MATRIX[i]);
}
