/** The top bit plane of an I-picture to the slave, the low seven bits on to the transform (Cmix patent, Fig. 6, ST108-ST112). */
import { putPlane, resetPlaneContexts } from "../bitstream/plane-code";
import { writePlane } from "../bitstream/read-code";
import { mergePlane, splitPlane } from "../kernels/bitplane";
import { choosePlane } from "../kernels/plane-choice";
import { DIVISION_BINARY, DIVISION_GRAY } from "./division-modes";
import { contextCoder, state, withheldWriter } from "./encoder-state";
import { PictureBuffer } from "./picture-buffer";

let low7: PictureBuffer | null = null;
let lumaBits: usize = 0;
let cbBits: usize = 0;
let crBits: usize = 0;

export function openPlaneDivider(macroblocksWide: i32, macroblocksHigh: i32): void {
  const macroblocks = macroblocksWide * macroblocksHigh;
  low7 = new PictureBuffer(macroblocksWide, macroblocksHigh);
  lumaBits = heap.alloc(<usize>(macroblocks * 48));
  cbBits = lumaBits + <usize>(macroblocks * 32);
  crBits = cbBits + <usize>(macroblocks * 8);
}

export function closePlaneDivider(): void {
  if (low7 === null) return;
  low7!.release();
  low7 = null;
  heap.free(lumaBits);
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

/**
 * How far from 128 a sample may keep its neighbours' bit. More gives a smaller slave and costs more bits of the main at equal quality
 * than it saves there: 4 at scale 4 keeps main and slave within 5 % of the undivided stream.
 */
function slackOf(quality: i32): i32 {
  return 3 + (quality >> 2);
}

/** Writes the planes in READ and, where that is asked for, by context beside the low bits as a decoder has them. */
export function putTopPlanes(low: PictureBuffer): void {
  writePlane(withheldWriter, lumaBits, low.stride, low.rows, low.stride >> 3);
  writePlane(withheldWriter, cbBits, low.chromaStride, low.rows >> 1, low.chromaStride >> 3);
  writePlane(withheldWriter, crBits, low.chromaStride, low.rows >> 1, low.chromaStride >> 3);
  if (!state.isContextCoding) return;
  const binary = state.division == DIVISION_BINARY;
  resetPlaneContexts(binary);
  putPlane(contextCoder, lumaBits, low.luma, low.stride, low.rows);
  resetPlaneContexts(binary);
  putPlane(contextCoder, cbBits, low.cb, low.chromaStride, low.rows >> 1);
  putPlane(contextCoder, crBits, low.cr, low.chromaStride, low.rows >> 1);
}

/** Puts the planes back on the decoded low bits, in place. */
export function mergeTopPlanes(target: PictureBuffer): void {
  const mode = state.division - DIVISION_GRAY;
  const samples = target.stride * target.rows;
  mergePlane(target.luma, target.luma, lumaBits, samples, mode);
  mergePlane(target.cb, target.cb, cbBits, samples >> 2, mode);
  mergePlane(target.cr, target.cr, crBits, samples >> 2, mode);
}
