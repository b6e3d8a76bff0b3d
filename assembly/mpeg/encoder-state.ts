/** What the layers of the encoder share: one encoder an instance of the module. */
import { ArithmeticEncoder } from "../bitstream/arithmetic";
import { BitWriter } from "../bitstream/bit-writer";
import { PictureBuffer } from "./picture-buffer";

/** Division modes. */
export const DIVISION_NONE: i32 = 0;
export const DIVISION_GRAY: i32 = 1;
export const DIVISION_BINARY: i32 = 2;

/**
 * Codes of the withheld part: READ and the table codes of DC differences only, or context coding where that is shorter; the first
 * withheld byte of a picture then says which.
 */
export const PLANE_READ: i32 = 0;
export const PLANE_ADAPTIVE: i32 = 1;

class EncoderState {
  division: i32 = 0;
  planeCode: i32 = 0;
  /** The withheld part of this picture is coded by context as well, into a buffer of its own. */
  isContextCoding: bool = false;
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
export const contextCoder: ArithmeticEncoder = new ArithmeticEncoder();
