/** Slices and macroblocks of one picture, read and reconstructed (ISO/IEC 11172-2 2.4.2.6 to 2.4.2.7). */
import { ERROR_SYNTAX, ERROR_TRUNCATED, OK } from "../common/status";
import { furtherBlocks, takeBlockPattern } from "../mpeg-syntax/block-pattern";
import { MOTION_NONE, takeIncrement, takeMotion } from "../mpeg-syntax/code-tables";
import { MB_BACKWARD, MB_FORWARD, MB_INTRA, takeType, typeWord } from "../mpeg-syntax/macroblock-types";
import { SlicePlace, SliceSteps, walkSlice } from "../mpeg-syntax/slice-walk";
import { TYPE_I, TYPE_P } from "../mpeg-syntax/syntax";
import { vectorFrom } from "../mpeg-syntax/vectors";
import { lastDc, readInterBlock, readIntraBlock } from "./block-decoder";
import { predictFrom } from "./compensation";
import { coded, reader, streamHeaders } from "./decoder-state";
import { edgesInside, edgesOf } from "./edge-dc-code";

const place = new SlicePlace();

/** What MPEG-1 has of a walk's steps; the others no MPEG-1 header leads to. */
class SliceDecoder implements SliceSteps {
  /** Macroblocks from the start of the slice's row to the end of the picture. */
  private room: i32 = 0;
  /** Macroblocks that the slice covers. */
  private covered: i32 = 0;
  private quality: i32 = 0;
  /** Forward horizontal, vertical, backward horizontal, vertical, in the picture's vector unit. */
  private readonly vectors: StaticArray<i32> = [0, 0, 0, 0];
  /** Direction bits of the macroblock before, which a skipped one of a B-picture repeats. */
  private lastDirection: i32 = 0;

  /** See {@link readSlice}. */
  read(position: i32): i32 {
    this.room = (coded.macroblocksHigh - position + 1) * streamHeaders.macroblocksWide;
    const status = walkSlice<SliceDecoder>(this, streamHeaders, place, position);
    return status < 0 ? status : this.covered;
  }

  bits(count: i32): i32 {
    return reader.get(count);
  }

  quantiser(): i32 {
    this.quality = <i32>reader.get(5);
    return this.quality == 0 ? ERROR_SYNTAX : OK;
  }

  extra(): i32 {
    if (reader.get(1) == 0) return 0;
    reader.get(8);
    return reader.overrun() ? ERROR_TRUNCATED : 1;
  }

  begin(): i32 {
    this.resetVectors();
    this.lastDirection = 0;
    this.covered = 0;
    return OK;
  }

  increment(_first: i32): i32 {
    const increment = takeIncrement(reader, streamHeaders.macroblocksWide * coded.macroblocksHigh);
    return increment < 0 ? ERROR_SYNTAX : increment;
  }

  reach(address: i32): i32 {
    return address < this.room ? OK : ERROR_SYNTAX;
  }

  skip(count: i32): i32 {
    if (streamHeaders.pictureType == TYPE_I) return ERROR_SYNTAX;
    this.covered += count;
    const isForwardOnly = streamHeaders.pictureType == TYPE_P;
    if (isForwardOnly) this.resetVectors();
    const wide = streamHeaders.macroblocksWide;
    const first = place.row * wide + place.column + 1;
    for (let address = first; address < first + count; address++) {
      const row = address / wide;
      this.predictMacroblock(row, address - row * wide, isForwardOnly ? MB_FORWARD : this.lastDirection);
    }
    return OK;
  }

  type(): i32 {
    const number = takeType(reader, streamHeaders.pictureType);
    return number < 0 ? ERROR_SYNTAX : <i32>(typeWord(streamHeaders.pictureType, number) >> 16);
  }

  motionType(): i32 {
    return ERROR_SYNTAX;
  }

  fieldDct(_intra: i32): i32 {
    return ERROR_SYNTAX;
  }

  fieldSelect(_r: i32, _s: i32): i32 {
    return ERROR_SYNTAX;
  }

  vectorCode(_r: i32, s: i32, t: i32, residualBits: i32): i32 {
    const taken = takeMotion(reader, residualBits);
    if (taken == MOTION_NONE) return ERROR_SYNTAX;
    const index = 2 * s + t;
    unchecked((this.vectors[index] = vectorFrom(this.vectors[index], taken >> 8, taken & 0xff, residualBits)));
    return OK;
  }

  dualVector(_t: i32): i32 {
    return ERROR_SYNTAX;
  }

  predict(flags: i32, _motion: i32): i32 {
    if (flags & MB_INTRA) {
      this.resetVectors();
      this.lastDirection = 0;
      return OK;
    }
    const isForwardOnly = streamHeaders.pictureType == TYPE_P;
    if (isForwardOnly && !(flags & MB_FORWARD)) this.resetVectors();
    this.lastDirection = isForwardOnly ? MB_FORWARD : flags & (MB_FORWARD | MB_BACKWARD);
    this.predictMacroblock(place.row, place.column, this.lastDirection);
    return OK;
  }

  pattern(): i32 {
    const pattern = takeBlockPattern(reader, furtherBlocks(streamHeaders.chroma));
    return pattern < 0 ? ERROR_SYNTAX : pattern;
  }

  blocks(intra: bool, pattern: i32): i32 {
    const picture = coded.target!;
    const stride = <usize>picture.stride;
    const chromaStride = <usize>picture.chromaStride;
    const luma = picture.luma + <usize>(place.row * 16 * picture.stride + place.column * 16);
    const chroma = <usize>(place.row * 8 * picture.chromaStride + place.column * 8);
    const outer = edgesOf(place.column, place.row);
    let status = OK;
    for (let block = 0; block < 4 && status >= 0; block++) {
      const target = luma + (block & 1 ? 8 : 0) + (block & 2 ? stride * 8 : 0);
      if (intra) status = this.intraBlock(0, target, stride, outer | edgesInside(block));
      else if (pattern & (32 >> block)) status = readInterBlock(reader, this.quality, target, stride);
    }
    if (intra) {
      if (status >= 0) status = this.intraBlock(1, picture.cb + chroma, chromaStride, outer);
      return status < 0 ? status : this.intraBlock(2, picture.cr + chroma, chromaStride, outer);
    }
    if (status >= 0 && pattern & 2) status = readInterBlock(reader, this.quality, picture.cb + chroma, chromaStride);
    if (status >= 0 && pattern & 1) status = readInterBlock(reader, this.quality, picture.cr + chroma, chromaStride);
    return status;
  }

  end(_address: i32): i32 {
    this.covered += 1;
    if (reader.overrun()) return ERROR_TRUNCATED;
    return reader.peek(23) == 0 ? 1 : 0;
  }

  /** @param component 0 Y, 1 Cb, 2 Cr */
  private intraBlock(component: i32, target: usize, stride: usize, edges: i32): i32 {
    const predicted = unchecked(place.dcPredictors[component]);
    const status = readIntraBlock(
      reader,
      coded.dcSource,
      component != 0,
      predicted,
      this.quality,
      target,
      stride,
      edges,
    );
    unchecked((place.dcPredictors[component] = lastDc));
    return status;
  }

  private resetVectors(): void {
    for (let i = 0; i < 4; i++) unchecked((this.vectors[i] = 0));
  }

  private predictMacroblock(row: i32, column: i32, direction: i32): void {
    const target = coded.target!;
    const isForward = (direction & MB_FORWARD) != 0;
    if (isForward) {
      const unit = unchecked(streamHeaders.wholeSamples[0]);
      const x = unchecked(this.vectors[0]) << unit;
      predictFrom(coded.past!, x, unchecked(this.vectors[1]) << unit, row, column, target, false);
    }
    if ((direction & MB_BACKWARD) != 0 || !isForward) {
      const unit = unchecked(streamHeaders.wholeSamples[1]);
      const x = unchecked(this.vectors[2]) << unit;
      predictFrom(coded.future!, x, unchecked(this.vectors[3]) << unit, row, column, target, isForward);
    }
  }
}

const decoder = new SliceDecoder();

/**
 * Reads a slice from behind its start code on.
 * @param position slice_vertical_position, 1 to 175
 * @returns how many macroblocks the slice covers, or a negative status
 */
export function readSlice(position: i32): i32 {
  return decoder.read(position);
}
