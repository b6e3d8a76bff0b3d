/**
 * Division of one segment's video bytes: Cmix patent, Fig. 13, [0141]-[0155]. DC coefficients of intra blocks go to the
 * slave, the AC bits of intra blocks make a string of their own for each picture, which protection `patent` XORs with
 * the filter factor. What does not parse stays as it is. Bytes: FORMAT.md 11.
 */
import { BitCursor } from "../bitstream/bit-cursor";
import { BitWriter } from "../bitstream/bit-writer";
import { ERROR_ARGUMENT, ERROR_SPACE, OK } from "../common/status";
import { xorRepeat } from "../kernels/xor";
import { findStartCode, startCodeAt } from "../mpeg-syntax/start-codes";
import { PICTURE_START, SLICE_FIRST, SLICE_LAST } from "../mpeg-syntax/syntax";
import { dcChannel, resetDcChannel } from "./dc-channel";
import { resetContexts } from "./models";
import { clearNeighbours } from "./neighbours";
import { ByteWriter, isZeros } from "./parts";
import { packState, segmentHeaders, setState } from "./segment-state";
import {
  acChannel,
  clearDcSum,
  copySlice,
  dcSum,
  keepDcs,
  openWalk,
  packSlice,
  recordCount,
  restChannel,
  trySlice,
} from "./slice";

export const OPTION_RECOMPRESS: i32 = 1;
/** XOR with the filter factor. */
export const OPTION_PATENT: i32 = 2;
/** Nothing is parsed. */
export const OPTION_VERBATIM: i32 = 4;

/** DCs that a slice may hold; one with more is carried as it is. */
const RECORDS: i32 = 1 << 18;
let records: usize = 0;

const units = new ByteWriter();
const heads = new ByteWriter();
const lengths = new ByteWriter();
const rest = new ByteWriter();
const ac = new ByteWriter();
const dc = new ByteWriter();
/** Plain bits of the rest string, of an AC string and of the DC string until those end. */
const restPlain = new ByteWriter();
const acPlain = new ByteWriter();
const dcPlain = new ByteWriter();

const source = new BitCursor();
const restWriter = new BitWriter();
const acWriter = new BitWriter();
const factorByte: usize = memory.data(16);

let recompress: bool = false;
let patent: bool = false;
let factor: i32 = 0;
let state: i32 = 0;
let verbatim: i32 = 0;
/** A picture header has been seen, and intra blocks since. */
let pictureOpen: bool = false;
let pictureIntra: bool = false;
let positionBefore: i32 = 0;
let addressBefore: i32 = 0;

/**
 * Divides the video bytes of a segment. What comes out stands in parts until the next call or {@link mpegClose}.
 * @param video         u8[length]
 * @param length        0 to 16 MiB; 64 bytes of zeros behind them
 * @param context       u8[contextLength], the last sequence header and its extensions before the segment
 * @param filterFactor  of the segment's first picture
 * @param options       sum of OPTION_*
 * @returns OK; ERROR_ARGUMENT; ERROR_SPACE: the parts outgrow their room, which OPTION_VERBATIM avoids
 */
export function mpegDivide(
  video: usize,
  length: i32,
  context: usize,
  contextLength: i32,
  filterFactor: i32,
  options: i32,
): i32 {
  if (length < 0 || length > 16 << 20 || contextLength < 0) return ERROR_ARGUMENT;
  open(length, options, filterFactor & 255);
  setState(0);
  let at = findStartCode(context, contextLength, 0);
  while (at < contextLength) {
    const next = findStartCode(context, contextLength, at + 3);
    if (next - at >= 4) segmentHeaders.readUnit(context + <usize>at, next - at);
    at = next;
  }
  state = packState();
  setState(state);

  let gap = 0;
  at = findStartCode(video, length, 0);
  while (at < length) {
    const unit = video + <usize>at;
    const next = findStartCode(video, length, at + 3);
    if (next - at >= 4) {
      const code = startCodeAt(unit);
      if (code < SLICE_FIRST || code > SLICE_LAST) {
        if (code == PICTURE_START) endPicture();
        segmentHeaders.readUnit(unit, next - at);
        if (code == PICTURE_START) beginPicture();
      } else {
        const position = <i32>(code - SLICE_FIRST) + 1;
        const isParsed = !(options & OPTION_VERBATIM) && segmentHeaders.pictureKnown && pictureOpen;
        const tail = isParsed ? divideSlice(unit, next - at, position) : -1;
        if (tail < 0) {
          verbatim += next - at;
        } else {
          units.putVarint(at - gap);
          heads.put(video + <usize>gap, at - gap);
          units.putDelta(position - positionBefore - 1);
          units.putDelta(sliceAddress - addressBefore);
          units.putVarint(tail);
          positionBefore = position;
          addressBefore = sliceAddress;
          gap = next;
        }
      }
    }
    at = next;
  }
  heads.put(video + <usize>gap, length - gap);
  endPicture();
  return close();
}

function open(length: i32, options: i32, filterFactor: i32): void {
  recompress = (options & OPTION_RECOMPRESS) != 0;
  patent = (options & OPTION_PATENT) != 0;
  factor = filterFactor;
  const room = length + 4096;
  units.open(4 * room);
  lengths.open(2 * room);
  heads.open(room);
  rest.open(2 * room);
  ac.open(2 * room);
  dc.open(2 * room);
  if (recompress) {
    restPlain.open(2 * room);
    acPlain.open(2 * room);
  }
  dcPlain.open(2 * room);
  if (records == 0) records = heap.alloc(<usize>(RECORDS << 3));
  restChannel.source = source;
  acChannel.source = source;
  restChannel.target = restWriter;
  acChannel.target = acWriter;
  openWalk(false, records, RECORDS);
  resetContexts();
  resetDcChannel();
  if (recompress) restChannel.packer.open(rest.pointer, restPlain.pointer, rest.room());
  else restWriter.open(rest.pointer, rest.room());
  dcChannel.packer.open(dc.pointer, dcPlain.pointer, dc.room());
  verbatim = 0;
  pictureOpen = false;
  positionBefore = 0;
  addressBefore = 0;
}

function close(): i32 {
  if (recompress) {
    rest.grow(restChannel.packer.finish());
  } else {
    restWriter.align();
    rest.grow(restWriter.overflow ? -1 : restWriter.byteLength());
  }
  dc.grow(dcChannel.packer.finish());
  const full = units.overflow || heads.overflow || lengths.overflow || rest.overflow || ac.overflow || dc.overflow;
  return full ? ERROR_SPACE : OK;
}

function beginPicture(): void {
  pictureOpen = true;
  pictureIntra = false;
  clearDcSum();
  clearNeighbours();
  if (recompress) acChannel.packer.open(ac.end(), acPlain.pointer, ac.room());
  else acWriter.open(ac.end(), ac.room());
}

/** Closes the picture's AC string; its DCs make the next picture's factor ([0152]). */
function endPicture(): void {
  if (!pictureOpen) return;
  pictureOpen = false;
  const from = ac.length;
  if (pictureIntra) {
    if (recompress) {
      ac.grow(acChannel.packer.finish());
    } else {
      acWriter.align();
      ac.grow(acWriter.overflow ? -1 : acWriter.byteLength());
    }
    if (patent) xorFactor(ac.pointer + <usize>from, ac.length - from, factor);
  }
  lengths.putVarint(ac.length - from);
  factor = dcSum & 255;
}

/** XORs a picture's AC string with its factor, or undoes it. */
export function xorFactor(bytes: usize, length: i32, value: i32): void {
  store<u8>(factorByte, <u8>value);
  xorRepeat(bytes, bytes, length, factorByte, 1, 0);
}

let sliceAddress: i32 = 0;

/** @returns zero bytes behind the slice's own, or -1: it does not parse, and nothing of it was kept */
function divideSlice(unit: usize, length: i32, position: i32): i32 {
  const bytes = unit + 4;
  const size = length - 4;
  source.open(bytes, size);
  if (!recompress) {
    restWriter.mark();
    acWriter.mark();
  }
  const address = recompress ? trySlice(position) : copySlice(position, -1);
  const used = (<i32>source.position + 7) >> 3;
  const spare = (used << 3) - <i32>source.position;
  const whole =
    address >= 0 && used <= size && isZeros(bytes + <usize>used, size - used) && (spare == 0 || source.get(spare) == 0);
  if (!whole) {
    if (!recompress) {
      restWriter.rewind();
      acWriter.rewind();
    }
    return -1;
  }
  if (recordCount > 0) pictureIntra = true;
  keepDcs();
  if (recompress) {
    source.open(bytes, size);
    packSlice(position, address);
  }
  sliceAddress = address;
  return size - used;
}

/** Where a part stands: 0 units, 1 heads, 2 lengths, 3 rest, 4 AC, 5 DC. */
export function mpegPart(part: i32): usize {
  return partOf(part).pointer;
}

export function mpegPartLength(part: i32): i32 {
  return partOf(part).length;
}

function partOf(part: i32): ByteWriter {
  if (part == 0) return units;
  if (part == 1) return heads;
  if (part == 2) return lengths;
  if (part == 3) return rest;
  return part == 4 ? ac : dc;
}

/** What the segment's combination has to start with. */
export function mpegState(): i32 {
  return state;
}

/** The filter factor of the picture after the segment. */
export function mpegFactor(): i32 {
  return factor;
}

/** Bytes of slices carried as they are. */
export function mpegVerbatim(): i32 {
  return verbatim;
}

/** Frees the parts. */
export function mpegClose(): void {
  units.close();
  heads.close();
  lengths.close();
  rest.close();
  ac.close();
  dc.close();
  restPlain.close();
  acPlain.close();
  dcPlain.close();
}
