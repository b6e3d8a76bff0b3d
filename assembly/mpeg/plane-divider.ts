/** The top bit plane of an I-picture to the slave, the low seven bits on to the transform (Cmix patent, Fig. 6, ST108-ST112). */
import { ArithmeticEncoder } from "../bitstream/arithmetic";
import { putPlane, resetPlaneContexts } from "../bitstream/plane-code";
import { writePlane } from "../bitstream/read-code";
import { mergePlane, splitPlane } from "../kernels/bitplane";
import { choosePlane } from "../kernels/plane-choice";
import { DIVISION_GRAY, PLANE_ADAPTIVE, PLANE_READ, state, withheldWriter } from "./encoder-state";
import { PictureBuffer } from "./picture-buffer";

const planeCoder: ArithmeticEncoder = new ArithmeticEncoder();
let low7: PictureBuffer | null = null;
let lumaBits: usize = 0;
let cbBits: usize = 0;
let crBits: usize = 0;
let contextCode: usize = 0;
let capacity: i32 = 0;

/** @param withheldCapacity bytes that the withheld part of a picture may take */
export function openPlaneDivider(macroblocksWide: i32, macroblocksHigh: i32, withheldCapacity: i32): void {
  const macroblocks = macroblocksWide * macroblocksHigh;
  low7 = PictureBuffer.allocate(macroblocksWide, macroblocksHigh);
  lumaBits = heap.alloc(<usize>(macroblocks * 48));
  cbBits = lumaBits + <usize>(macroblocks * 32);
  crBits = cbBits + <usize>(macroblocks * 8);
  contextCode = heap.alloc(<usize>withheldCapacity);
  capacity = withheldCapacity;
}

export function closePlaneDivider(): void {
  if (low7 === null) return;
  low7!.release();
  low7 = null;
  heap.free(lumaBits);
  heap.free(contextCode);
}

/** Splits the source; returns the low bits, which are coded as the picture. */
export function splitTopPlanes(picture: PictureBuffer, quality: i32): PictureBuffer {
  const low = low7!;
  splitTopPlane(low.luma, lumaBits, picture.luma, picture.stride, picture.rows, quality);
  splitTopPlane(low.cb, cbBits, picture.cb, picture.chromaStride, picture.rows >> 1, quality);
  splitTopPlane(low.cr, crBits, picture.cr, picture.chromaStride, picture.rows >> 1, quality);
  return low;
}

function splitTopPlane(low: usize, bits: usize, plane: usize, stride: i32, rows: i32, quality: i32): void {
  if (state.division == DIVISION_GRAY) choosePlane(low, bits, plane, stride, rows, slackOf(quality));
  else splitPlane(low, bits, plane, stride * rows, 1);
}

/** How far from 128 a sample may keep its neighbours' bit: an error of that size drowns in the quantiser's own. */
function slackOf(quality: i32): i32 {
  return 2 + (quality >> 2);
}

/** Writes the planes by the code that is chosen, beside the low bits as a decoder has them. */
export function putTopPlanes(low: PictureBuffer): void {
  if (state.planeCode != PLANE_READ) withheldWriter.put(PLANE_READ, 8);
  writePlane(withheldWriter, lumaBits, low.stride, low.rows, low.stride >> 3);
  writePlane(withheldWriter, cbBits, low.chromaStride, low.rows >> 1, low.chromaStride >> 3);
  writePlane(withheldWriter, crBits, low.chromaStride, low.rows >> 1, low.chromaStride >> 3);
  withheldWriter.align();
  if (state.planeCode == PLANE_READ) return;
  planeCoder.open(contextCode, capacity);
  resetPlaneContexts();
  putPlane(planeCoder, lumaBits, low.luma, low.stride, low.rows);
  resetPlaneContexts();
  putPlane(planeCoder, cbBits, low.cb, low.chromaStride, low.rows >> 1);
  putPlane(planeCoder, crBits, low.cr, low.chromaStride, low.rows >> 1);
  const length = planeCoder.finish();
  if (planeCoder.overflow || length + 1 >= withheldWriter.byteLength()) return;
  withheldWriter.replace(PLANE_ADAPTIVE, contextCode, length);
}

/** Puts the planes back on the decoded low bits, in place. */
export function mergeTopPlanes(target: PictureBuffer): void {
  const mode = state.division - DIVISION_GRAY;
  const samples = target.stride * target.rows;
  mergePlane(target.luma, target.luma, lumaBits, samples, mode);
  mergePlane(target.cb, target.cb, cbBits, samples >> 2, mode);
  mergePlane(target.cr, target.cr, crBits, samples >> 2, mode);
}
