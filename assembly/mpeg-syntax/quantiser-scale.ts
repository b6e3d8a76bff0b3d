/** quantiser_scale (ISO/IEC 13818-2 table 7-6, ISO/IEC 11172-2 2.4.2.8). */

/** By code, where quantiser_scale_type is 1. */
const NON_LINEAR: StaticArray<u8> = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 18, 20, 22, 24, 28, 32, 36, 40, 44, 48, 52, 56, 64, 72, 80, 88, 96, 104,
  112,
];

/**
 * The scale of a code as MPEG-2 counts; MPEG-1's, of which dequantisation takes twice as much, is half of it.
 * @param code 1 to 31
 * @param type quantiser_scale_type, 0 in MPEG-1
 */
export function quantiserScale(code: i32, type: i32): i32 {
  return type ? <i32>NON_LINEAR[code] : code << 1;
}
