/** What the layers of the decoder share: one decoder an instance of the module. */
import { ArithmeticDecoder } from "../bitstream/arithmetic";
import { BitReader } from "../bitstream/bit-reader";
import { VideoHeaders } from "../mpeg-syntax/headers";
import { Frame } from "./frames";
import { PictureLines } from "./picture-buffer";

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
  /** Of the picture: of a field, half those of its frame. */
  macroblocksHigh: i32 = 0;
  frame: Frame | null = null;
  /** The frame's lines that the picture has. */
  target: PictureLines | null = null;
  /** References before and behind in time; a P-picture has the first only. */
  past: Frame | null = null;
  future: Frame | null = null;
  /** The second of two fields: a P-picture refers to the first, too. */
  isSecondField: bool = false;
  /** DC_*. */
  dcSource: i32 = 0;
  /** u8 a macroblock: 1 where it was decoded. */
  covered: usize = 0;
  private coveredBytes: i32 = 0;

  /** Begins a picture of the current headers. @param past, future references, or anything where its type has none */
  open(frame: Frame, past: Frame | null, future: Frame | null, isSecondField: bool): void {
    const structure = streamHeaders.structure;
    this.frame = frame;
    this.target = frame.lines(structure);
    this.past = past;
    this.future = future;
    this.isSecondField = isSecondField;
    this.dcSource = DC_PUBLIC;
    this.macroblocksHigh = this.target!.rows >> 4;
    const count = frame.macroblocksWide * this.macroblocksHigh;
    if (count > this.coveredBytes) {
      if (this.covered != 0) heap.free(this.covered);
      this.covered = heap.alloc(<usize>count);
      this.coveredBytes = count;
    }
    memory.fill(this.covered, 0, <usize>count);
  }

  /** Macroblocks that no slice held. */
  missing(): i32 {
    const count = this.frame!.macroblocksWide * this.macroblocksHigh;
    let missing = count;
    for (let i = 0; i < count; i++) missing -= <i32>load<u8>(this.covered + <usize>i);
    return missing;
  }
}

export const coded: CodedPicture = new CodedPicture();
export const streamHeaders: VideoHeaders = new VideoHeaders();
/** The public bit string. */
export const reader: BitReader = new BitReader();
/** The withheld bit string, and the same read by context. */
export const withheldReader: BitReader = new BitReader();
export const contextDecoder: ArithmeticDecoder = new ArithmeticDecoder();
