/**
 * The one walk over a slice (ISO/IEC 13818-2 6.2.4 to 6.2.6, ISO/IEC 11172-2 2.4.2.6 to 2.4.2.8), for dividing and for combining. Each element is taken from
 * codes or from the coder, and put to codes or to the coder (channel.ts), so both directions agree by being the same.
 */
import { BitWriter } from "../bitstream/bit-writer";
import { ADDRESS_ESCAPE, ADDRESS_STUFFING, incrementCodes, putCode } from "../bitstream/code-tables";
import { ERROR_SYNTAX, OK } from "../common/status";
import { BitCursor } from "./bit-cursor";
import { longEscapes, passBlocks, setLongEscapes } from "./block";
import { packBlock } from "./block-packer";
import { unpackBlock } from "./block-unpacker";
import { Channel, copies, decidePlain, packs, readsCodes, usesCoder, writesCodes } from "./channel";
import { dcChannel, decideDc } from "./dc-channel";
import {
  chroma,
  concealment,
  dcPrecision,
  FRAME_PICTURE,
  framePredFrameDct,
  intraTable,
  mbWidth,
  mpeg2,
  pictureType,
  structure,
  tall,
} from "./headers";
import {
  decideExtra,
  decideFieldDct,
  decideIncrement,
  decideLongEscapes,
  decideMotionType,
  decideQuantiser,
  decideStuffing,
  decideType,
} from "./models";
import { countAbove, countLeft, putCount } from "./neighbours";
import { patternMore, walkPattern } from "./pattern";
import {
  DC_SIZE_MAX,
  MB_BACKWARD,
  MB_FORWARD,
  MB_INTRA,
  MB_PATTERN,
  MB_QUANTISER,
  putDcDifference,
  takeDcDifference,
  takeIncrement,
  takeType,
  typeWord,
} from "./syntax-tables";
import { resetVectors, walkVectors } from "./vectors";

/** Everything of slices but what the other two strings hold. */
export const restChannel = new Channel(new BitCursor(), new BitWriter());
/** AC of intra blocks. */
export const acChannel = new Channel(new BitCursor(), new BitWriter());

/** Columns and rows of macroblocks that an address may name; beyond it nothing is parsed. */
export const ADDRESS_MAX: i32 = 1 << 20;
const MOTION_FIELD: i32 = 1;
const MOTION_FRAME: i32 = 2;
const MOTION_DUAL: i32 = 3;

// ---- DC ----
/** Combining: DC comes from the slave's string, with the others in their places. */
export let combining: bool = false;
/** Copying: where the rest begins that has been read and not yet been copied. */
let restFrom: u32 = 0;
/** The DCs of a slice while it is divided, which go to the slave only once all of it parsed: i32 place, i16 DC, i16 fallback. */
let records: usize = 0;
export let recordCount: i32 = 0;
let recordCapacity: i32 = 0;
/** XOR of all DCs of the picture so far. */
export let dcSum: i32 = 0;

export function openWalk(combine: bool, buffer: usize, capacity: i32): void {
  combining = combine;
  records = buffer;
  recordCapacity = capacity;
}

export function clearDcSum(): void {
  dcSum = 0;
}

const RECORD_BYTES: i32 = 8;

/** Sends the DCs of the slice that was copied last to the slave. */
export function keepDcs(): void {
  for (let i = 0; i < recordCount; i++) {
    const record = records + <usize>(i * RECORD_BYTES);
    const place = load<u32>(record);
    const dc = <i32>load<i16>(record, 4);
    decideDc<u16>(
      <i32>(place >>> 30),
      <i32>((place >>> 12) & 0x3ffff),
      <i32>(place & 0xfff),
      <i32>load<i16>(record, 6),
      dc,
    );
    dcSum ^= dc;
    dcChannel.packer.settle();
  }
}

const predictors: StaticArray<i32> = [0, 0, 0];

function resetPredictors(): void {
  predictors.fill(1 << (7 + dcPrecision));
}

/** One intra block's DC: away from the codes, or back among them. */
function walkDc<Way>(component: i32, row: i32, column: i32): i32 {
  const predicted = predictors[component];
  const isChroma = component == 0 ? 0 : 1;
  let difference = 0;
  if (combining) {
    const dc = decideDc<u32>(component, row, column, predicted, 0);
    dcSum ^= dc;
    difference = dc - predicted;
  } else {
    difference = takeDcDifference(restChannel.source, isChroma);
    if (sizeof<Way>() == 1) {
      const dc = predicted + difference;
      if (recordCount >= recordCapacity || dc < -0x4000 || dc > 0x4000) return ERROR_SYNTAX;
      const record = records + <usize>(recordCount * RECORD_BYTES);
      store<u32>(record, ((<u32>component) << 30) | ((<u32>row & 0x3ffff) << 12) | (<u32>column & 0xfff));
      store<i16>(record, <i16>dc, 4);
      store<i16>(record, <i16>predicted, 6);
      recordCount += 1;
    }
  }
  predictors[component] = predicted + difference;
  if (combining) {
    const size = 32 - clz<i32>(abs<i32>(difference));
    if (size > DC_SIZE_MAX) return ERROR_SYNTAX;
    putDcDifference(restChannel.target, isChroma, size, difference);
  }
  return OK;
}

// ---- Elements of one form each ----
function walkBits<Way>(count: i32): i32 {
  let value = 0;
  if (readsCodes<Way>()) value = restChannel.source.get(count);
  if (usesCoder<Way>()) value = decidePlain<Way>(restChannel, value, count);
  if (writesCodes<Way>()) restChannel.target.put(value, count);
  return value;
}

function walkQuantiser<Way>(): void {
  let value = 0;
  if (readsCodes<Way>()) value = restChannel.source.get(5);
  if (usesCoder<Way>()) value = decideQuantiser<Way>(restChannel, value);
  if (writesCodes<Way>()) restChannel.target.put(value, 5);
}

function walkExtra<Way>(): void {
  while (true) {
    let more = 0;
    if (readsCodes<Way>()) more = restChannel.source.get(1);
    if (usesCoder<Way>()) more = decideExtra<Way>(restChannel, more);
    if (writesCodes<Way>()) restChannel.target.put(more, 1);
    if (more == 0 || restChannel.target.overflow || restChannel.source.overrun()) return;
    walkBits<Way>(8);
    if (packs<Way>()) restChannel.packer.settle();
  }
}

/** @returns the increment, or ERROR_SYNTAX */
function walkIncrement<Way>(first: i32): i32 {
  let stuffing = 0;
  let increment = 0;
  if (readsCodes<Way>()) {
    const source = restChannel.source;
    let last = takeIncrement(source);
    if (last < 0) {
      while (source.peek(11) == ADDRESS_STUFFING) {
        source.skip(11);
        stuffing += 1;
      }
      while (source.peek(11) == ADDRESS_ESCAPE) {
        source.skip(11);
        increment += 33;
      }
      last = takeIncrement(source);
    }
    if (last < 0 || stuffing > (mpeg2 ? 0 : 0x7fff) || increment > 0x7fff) return ERROR_SYNTAX;
    increment += last;
  }
  if (usesCoder<Way>()) {
    if (!mpeg2) stuffing = decideStuffing<Way>(restChannel, stuffing);
    increment = decideIncrement<Way>(restChannel, first, increment);
  }
  if (writesCodes<Way>()) {
    const target = restChannel.target;
    for (let i = 0; i < stuffing; i++) target.put(ADDRESS_STUFFING, 11);
    const escapes = (increment - 1) / 33;
    for (let i = 0; i < escapes; i++) target.put(ADDRESS_ESCAPE, 11);
    putCode(target, incrementCodes, increment - escapes * 33);
  }
  return increment;
}

// ---- Macroblock ----
/** Number of the type, and dct_type, of the macroblock before. */
let typeBefore: i32 = 0;
let fieldBefore: i32 = 0;
let mbRow: i32 = 0;
let mbColumn: i32 = 0;

/** @returns flags, or ERROR_SYNTAX */
function walkType<Way>(): i32 {
  let number = 0;
  if (readsCodes<Way>()) {
    number = takeType(restChannel.source, pictureType);
    if (number < 0) return ERROR_SYNTAX;
  }
  if (usesCoder<Way>()) {
    number = decideType<Way>(restChannel, pictureType, typeBefore, number);
    typeBefore = number;
  }
  const word = typeWord(pictureType, number);
  if (word == 0) return ERROR_SYNTAX;
  if (writesCodes<Way>()) restChannel.target.put((word >> 8) & 0xff, word & 0xff);
  return word >> 16;
}

function walkMotionType<Way>(): i32 {
  let type = 0;
  if (readsCodes<Way>()) type = restChannel.source.get(2);
  if (usesCoder<Way>()) type = decideMotionType<Way>(restChannel, structure == FRAME_PICTURE ? 1 : 0, type);
  if (writesCodes<Way>()) restChannel.target.put(type, 2);
  return type;
}

function walkFieldDct<Way>(intra: i32): void {
  let type = 0;
  if (readsCodes<Way>()) type = restChannel.source.get(1);
  if (usesCoder<Way>()) {
    type = decideFieldDct<Way>(restChannel, fieldBefore, intra, type);
    fieldBefore = type;
  }
  if (writesCodes<Way>()) restChannel.target.put(type, 1);
}

/** One direction's vectors. */
function walkDirection<Way>(s: i32, type: i32): i32 {
  if (structure == FRAME_PICTURE) {
    if (type == MOTION_FIELD) return walkVectors<Way>(restChannel, s, 2, true, false);
    return walkVectors<Way>(restChannel, s, 1, type == MOTION_DUAL, type == MOTION_DUAL);
  }
  // In field pictures 2 stands for 16x8.
  return walkVectors<Way>(restChannel, s, type == MOTION_FRAME ? 2 : 1, true, type == MOTION_DUAL);
}

function copyRest(): void {
  if (restChannel.source.position == restFrom) return;
  restChannel.source.copySince(restFrom, restChannel.target);
  restFrom = restChannel.source.position;
}

function walkBlocks<Way>(intra: bool, pattern: i32): i32 {
  const blocks = 6 + patternMore();
  if (!usesCoder<Way>() && !intra) return passBlocks(restChannel.source, 0, popcnt<i32>(pattern), false);
  for (let block = 0; block < blocks; block++) {
    if (!intra && ((pattern >> (blocks - 1 - block)) & 1) == 0) continue;
    // Figures 6-10 to 6-12: Y by rows, then Cb and Cr by turns, in 4:2:2 downwards, in 4:4:4 downwards first, too.
    let component = 0;
    let row = 2 * mbRow + (block >> 1);
    let column = 2 * mbColumn + (block & 1);
    if (block >= 4) {
      component = 1 + (block & 1);
      row = chroma == 1 ? mbRow : 2 * mbRow + ((block >> 1) & 1);
      column = chroma == 3 ? 2 * mbColumn + (block >> 3) : mbColumn;
    }
    if (intra) {
      if (copies<Way>()) copyRest();
      const status = walkDc<Way>(component, row, column);
      if (status < 0) return status;
    }
    if (usesCoder<Way>()) {
      const channel = intra ? acChannel : restChannel;
      const near = countLeft(component, row, column) + countAbove(component, row, column);
      const kind = (intra ? 0 : 2) + (component == 0 ? 0 : 1);
      const table = intra ? intraTable : 0;
      const count = packs<Way>()
        ? packBlock(channel, table, intra, kind, near)
        : unpackBlock(channel, table, intra, kind, near);
      if (count < 0) return count;
      if (packs<Way>()) channel.packer.settle();
      putCount(component, row, column, count);
    } else {
      const from = acChannel.source.position;
      const status = passBlocks(acChannel.source, intraTable, 1, true);
      if (status < 0) return status;
      if (copies<Way>()) {
        acChannel.source.copySince(from, acChannel.target);
        // Dividing, rest and AC come from one place.
        restFrom = restChannel.source.position;
      }
    }
  }
  return OK;
}

function walkMacroblock<Way>(): i32 {
  const flags = walkType<Way>();
  if (flags < 0) return flags;
  const intra = flags & MB_INTRA;
  if (!intra) resetPredictors();
  // Vectors that hide losses are of the picture's own kind.
  let motion = structure == FRAME_PICTURE ? MOTION_FRAME : MOTION_FIELD;
  if (flags & (MB_FORWARD | MB_BACKWARD) && !(structure == FRAME_PICTURE && framePredFrameDct)) {
    motion = walkMotionType<Way>();
    if (motion == 0) return ERROR_SYNTAX;
  }
  if (structure == FRAME_PICTURE && !framePredFrameDct && flags & (MB_INTRA | MB_PATTERN)) walkFieldDct<Way>(intra);
  if (flags & MB_QUANTISER) walkQuantiser<Way>();
  const hiding = intra != 0 && concealment;
  if (flags & MB_FORWARD || hiding) {
    const status = walkDirection<Way>(0, motion);
    if (status < 0) return status;
  }
  if (flags & MB_BACKWARD) {
    const status = walkDirection<Way>(1, motion);
    if (status < 0) return status;
  }
  if (hiding && walkBits<Way>(1) == 0) return ERROR_SYNTAX;
  let pattern = 0;
  if (flags & MB_PATTERN) {
    pattern = walkPattern<Way>(restChannel, mbRow, mbColumn);
    if (pattern < 0) return pattern;
  }
  if (intra || pattern) return walkBlocks<Way>(intra != 0, pattern);
  return OK;
}

/**
 * Takes one slice along.
 * @param position    slice_vertical_position, 1 to 175
 * @param lastAddress of its last macroblock, counted from the start of its row; -1: where 23 zero bits follow
 * @returns the address of the last macroblock, or ERROR_SYNTAX
 */
export function walkSlice<Way>(position: i32, lastAddress: i32): i32 {
  recordCount = 0;
  restFrom = restChannel.source.position;
  const address = walkMacroblocks<Way>(position, lastAddress);
  if (copies<Way>()) copyRest();
  return address;
}

function walkMacroblocks<Way>(position: i32, lastAddress: i32): i32 {
  let row = position - 1;
  if (mpeg2 && tall) row += walkBits<Way>(3) << 7;
  walkQuantiser<Way>();
  walkExtra<Way>();
  if (usesCoder<Way>()) setLongEscapes(decideLongEscapes<Way>(restChannel, longEscapes ? 1 : 0) != 0);
  else setLongEscapes(false);
  resetPredictors();
  resetVectors();
  typeBefore = 0;
  fieldBefore = 0;
  let address = -1;
  mbRow = row;
  mbColumn = -1;
  while (true) {
    const increment = walkIncrement<Way>(address < 0 ? 1 : 0);
    if (increment < 0) return increment;
    if (increment > 1) resetPredictors();
    address += increment;
    if (address > ADDRESS_MAX || (lastAddress >= 0 && address > lastAddress)) return ERROR_SYNTAX;
    mbColumn += increment;
    if (mbColumn >= mbWidth) {
      const down = mbColumn / mbWidth;
      mbRow += down;
      mbColumn -= down * mbWidth;
    }
    const status = walkMacroblock<Way>();
    if (status < 0) return status;
    if (packs<Way>()) restChannel.packer.settle();
    if (lastAddress < 0 ? restChannel.source.peek(23) == 0 : address == lastAddress) return address;
    if (restChannel.target.overflow) return ERROR_SYNTAX;
    if (readsCodes<Way>() && (restChannel.source.overrun() || acChannel.source.overrun())) return ERROR_SYNTAX;
  }
}
