/** Undoes divider.ts: the video bytes of one segment from the parts of main and slave. Bytes: FORMAT.md 11. */
import { BitCursor } from "../bitstream/bit-cursor";
import { BitWriter } from "../bitstream/bit-writer";
import { ERROR_ARGUMENT, ERROR_SYNTAX, OK } from "../common/status";
import { findStartCode, startCodeAt } from "../mpeg-syntax/start-codes";
import { PICTURE_START, SLICE_FIRST, SLICE_LAST, SLICE_POSITION_MAX } from "../mpeg-syntax/syntax";
import { dcChannel, resetDcChannel } from "./dc-channel";
import { OPTION_PATENT, OPTION_RECOMPRESS, xorFactor } from "./divider";
import { resetContexts } from "./models";
import { clearNeighbours } from "./neighbours";
import { ByteReader } from "./parts";
import { segmentHeaders, setState } from "./segment-state";
import { ADDRESS_MAX, acChannel, clearDcSum, copySlice, dcSum, openWalk, restChannel, unpackSlice } from "./slice";

const units = new ByteReader();
const heads = new ByteReader();
const lengths = new ByteReader();
const ac = new ByteReader();
const restSource = new BitCursor();
const acSource = new BitCursor();
const target = new BitWriter();

let recompress: bool = false;
let patent: bool = false;
let factor: i32 = 0;
let pictureOpen: bool = false;

/**
 * Combines the video bytes of a segment.
 * @param out     u8[length], written
 * @param length  bytes that have to come out
 * @param parts   i32[12]: pointer and length of units, heads, lengths, rest, AC (overwritten) and DC; 64 bytes of zeros behind rest and AC, 8 readable ones before all
 * @param state   what mpegState() was
 * @param filterFactor, options  as the segment was divided with
 * @returns OK; ERROR_ARGUMENT; ERROR_SYNTAX: the parts do not fit each other or the length
 */
export function mpegCombine(out: usize, length: i32, parts: usize, state: i32, filterFactor: i32, options: i32): i32 {
  if (length < 0) return ERROR_ARGUMENT;
  recompress = (options & OPTION_RECOMPRESS) != 0;
  patent = (options & OPTION_PATENT) != 0;
  factor = filterFactor & 255;
  pictureOpen = false;
  setState(state);
  units.open(load<u32>(parts), load<i32>(parts, 4));
  heads.open(load<u32>(parts, 8), load<i32>(parts, 12));
  lengths.open(load<u32>(parts, 16), load<i32>(parts, 20));
  ac.open(load<u32>(parts, 32), load<i32>(parts, 36));
  if (recompress) restChannel.unpacker.open(load<u32>(parts, 24), load<i32>(parts, 28));
  else restSource.open(load<u32>(parts, 24), load<i32>(parts, 28));
  dcChannel.unpacker.open(load<u32>(parts, 40), load<i32>(parts, 44));
  restChannel.source = restSource;
  acChannel.source = acSource;
  restChannel.target = target;
  acChannel.target = target;
  openWalk(true, 0, 0);
  resetContexts();
  resetDcChannel();

  let at = 0;
  let position = 0;
  let address = 0;
  while (units.left() > 0) {
    const gap = <i32>units.takeVarint();
    position += units.takeDelta() + 1;
    address += units.takeDelta();
    const tail = <i32>units.takeVarint();
    if (units.overrun || tail < 0 || position < 1 || position > SLICE_POSITION_MAX) return ERROR_SYNTAX;
    if (address < 0 || address > ADDRESS_MAX || !copyHeads(out, length, at, gap)) return ERROR_SYNTAX;
    at += gap;
    if (!segmentHeaders.pictureKnown || !pictureOpen || length - at < 4) return ERROR_SYNTAX;
    store<u32>(out + <usize>at, bswap<u32>(SLICE_FIRST + <u32>position - 1));
    at += 4;
    target.open(out + <usize>at, length - at);
    const reached = recompress ? unpackSlice(position, address) : copySlice(position, address);
    if (reached != address) return ERROR_SYNTAX;
    target.align();
    if (target.overflow) return ERROR_SYNTAX;
    at += target.byteLength();
    if (tail > length - at) return ERROR_SYNTAX;
    memory.fill(out + <usize>at, 0, tail);
    at += tail;
  }
  const last = heads.left();
  return copyHeads(out, length, at, last) && at + last == length ? OK : ERROR_SYNTAX;
}

/** Bytes that stand between slices, and what their headers say. */
function copyHeads(out: usize, length: i32, at: i32, count: i32): bool {
  const bytes = heads.take(count);
  if (heads.overrun || count > length - at) return false;
  memory.copy(out + <usize>at, bytes, count);
  let unit = findStartCode(bytes, count, 0);
  while (unit < count) {
    const next = findStartCode(bytes, count, unit + 3);
    if (next - unit >= 4) {
      const code = startCodeAt(bytes + <usize>unit);
      if (code < SLICE_FIRST || code > SLICE_LAST) {
        if (code == PICTURE_START) endPicture();
        segmentHeaders.readUnit(bytes + <usize>unit, next - unit);
        if (code == PICTURE_START && !beginPicture()) return false;
      }
    }
    unit = next;
  }
  return true;
}

function beginPicture(): bool {
  const length = <i32>lengths.takeVarint();
  const bytes = ac.take(length);
  if (lengths.overrun || ac.overrun) return false;
  pictureOpen = true;
  clearDcSum();
  clearNeighbours();
  if (patent) xorFactor(bytes, length, factor);
  if (recompress) acChannel.unpacker.open(bytes, length);
  else acSource.open(bytes, length);
  return true;
}

function endPicture(): void {
  if (pictureOpen) factor = dcSum & 255;
  pictureOpen = false;
}
