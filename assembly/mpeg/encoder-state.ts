/** What the layers of the encoder share: one encoder an instance of the module. */
import { BitWriter } from "../bitstream/bit-writer";
import { PictureBuffer } from "./picture-buffer";

/** Division modes. */
export const DIVISION_NONE: i32 = 0;
export const DIVISION_GRAY: i32 = 1;
export const DIVISION_BINARY: i32 = 2;

/** Codes of the top bit plane: READ only, or context coding where that is shorter; the first withheld byte of an I-picture then says which. */
export const PLANE_READ: i32 = 0;
export const PLANE_ADAPTIVE: i32 = 1;

class EncoderState {
  division: i32 = 0;
  planeCode: i32 = 0;
  macroblocksWide: i32 = 0;
  macroblocksHigh: i32 = 0;
  source: PictureBuffer | null = null;
  /** Complete reconstructions of the picture before and of this one. */
  reference: PictureBuffer | null = null;
  reconstruction: PictureBuffer | null = null;
}

export const state: EncoderState = new EncoderState();
/** The picture's public and withheld bit strings. */
export const writer: BitWriter = new BitWriter();
export const withheldWriter: BitWriter = new BitWriter();
