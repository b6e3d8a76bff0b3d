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

/** The alternate scan, ISO/IEC 13818-2 Figure 7-3. */
const ALTERNATE: StaticArray<u8> = [
  0, 8, 16, 24, 1, 9, 2, 10, 17, 25, 32, 40, 48, 56, 57, 49, 41, 33, 26, 18, 3, 11, 4, 12, 19, 27, 34, 42, 50, 58, 35,
  43, 51, 59, 20, 28, 5, 13, 6, 14, 21, 29, 36, 44, 52, 60, 37, 45, 53, 61, 22, 30, 7, 15, 23, 31, 38, 46, 54, 62, 39,
  47, 55, 63,
];

/** Scan position to place in a transposed block (horizontal frequency * 8 + vertical frequency), u8[64]. */
export const scanTransposed: usize = memory.data(64);
/** The same of the alternate scan. */
export const alternateTransposed: usize = memory.data(64);
/** The default intra matrix in transposed order, u8[64]. */
export const defaultIntraMatrix: usize = memory.data(64);

function transposed(raster: i32): u8 {
  return <u8>(((raster & 7) << 3) | (raster >> 3));
}

for (let i = 0; i < 64; i++) {
  store<u8>(scanTransposed + i, transposed(ZIGZAG[i]));
  store<u8>(alternateTransposed + i, transposed(ALTERNATE[i]));
  store<u8>(defaultIntraMatrix + (((i & 7) << 3) | (i >> 3)), INTRA_MATRIX[i]);
}
