/** Slices and macroblocks of one picture, read and reconstructed (ISO/IEC 13818-2 7, ISO/IEC 11172-2 2.4.2.6 to 2.4.2.7). */
import { ERROR_SYNTAX, ERROR_TRUNCATED, OK } from "../common/status";
import { componentOf, furtherBlocks, takeBlockPattern } from "../mpeg-syntax/block-pattern";
import { MOTION_NONE, takeDualVector, takeIncrement, takeMotion } from "../mpeg-syntax/code-tables";
import { MB_BACKWARD, MB_FORWARD, MB_INTRA, takeType, typeWord } from "../mpeg-syntax/macroblock-types";
import { quantiserScale } from "../mpeg-syntax/quantiser-scale";
import { alternateTransposed, scanTransposed } from "../mpeg-syntax/scan-tables";
import { SlicePlace, SliceSteps, walkSlice } from "../mpeg-syntax/slice-walk";
import {
  BOTTOM_FIELD,
  FRAME_PICTURE,
  MOTION_DUAL,
  MOTION_FIELD,
  MOTION_FRAME,
  TYPE_B,
  TYPE_D,
  TYPE_P,
} from "../mpeg-syntax/syntax";
import { BlockFormat, lastDc, readDcBlock, readInterBlock, readIntraBlock } from "./block-decoder";
import { predictFrom } from "./compensation";
import { coded, reader, streamHeaders } from "./decoder-state";
import { edgesInside, edgesOf } from "./edge-dc-code";
import {
  countsFieldLines,
  dualX,
  dualY,
  fieldParity,
  putDualDifference,
  putVector,
  repeatVector,
  resetVectors,
  selectField,
  vectorCount,
  vectorX,
  vectorY,
} from "./motion-vectors";
import { PictureLines } from "./picture-buffer";

const place = new SlicePlace();
const format = new BlockFormat();

class SliceDecoder implements SliceSteps {
  /** Macroblocks from the start of the slice's row to the end of the picture. */
  private room: i32 = 0;
  /** MOTION_* of the macroblock in work: where nothing else is said, of the picture's own kind. */
  private motion: i32 = MOTION_FRAME;
  /** 1: its vertical vectors count lines of a field in a frame picture. */
  private halved: i32 = 0;
  private isFieldDct: bool = false;
  /** Direction bits of the macroblock before, which a skipped one of a B-picture repeats. */
  private lastDirection: i32 = 0;

  bits(count: i32): i32 {
    return reader.get(count);
  }

  quantiser(): i32 {
    const code = <i32>reader.get(5);
    format.scale = quantiserScale(code, streamHeaders.quantiserScaleType);
    return code == 0 ? ERROR_SYNTAX : OK;
  }

  extra(): i32 {
    if (reader.get(1) == 0) return 0;
    reader.get(8);
    return reader.overrun() ? ERROR_TRUNCATED : 1;
  }

  begin(): i32 {
    resetVectors();
    this.lastDirection = 0;
    format.scan = streamHeaders.alternateScan ? alternateTransposed : scanTransposed;
    format.dcShift = 3 - streamHeaders.dcPrecision;
    return OK;
  }

  increment(first: i32): i32 {
    if (first) this.room = (coded.macroblocksHigh - place.row) * streamHeaders.macroblocksWide;
    const increment = takeIncrement(reader, streamHeaders.macroblocksWide * coded.macroblocksHigh);
    return increment < 0 ? ERROR_SYNTAX : increment;
  }

  reach(address: i32): i32 {
    return address < this.room ? OK : ERROR_SYNTAX;
  }

  skip(count: i32): i32 {
    const isForwardOnly = streamHeaders.pictureType == TYPE_P;
    if (!isForwardOnly && streamHeaders.pictureType != TYPE_B) return ERROR_SYNTAX;
    this.motion = streamHeaders.structure == FRAME_PICTURE ? MOTION_FRAME : MOTION_FIELD;
    if (isForwardOnly) resetVectors();
    this.selectOwnField();
    const wide = streamHeaders.macroblocksWide;
    const first = place.row * wide + place.column + 1;
    for (let address = first; address < first + count; address++) {
      const row = address / wide;
      this.predictMacroblock(row, address - row * wide, isForwardOnly ? MB_FORWARD : this.lastDirection);
      store<u8>(coded.covered + <usize>address, 1);
    }
    return OK;
  }

  type(): i32 {
    this.motion = streamHeaders.structure == FRAME_PICTURE ? MOTION_FRAME : MOTION_FIELD;
    this.isFieldDct = false;
    this.halved = 0;
    if (streamHeaders.pictureType == TYPE_D) return reader.get(1) != 0 ? MB_INTRA : ERROR_SYNTAX;
    const number = takeType(reader, streamHeaders.pictureType);
    return number < 0 ? ERROR_SYNTAX : <i32>(typeWord(streamHeaders.pictureType, number) >> 16);
  }

  motionType(): i32 {
    const motion = <i32>reader.get(2);
    if (motion == MOTION_DUAL && streamHeaders.pictureType != TYPE_P) return ERROR_SYNTAX;
    this.motion = motion;
    this.halved = countsFieldLines(streamHeaders.structure, motion) ? 1 : 0;
    return motion;
  }

  fieldDct(_intra: i32): i32 {
    this.isFieldDct = reader.get(1) != 0;
    return OK;
  }

  fieldSelect(r: i32, s: i32): i32 {
    selectField(r, s, reader.get(1));
    return OK;
  }

  vectorCode(r: i32, s: i32, t: i32, residualBits: i32): i32 {
    const taken = takeMotion(reader, residualBits);
    if (taken == MOTION_NONE) return ERROR_SYNTAX;
    putVector(r, s, t, taken >> 8, taken & 0xff, residualBits, this.halved & t);
    return OK;
  }

  dualVector(t: i32): i32 {
    putDualDifference(t, takeDualVector(reader));
    return OK;
  }

  predict(flags: i32, motion: i32): i32 {
    const intra = flags & MB_INTRA;
    if (streamHeaders.mpeg2 && vectorCount(streamHeaders.structure, motion) == 1) {
      if (flags & MB_FORWARD || intra) repeatVector(0);
      if (flags & MB_BACKWARD) repeatVector(1);
    }
    if (intra) {
      if (!streamHeaders.concealment) resetVectors();
      this.lastDirection = 0;
      return OK;
    }
    const isForwardOnly = streamHeaders.pictureType == TYPE_P;
    if (isForwardOnly && !(flags & MB_FORWARD)) {
      resetVectors();
      this.selectOwnField();
    }
    this.lastDirection = isForwardOnly ? MB_FORWARD : flags & (MB_FORWARD | MB_BACKWARD);
    this.predictMacroblock(place.row, place.column, this.lastDirection);
    return OK;
  }

  pattern(): i32 {
    const pattern = takeBlockPattern(reader, furtherBlocks(streamHeaders.chroma));
    return pattern < 0 ? ERROR_SYNTAX : pattern;
  }

  blocks(intra: bool, pattern: i32): i32 {
    if (!streamHeaders.mpeg2) return this.decodeBlocks<u8>(intra, pattern);
    if (intra && streamHeaders.intraTable) return this.decodeBlocks<u32>(intra, pattern);
    return this.decodeBlocks<u16>(intra, pattern);
  }

  end(_address: i32): i32 {
    store<u8>(coded.covered + <usize>(place.row * streamHeaders.macroblocksWide + place.column), 1);
    if (reader.overrun()) return ERROR_TRUNCATED;
    return reader.peek(23) == 0 ? 1 : 0;
  }

  /** @see readCoefficients for `Syntax` */
  private decodeBlocks<Syntax>(intra: bool, pattern: i32): i32 {
    if (streamHeaders.pictureType == TYPE_D) return this.decodeDcBlocks();
    const picture = coded.target!;
    const further = furtherBlocks(streamHeaders.chroma);
    const luma = picture.luma + <usize>(place.row * 16 * picture.stride + place.column * 16);
    const outer = edgesOf(place.column, place.row);
    // Blocks of field DCT have every other line.
    const stride = (<usize>picture.stride) << (this.isFieldDct ? 1 : 0);
    const below = (<usize>picture.stride) << (this.isFieldDct ? 0 : 3);
    const first = 32 << further;
    format.matrix = intra ? streamHeaders.intraMatrix : streamHeaders.interMatrix;
    let status = OK;
    for (let block = 0; block < 4 && status >= 0; block++) {
      const target = luma + (block & 1 ? 8 : 0) + (block & 2 ? below : 0);
      if (intra) status = this.intraBlock<Syntax>(0, target, stride, outer | edgesInside(block));
      else if (pattern & (first >> block)) status = readInterBlock<Syntax>(reader, format, target, stride);
    }
    if (further > 0 && status >= 0) return this.decodeChromaBlocks<Syntax>(intra, pattern, further);
    const chroma = <usize>(place.row * 8 * picture.chromaStride + place.column * 8);
    const chromaStride = <usize>picture.chromaStride;
    if (intra) {
      if (status >= 0) status = this.intraBlock<Syntax>(1, picture.cb + chroma, chromaStride, outer);
      return status < 0 ? status : this.intraBlock<Syntax>(2, picture.cr + chroma, chromaStride, outer);
    }
    if (status >= 0 && pattern & 2) status = readInterBlock<Syntax>(reader, format, picture.cb + chroma, chromaStride);
    if (status >= 0 && pattern & 1) status = readInterBlock<Syntax>(reader, format, picture.cr + chroma, chromaStride);
    return status;
  }

  /** Chrominance of 4:2:2 and 4:4:4. */
  private decodeChromaBlocks<Syntax>(intra: bool, pattern: i32, further: i32): i32 {
    const picture = coded.target!;
    const stride = (<usize>picture.chromaStride) << (this.isFieldDct ? 1 : 0);
    const below = (<usize>picture.chromaStride) << (this.isFieldDct ? 0 : 3);
    const width = 16 >> picture.halfColumns;
    const corner = <usize>(place.row * 16 * picture.chromaStride + place.column * width);
    format.matrix = intra ? streamHeaders.chromaIntraMatrix : streamHeaders.chromaInterMatrix;
    let status = OK;
    for (let block = 4; block < 6 + further && status >= 0; block++) {
      const component = componentOf(block);
      const plane = component == 1 ? picture.cb : picture.cr;
      const target = plane + corner + (block & 2 ? below : 0) + (block & 8 ? 8 : 0);
      if (intra) status = this.intraBlock<Syntax>(component, target, stride, 0);
      else if (pattern & (1 << (5 + further - block))) status = readInterBlock<Syntax>(reader, format, target, stride);
    }
    return status;
  }

  private decodeDcBlocks(): i32 {
    const picture = coded.target!;
    const luma = picture.luma + <usize>(place.row * 16 * picture.stride + place.column * 16);
    const chroma = <usize>(place.row * 8 * picture.chromaStride + place.column * 8);
    for (let block = 0; block < 6; block++) {
      const component = componentOf(block);
      let target = luma + (block & 1 ? 8 : 0) + (block & 2 ? (<usize>picture.stride) << 3 : 0);
      if (component > 0) target = chroma + (component == 1 ? picture.cb : picture.cr);
      const predicted = unchecked(place.dcPredictors[component]);
      const stride = <usize>(component == 0 ? picture.stride : picture.chromaStride);
      const status = readDcBlock(reader, component != 0, predicted, target, stride);
      if (status < 0) return status;
      unchecked((place.dcPredictors[component] = lastDc));
    }
    return reader.get(1) != 0 ? OK : ERROR_SYNTAX; // end_of_macroblock
  }

  /** @param component 0 Y, 1 Cb, 2 Cr */
  private intraBlock<Syntax>(component: i32, target: usize, stride: usize, edges: i32): i32 {
    const predicted = unchecked(place.dcPredictors[component]);
    const status = readIntraBlock<Syntax>(
      reader,
      coded.dcSource,
      component != 0,
      predicted,
      format,
      target,
      stride,
      edges,
    );
    unchecked((place.dcPredictors[component] = lastDc));
    return status;
  }

  /** Where nothing is said, a field is predicted from those of its own parity. */
  private selectOwnField(): void {
    const parity = streamHeaders.structure == BOTTOM_FIELD ? 1 : 0;
    selectField(0, 0, parity);
    selectField(0, 1, parity);
  }

  private predictMacroblock(row: i32, column: i32, direction: i32): void {
    const isForward = (direction & MB_FORWARD) != 0;
    if (this.motion == MOTION_DUAL) {
      this.predictDual(row, column);
      return;
    }
    if (isForward) this.predictDirection(row, column, 0, false);
    if ((direction & MB_BACKWARD) != 0 || !isForward) this.predictDirection(row, column, 1, isForward);
  }

  /** @param s 0 forward, 1 backward; @param mean averaged with what is there */
  private predictDirection(row: i32, column: i32, s: i32, mean: bool): void {
    if (streamHeaders.structure != FRAME_PICTURE) {
      const target = coded.target!;
      const count = vectorCount(streamHeaders.structure, this.motion);
      const height = 16 / count;
      for (let r = 0; r < count; r++) {
        const reference = fieldOf(fieldParity(r, s), s);
        predictFrom(reference, vectorX(r, s), vectorY(r, s), column, row * 16 + r * 8, height, target, mean);
      }
      return;
    }
    const reference = s == 0 ? coded.past! : coded.future!;
    if (this.motion == MOTION_FRAME) {
      const unit = unchecked(streamHeaders.wholeSamples[s]);
      predictFrom(reference, vectorX(0, s) << unit, vectorY(0, s) << unit, column, row * 16, 16, coded.frame!, mean);
      return;
    }
    for (let r = 0; r < 2; r++) {
      const target = coded.frame!.parity(r);
      const y = vectorY(r, s) >> 1;
      predictFrom(reference.parity(fieldParity(r, s)), vectorX(r, s), y, column, row * 8, 8, target, mean);
    }
  }

  /** From the field of the same parity by its vector, and from the other by what follows from that (7.6.3.6). */
  private predictDual(row: i32, column: i32): void {
    const x = vectorX(0, 0);
    if (streamHeaders.structure != FRAME_PICTURE) {
      const parity = streamHeaders.structure == BOTTOM_FIELD ? 1 : 0;
      const y = vectorY(0, 0);
      const target = coded.target!;
      const otherY = dualY(y, 1, parity ? 1 : -1);
      predictFrom(fieldOf(parity, 0), x, y, column, row * 16, 16, target, false);
      predictFrom(fieldOf(1 - parity, 0), dualX(1), otherY, column, row * 16, 16, target, true);
      return;
    }
    const y = vectorY(0, 0) >> 1;
    const reference = coded.past!;
    for (let parity = 0; parity < 2; parity++) {
      // The other parity's field is one field before, or three.
      const distance = (parity == 0) == streamHeaders.topFieldFirst ? 1 : 3;
      const target = coded.frame!.parity(parity);
      const otherY = dualY(y, distance, parity ? 1 : -1);
      predictFrom(reference.parity(parity), x, y, column, row * 8, 8, target, false);
      predictFrom(reference.parity(1 - parity), dualX(distance), otherY, column, row * 8, 8, target, true);
    }
  }
}

/** A field that one of a field picture's refers to: the second of a frame finds the first among those before it. */
function fieldOf(parity: i32, s: i32): PictureLines {
  if (s == 1) return coded.future!.parity(parity);
  const own = streamHeaders.structure == BOTTOM_FIELD ? 1 : 0;
  const isFirst = coded.isSecondField && streamHeaders.pictureType == TYPE_P && parity != own;
  return (isFirst ? coded.frame! : coded.past!).parity(parity);
}

const decoder = new SliceDecoder();

/**
 * Reads a slice from behind its start code on.
 * @param position slice_vertical_position, 1 to 175
 * @returns OK or a negative status
 */
export function readSlice(position: i32): i32 {
  const status = walkSlice<SliceDecoder>(decoder, streamHeaders, place, position);
  return status < 0 ? status : OK;
}
