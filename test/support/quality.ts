/** How near a picture is to another. */

/** Peak signal to noise ratio in dB over all samples; infinite where they are equal. */
export function psnr(a: Uint8Array, b: Uint8Array): number {
  let squares = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    squares += difference * difference;
  }
  return 10 * Math.log10((255 * 255 * a.length) / squares);
}

/** Of many pictures, from their mean squared error. */
export function meanPsnr(a: readonly Uint8Array[], b: readonly Uint8Array[]): number {
  const error = a.reduce((sum, picture, i) => sum + 10 ** (-psnr(picture, b[i] as Uint8Array) / 10), 0) / a.length;
  return -10 * Math.log10(error);
}

export function differences(a: Uint8Array, b: Uint8Array): { mean: number; most: number } {
  let sum = 0;
  let most = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs((a[i] as number) - (b[i] as number));
    sum += difference;
    if (difference > most) most = difference;
  }
  return { mean: sum / a.length, most };
}

const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

/** Mean structural similarity (Wang et al. 2004) of a plane, over windows of 8x8 samples four apart. */
export function ssim(a: Uint8Array, b: Uint8Array, width: number, height: number): number {
  let total = 0;
  let windows = 0;
  for (let top = 0; top + 8 <= height; top += 4) {
    for (let left = 0; left + 8 <= width; left += 4) {
      let [sumA, sumB, squaresA, squaresB, products] = [0, 0, 0, 0, 0];
      for (let i = 0; i < 64; i++) {
        const at = (top + (i >> 3)) * width + left + (i & 7);
        const [x, y] = [a[at] as number, b[at] as number];
        sumA += x;
        sumB += y;
        squaresA += x * x;
        squaresB += y * y;
        products += x * y;
      }
      const [meanA, meanB] = [sumA / 64, sumB / 64];
      const varianceA = squaresA / 64 - meanA * meanA;
      const varianceB = squaresB / 64 - meanB * meanB;
      const covariance = products / 64 - meanA * meanB;
      total +=
        ((2 * meanA * meanB + C1) * (2 * covariance + C2)) /
        ((meanA * meanA + meanB * meanB + C1) * (varianceA + varianceB + C2));
      windows += 1;
    }
  }
  return total / windows;
}
