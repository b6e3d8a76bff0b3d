/** Picture rates of the codes 1 to 8 (ISO/IEC 11172-2 2.4.3.2). */
export const PICTURE_RATES: readonly (readonly [number, number])[] = [
  [24000, 1001],
  [24, 1],
  [25, 1],
  [30000, 1001],
  [30, 1],
  [50, 1],
  [60000, 1001],
  [60, 1],
];

/** Rates that containers and cameras use, as exact ratios. */
export const COMMON_RATES: readonly (readonly [number, number])[] = [...PICTURE_RATES, [48, 1]];
