/**
 * The 8x8 discrete cosine transform in double precision, and with it the accuracy procedure of IEEE 1180-1990 (withdrawn; the same
 * procedure and bounds stand in ISO/IEC 23002-1).
 */

const BASIS = Float64Array.from({ length: 64 }, (_, i) => {
  const frequency = i >> 3;
  const place = i & 7;
  return (frequency === 0 ? Math.SQRT1_2 : 1) * 0.5 * Math.cos(((2 * place + 1) * frequency * Math.PI) / 16);
});

/** Rows become columns; blocks of 64 values. */
export function transposed<T extends Int16Array | Float64Array>(block: T): T {
  return block.map((_, i) => block[((i & 7) << 3) | (i >> 3)] as number) as T;
}

/** One dimension along the rows: `out[row][k] = sum over i of basis(k, i) * in[row][i]`, or with the basis transposed. */
function alongRows(block: Float64Array, forward: boolean): Float64Array {
  const out = new Float64Array(64);
  for (let row = 0; row < 64; row += 8) {
    for (let k = 0; k < 8; k++) {
      let sum = 0;
      for (let i = 0; i < 8; i++)
        sum += (block[row + i] as number) * (BASIS[forward ? k * 8 + i : i * 8 + k] as number);
      out[row + k] = sum;
    }
  }
  return out;
}

/** @param samples row by row; the result has the vertical frequency times 8 plus the horizontal one */
export function forwardDct(samples: Float64Array): Float64Array {
  return transposed(alongRows(transposed(alongRows(samples, true)), true));
}

export function inverseDct(coefficients: Float64Array): Float64Array {
  return transposed(alongRows(transposed(alongRows(coefficients, false)), false));
}

/** The procedure's ranges of samples, each also with every sign turned. */
export const IEEE_1180_RUNS = [
  { low: -256, high: 255 },
  { low: -5, high: 5 },
  { low: -300, high: 300 },
].flatMap((range) => [
  { ...range, sign: 1 },
  { ...range, sign: -1 },
]);

/** The procedure's own generator: uniform whole numbers of low..high. */
function createUniform(): (low: number, high: number) => number {
  let state = 1;
  return (low, high) => {
    state = (Math.imul(state, 1103515245) + 12345) | 0;
    return Math.trunc(((state & 0x7ffffffe) / 0x7fffffff) * (high - low + 1)) + low;
  };
}

const limit = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

export interface Accuracy {
  peakError: number;
  worstSquareError: number;
  squareError: number;
  worstMeanError: number;
  meanError: number;
}

/** @param inverse transform under test: transposed coefficients in, samples row by row out */
export function ieee1180Accuracy(
  blocks: number,
  low: number,
  high: number,
  sign: number,
  inverse: (coefficients: Int16Array) => Int16Array,
): Accuracy {
  const uniform = createUniform();
  const squares = new Float64Array(64);
  const errors = new Float64Array(64);
  let peakError = 0;
  for (let count = 0; count < blocks; count++) {
    const samples = Float64Array.from({ length: 64 }, () => sign * uniform(low, high));
    const coefficients = forwardDct(samples).map((value) => limit(Math.round(value), -2048, 2047));
    const ideal = inverseDct(coefficients);
    const found = inverse(Int16Array.from(transposed(coefficients)));
    for (let i = 0; i < 64; i++) {
      const error = limit(found[i] as number, -256, 255) - limit(Math.round(ideal[i] as number), -256, 255);
      peakError = Math.max(peakError, Math.abs(error));
      errors[i] = (errors[i] as number) + error / blocks;
      squares[i] = (squares[i] as number) + (error * error) / blocks;
    }
  }
  const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / 64;
  return {
    peakError,
    worstSquareError: Math.max(...squares),
    squareError: mean(squares),
    worstMeanError: Math.max(...errors.map(Math.abs)),
    meanError: Math.abs(mean(errors)),
  };
}
