/**
 * The steps of a walk over a slice (mpeg-syntax/slice-walk.ts) for dividing and for combining. Each element is taken
 * from codes or from the coder, and put to codes or to the coder (channel.ts), so both directions agree by being the
 * same.
 */
import { BitCursor } from "../bitstream/bit-cursor";
import { BitWriter } from "../bitstream/bit-writer";
import { ERROR_SYNTAX, OK } from "../common/status";
import { blockColumn, blockRow, componentOf, furtherBlocks } from "../mpeg-syntax/block-pattern";
import {
  ADDRESS_BITS,
  ADDRESS_ESCAPE,
  ADDRESS_STUFFING,
  DC_SIZE_MAX,
  dcSizeOf,
  INCREMENT_MAX,
  putDcDifference,
  putIncrement,
  takeDcDifference,
  takeIncrementCode,
} from "../mpeg-syntax/code-tables";
import { takeType, typeWord } from "../mpeg-syntax/macroblock-types";
import { SlicePlace, SliceSteps, walkSlice } from "../mpeg-syntax/slice-walk";
import { FRAME_PICTURE } from "../mpeg-syntax/syntax";
import { longEscapes, passBlocks, setLongEscapes } from "./block";
import { packBlock } from "./block-packer";
import { unpackBlock } from "./block-unpacker";
import { Channel, copies, decidePlain, packs, readsCodes, usesCoder, writesCodes } from "./channel";
import { dcChannel, decideDc } from "./dc-channel";
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
import { walkPattern } from "./pattern";
import { segmentHeaders } from "./segment-state";
import { resetVectors, walkDual, walkSelect, walkVector } from "./vectors";

/** Everything of slices but what the other two strings hold. */
export const restChannel = new Channel(new BitCursor(), new BitWriter());
/** AC of intra blocks. */
export const acChannel = new Channel(new BitCursor(), new BitWriter());

/** Columns and rows of macroblocks that an address may name; beyond it nothing is parsed. */
export const ADDRESS_MAX: i32 = 1 << 20;

// ---- DC ----
/** Combining: DC comes from the slave's string, with the others in their places. */
export let combining: bool = false;
/** Copying: where the rest begins that has been read and not yet been copied. */
let restFrom: u32 = 0;
/**
 * The DCs of a slice while it is divided, which go to the slave only once all of it parsed: i32 place, i16 DC, i16
 * fallback.
 */
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

const place = new SlicePlace();

/** One intra block's DC: away from the codes, or back among them. */
function walkDc<Way>(component: i32, row: i32, column: i32): i32 {
  const predicted = place.dcPredictors[component];
  const isChroma = component == 0 ? 0 : 1;
  let difference = 0;
  if (combining) {
    const dc = decideDc<u32>(component, row, column, predicted, 0);
    dcSum ^= dc;
    difference = dc - predicted;
  } else {
    difference = takeDcDifference(restChannel.source, isChroma, DC_SIZE_MAX);
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
  place.dcPredictors[component] = predicted + difference;
  if (combining) {
    const size = dcSizeOf(difference);
    if (size > DC_SIZE_MAX) return ERROR_SYNTAX;
    putDcDifference(restChannel.target, isChroma, size, difference);
  }
  return OK;
}

function copyRest(): void {
  if (restChannel.source.position == restFrom) return;
  restChannel.source.copySince(restFrom, restChannel.target);
  restFrom = restChannel.source.position;
}

/** Number of the type, and dct_type, of the macroblock before. */
let typeBefore: i32 = 0;
let fieldBefore: i32 = 0;

/** A way (channel.ts) over one slice after another. */
class SliceCarrier<Way> implements SliceSteps {
  /** Address of the slice's last macroblock; -1: where 23 zero bits follow. */
  private lastAddress: i32 = -1;

  /** See {@link walkSlice}. */
  walk(position: i32, lastAddress: i32): i32 {
    this.lastAddress = lastAddress;
    recordCount = 0;
    restFrom = restChannel.source.position;
    const address = walkSlice<SliceCarrier<Way>>(this, segmentHeaders, place, position);
    if (copies<Way>()) copyRest();
    return address;
  }

  bits(count: i32): i32 {
    let value = 0;
    if (readsCodes<Way>()) value = restChannel.source.get(count);
    if (usesCoder<Way>()) value = decidePlain<Way>(restChannel, value, count);
    if (writesCodes<Way>()) restChannel.target.put(value, count);
    return value;
  }

  quantiser(): i32 {
    let value = 0;
    if (readsCodes<Way>()) value = restChannel.source.get(5);
    if (usesCoder<Way>()) value = decideQuantiser<Way>(restChannel, value);
    if (writesCodes<Way>()) restChannel.target.put(value, 5);
    return OK;
  }

  extra(): i32 {
    let more = 0;
    if (readsCodes<Way>()) more = restChannel.source.get(1);
    if (usesCoder<Way>()) more = decideExtra<Way>(restChannel, more);
    if (writesCodes<Way>()) restChannel.target.put(more, 1);
    if (more == 0 || restChannel.target.overflow || restChannel.source.overrun()) return 0;
    this.bits(8);
    if (packs<Way>()) restChannel.packer.settle();
    return 1;
  }

  begin(): i32 {
    if (usesCoder<Way>()) setLongEscapes(decideLongEscapes<Way>(restChannel, longEscapes ? 1 : 0) != 0);
    else setLongEscapes(false);
    resetVectors();
    typeBefore = 0;
    fieldBefore = 0;
    return OK;
  }

  /** Not as takeIncrement reads it: what comes back has its stuffing before its escapes, so only that may be taken. */
  increment(first: i32): i32 {
    let stuffing = 0;
    let increment = 0;
    if (readsCodes<Way>()) {
      const source = restChannel.source;
      let last = takeIncrementCode(source);
      if (last < 0) {
        while (source.peek(ADDRESS_BITS) == ADDRESS_STUFFING) {
          source.skip(ADDRESS_BITS);
          stuffing += 1;
        }
        while (source.peek(ADDRESS_BITS) == ADDRESS_ESCAPE) {
          source.skip(ADDRESS_BITS);
          increment += INCREMENT_MAX;
        }
        last = takeIncrementCode(source);
      }
      if (last < 0 || stuffing > (segmentHeaders.mpeg2 ? 0 : 0x7fff) || increment > 0x7fff) return ERROR_SYNTAX;
      increment += last;
    }
    if (usesCoder<Way>()) {
      if (!segmentHeaders.mpeg2) stuffing = decideStuffing<Way>(restChannel, stuffing);
      increment = decideIncrement<Way>(restChannel, first, increment);
    }
    if (writesCodes<Way>()) {
      const target = restChannel.target;
      for (let i = 0; i < stuffing; i++) target.put(ADDRESS_STUFFING, ADDRESS_BITS);
      putIncrement(target, increment);
    }
    return increment;
  }

  reach(address: i32): i32 {
    return address > ADDRESS_MAX || (this.lastAddress >= 0 && address > this.lastAddress) ? ERROR_SYNTAX : OK;
  }

  skip(_count: i32): i32 {
    return OK;
  }

  type(): i32 {
    const pictureType = segmentHeaders.pictureType;
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

  motionType(): i32 {
    let type = 0;
    if (readsCodes<Way>()) type = restChannel.source.get(2);
    if (usesCoder<Way>())
      type = decideMotionType<Way>(restChannel, segmentHeaders.structure == FRAME_PICTURE ? 1 : 0, type);
    if (writesCodes<Way>()) restChannel.target.put(type, 2);
    return type;
  }

  fieldDct(intra: i32): i32 {
    let type = 0;
    if (readsCodes<Way>()) type = restChannel.source.get(1);
    if (usesCoder<Way>()) {
      type = decideFieldDct<Way>(restChannel, fieldBefore, intra, type);
      fieldBefore = type;
    }
    if (writesCodes<Way>()) restChannel.target.put(type, 1);
    return OK;
  }

  fieldSelect(r: i32, s: i32): i32 {
    walkSelect<Way>(restChannel, s * 2 + r);
    return OK;
  }

  vectorCode(_r: i32, s: i32, t: i32, residualBits: i32): i32 {
    return walkVector<Way>(restChannel, s * 2 + t, residualBits);
  }

  dualVector(_t: i32): i32 {
    walkDual<Way>(restChannel);
    return OK;
  }

  predict(_flags: i32, _motion: i32): i32 {
    return OK;
  }

  pattern(): i32 {
    return walkPattern<Way>(restChannel, place.row, place.column);
  }

  blocks(intra: bool, pattern: i32): i32 {
    if (!usesCoder<Way>() && !intra) return passBlocks(restChannel.source, 0, popcnt<i32>(pattern), false);
    const chroma = segmentHeaders.chroma;
    const blocks = 6 + furtherBlocks(chroma);
    for (let block = 0; block < blocks; block++) {
      if (!intra && ((pattern >> (blocks - 1 - block)) & 1) == 0) continue;
      const component = componentOf(block);
      const row = blockRow(block, place.row, chroma);
      const column = blockColumn(block, place.column, chroma);
      if (intra) {
        if (copies<Way>()) copyRest();
        const status = walkDc<Way>(component, row, column);
        if (status < 0) return status;
      }
      if (usesCoder<Way>()) {
        const channel = intra ? acChannel : restChannel;
        const near = countLeft(component, row, column) + countAbove(component, row, column);
        const kind = (intra ? 0 : 2) + (component == 0 ? 0 : 1);
        const table = intra ? segmentHeaders.intraTable : 0;
        const count = packs<Way>()
          ? packBlock(channel, table, intra, kind, near)
          : unpackBlock(channel, table, intra, kind, near);
        if (count < 0) return count;
        if (packs<Way>()) channel.packer.settle();
        putCount(component, row, column, count);
      } else {
        const from = acChannel.source.position;
        const status = passBlocks(acChannel.source, segmentHeaders.intraTable, 1, true);
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

  end(address: i32): i32 {
    if (packs<Way>()) restChannel.packer.settle();
    if (this.lastAddress < 0 ? restChannel.source.peek(23) == 0 : address == this.lastAddress) return 1;
    if (restChannel.target.overflow) return ERROR_SYNTAX;
    return readsCodes<Way>() && (restChannel.source.overrun() || acChannel.source.overrun()) ? ERROR_SYNTAX : 0;
  }
}

const trier = new SliceCarrier<i8>();
const copier = new SliceCarrier<u8>();
const packer = new SliceCarrier<u16>();
const unpacker = new SliceCarrier<u32>();

/**
 * Finds out whether a slice parses, and which DCs it holds.
 * @param position slice_vertical_position, 1 to 175
 * @returns the address of the last macroblock, counted from the start of the slice's row; or ERROR_SYNTAX
 */
export function trySlice(position: i32): i32 {
  return trier.walk(position, -1);
}

/**
 * Copies a slice's codes; else as {@link trySlice}.
 * @param lastAddress what that gives; -1: where 23 zero bits follow
 */
export function copySlice(position: i32, lastAddress: i32): i32 {
  return copier.walk(position, lastAddress);
}

/** Packs the codes of a slice that parses; parameters and result as {@link copySlice} has them. */
export function packSlice(position: i32, lastAddress: i32): i32 {
  return packer.walk(position, lastAddress);
}

/** Unpacks what {@link packSlice} packed. */
export function unpackSlice(position: i32, lastAddress: i32): i32 {
  return unpacker.walk(position, lastAddress);
}
