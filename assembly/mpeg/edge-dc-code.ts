/**
 * DC levels of the withheld part of P-pictures by context coding. Each is predicted from the reconstructed samples along the block's left
 * and upper edge, beside which the block's own edge, known but for its DC, is laid: what is left to code is how far the two are apart.
 * FORMAT.md 9.2.
 */
import { ArithmeticDecoder, ArithmeticEncoder, CONTEXT_BYTES, EVEN, resetContext } from "../bitstream/arithmetic";

/** Edges of a block that have samples of the picture beside them. */
const EDGE_LEFT: i32 = 1;
const EDGE_ABOVE: i32 = 2;

/** Edges of a macroblock beside which there is picture. */
export function edgesOf(column: i32, row: i32): i32 {
  return (column > 0 ? EDGE_LEFT : 0) | (row > 0 ? EDGE_ABOVE : 0);
}

/** Edges of a luminance block, 0 to 3, that lie inside its macroblock. */
export function edgesInside(block: i32): i32 {
  return (block & 1 ? EDGE_LEFT : 0) | (block & 2 ? EDGE_ABOVE : 0);
}

/** Sizes, in bits, of a difference: 0 to 8 or more. */
const SIZES: i32 = 9;
const CLASSES: i32 = 6;
/** Whether a difference has more than n bits, by component, class and n; its sign, by component; its lower bits, by size and place. */
const SIGN_CONTEXTS: i32 = 2 * CLASSES * SIZES;
const BIT_CONTEXTS: i32 = SIGN_CONTEXTS + 2;
const CONTEXTS: i32 = BIT_CONTEXTS + (SIZES + 1) * 8;

const contexts: usize = memory.data(190 * 4);
const saved: usize = memory.data(190 * 4);

/** What {@link predictDc} found: the level, and how well the edges agree, 0 (well) to 5. */
let predicted: i32 = 0;
let agreement: i32 = 0;

/** Forgets what was learnt, at an I-picture. */
export function resetEdgeDcContexts(): void {
  for (let i = 0; i < CONTEXTS; i++) resetContext(contexts + i * CONTEXT_BYTES, EVEN);
}

/** Keeps what was learnt so far; {@link restoreEdgeDcContexts} returns to it where the code is not taken. */
export function saveEdgeDcContexts(): void {
  memory.copy(saved, contexts, CONTEXTS * CONTEXT_BYTES);
}

export function restoreEdgeDcContexts(): void {
  memory.copy(contexts, saved, CONTEXTS * CONTEXT_BYTES);
}

/**
 * @param target where the block is to stand in the picture
 * @param block  i16[64], its samples without DC, row by row
 * @param edges  EDGE_LEFT, EDGE_ABOVE or both, where the picture goes on there
 */
function predictDc(target: usize, stride: usize, block: usize, edges: i32): void {
  let sum = 0;
  let count = 0;
  if (edges & EDGE_ABOVE) {
    for (let x: usize = 0; x < 8; x++) sum += <i32>load<u8>(target - stride + x) - <i32>load<i16>(block + (x << 1));
    count += 8;
  }
  if (edges & EDGE_LEFT) {
    for (let y: usize = 0; y < 8; y++) sum += <i32>load<u8>(target + y * stride - 1) - <i32>load<i16>(block + (y << 4));
    count += 8;
  }
  predicted = 128;
  agreement = CLASSES - 1;
  if (count == 0) return;
  const mean = (sum + (count >> 1)) >> (count == 8 ? 3 : 4);
  let apart = 0;
  if (edges & EDGE_ABOVE) {
    for (let x: usize = 0; x < 8; x++)
      apart += abs<i32>(<i32>load<u8>(target - stride + x) - <i32>load<i16>(block + (x << 1)) - mean);
  }
  if (edges & EDGE_LEFT) {
    for (let y: usize = 0; y < 8; y++)
      apart += abs<i32>(<i32>load<u8>(target + y * stride - 1) - <i32>load<i16>(block + (y << 4)) - mean);
  }
  predicted = max<i32>(0, min<i32>(255, mean));
  agreement = max<i32>(0, min<i32>(CLASSES - 1, 31 - clz<i32>((apart / count) | 1)));
}

function sizeContext(chroma: bool, size: i32): usize {
  return contexts + (((chroma ? CLASSES : 0) + agreement) * SIZES + size) * CONTEXT_BYTES;
}

function signContext(chroma: bool): usize {
  return contexts + (SIGN_CONTEXTS + (chroma ? 1 : 0)) * CONTEXT_BYTES;
}

function bitContext(size: i32, bit: i32): usize {
  return contexts + (BIT_CONTEXTS + size * 8 + bit) * CONTEXT_BYTES;
}

/** Codes the DC level, 0..255, of a block; the rest see {@link predictDc}. */
export function putDcLevel(
  coder: ArithmeticEncoder,
  chroma: bool,
  level: i32,
  target: usize,
  stride: usize,
  block: usize,
  edges: i32,
): void {
  predictDc(target, stride, block, edges);
  const difference = level - predicted;
  const magnitude = abs<i32>(difference);
  const size = 32 - clz<i32>(magnitude);
  for (let i = 0; i < size; i++) coder.put(sizeContext(chroma, i), 1);
  if (size < SIZES - 1) coder.put(sizeContext(chroma, size), 0);
  if (size == 0) return;
  coder.put(signContext(chroma), difference < 0 ? 1 : 0);
  for (let bit = size - 2; bit >= 0; bit--) coder.put(bitContext(size, bit), (magnitude >> bit) & 1);
}

/** Undoes {@link putDcLevel}; of a damaged string any level from -255 to 510. */
export function getDcLevel(
  coder: ArithmeticDecoder,
  chroma: bool,
  target: usize,
  stride: usize,
  block: usize,
  edges: i32,
): i32 {
  predictDc(target, stride, block, edges);
  let size = 0;
  while (size < SIZES - 1 && coder.get(sizeContext(chroma, size))) size += 1;
  if (size == 0) return predicted;
  const negative = coder.get(signContext(chroma));
  let magnitude = 1;
  for (let bit = size - 2; bit >= 0; bit--) magnitude = (magnitude << 1) | coder.get(bitContext(size, bit));
  return negative ? predicted - magnitude : predicted + magnitude;
}
