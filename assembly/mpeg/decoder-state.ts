/** What the layers of the decoder share: one decoder an instance of the module. */
import { ArithmeticDecoder } from "../bitstream/arithmetic";
import { BitReader } from "../bitstream/bit-reader";
import { VideoHeaders } from "../mpeg-syntax/headers";
import { PictureBuffer } from "./picture-buffer";

/**
 * Where DC levels stand: in the public part, in the withheld one, there by context, or nowhere: differences then count
 * as zero.
 */
export const DC_PUBLIC: i32 = 0;
export const DC_WITHHELD: i32 = 1;
export const DC_BY_CONTEXT: i32 = 2;
export const DC_MISSING: i32 = 3;

/** The picture whose slices are read, beside what its headers say. */
class CodedPicture {
  macroblocksHigh: i32 = 0;
  target: PictureBuffer | null = null;
  /** References before and behind in time; a P-picture has the first only. */
  past: PictureBuffer | null = null;
  future: PictureBuffer | null = null;
  /** DC_*. */
  dcSource: i32 = 0;
}

export const coded: CodedPicture = new CodedPicture();
export const streamHeaders: VideoHeaders = new VideoHeaders();
/** The public bit string. */
export const reader: BitReader = new BitReader();
/** The withheld bit string, and the same read by context. */
export const withheldReader: BitReader = new BitReader();
export const contextDecoder: ArithmeticDecoder = new ArithmeticDecoder();
