/** What the layers of the encoder share: one encoder an instance of the module. */
import { ArithmeticEncoder } from "../bitstream/arithmetic";
import { BitWriter } from "../bitstream/bit-writer";
import { PictureBuffer } from "./picture-buffer";

class EncoderState {
  division: i32 = 0;
  planeCode: i32 = 0;
  /** The withheld part of this picture is coded by context as well, into a buffer of its own. */
  isContextCoding: bool = false;
  macroblocksWide: i32 = 0;
  macroblocksHigh: i32 = 0;
  source: PictureBuffer | null = null;
  /**
   * Complete reconstructions of the reference coded last, of the one before it where B-pictures lie between the two,
   * and of this picture.
   */
  reference: PictureBuffer | null = null;
  older: PictureBuffer | null = null;
  reconstruction: PictureBuffer | null = null;
}

export const state: EncoderState = new EncoderState();
/** The picture's public and withheld bit strings. */
export const writer: BitWriter = new BitWriter();
export const withheldWriter: BitWriter = new BitWriter();
export const contextCoder: ArithmeticEncoder = new ArithmeticEncoder();
