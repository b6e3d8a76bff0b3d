/** The inside of a Matroska block (RFC 9559 10): its head and, with lacing, the sizes of its frames. */

import { viewOf } from "../../bytes/bytes.ts";
import { readElement, readNumber } from "./ebml.ts";

export interface BlockFrames {
  track: number;
  /** Since the cluster's time, in its units. */
  time: number;
  key: boolean;
  headBytes: number;
  sizes: number[];
}

/**
 * @param head  the block's start, as much as is needed for its head
 * @param bytes the whole block
 */
export function blockFrames(head: Uint8Array, bytes: number): BlockFrames | undefined {
  const track = readNumber(head, 0);
  if (track === undefined || track.length + 3 > head.length) return undefined;
  const flags = head[track.length + 2] ?? 0;
  const block = { track: track.value, time: viewOf(head).getInt16(track.length), key: (flags & 0x80) !== 0 };
  const at = track.length + 3;
  const lacing = (flags >> 1) & 3;
  if (lacing === 0) return { ...block, headBytes: at, sizes: [bytes - at] };
  const count = (head[at] ?? 0) + 1;
  const laced = [xiphSizes, fixedSizes, ebmlSizes][lacing - 1]?.(head, at + 1, count, bytes);
  // A table that makes no sense: the block as a whole.
  return { ...block, headBytes: laced?.at ?? at, sizes: laced?.sizes ?? [bytes - at] };
}

interface Laced {
  at: number;
  sizes: number[];
}

/** The last frame takes the rest. */
function closed(at: number, sizes: number[], bytes: number): Laced | undefined {
  const rest = bytes - at - sizes.reduce((sum, size) => sum + size, 0);
  return rest < 0 || sizes.some((size) => size < 0) ? undefined : { at, sizes: [...sizes, rest] };
}

function xiphSizes(head: Uint8Array, start: number, count: number, bytes: number): Laced | undefined {
  const sizes: number[] = [];
  let at = start;
  while (sizes.length < count - 1) {
    let size = 0;
    let byte: number | undefined;
    do {
      byte = head[at++];
      if (byte === undefined) return undefined;
      size += byte;
    } while (byte === 255);
    sizes.push(size);
  }
  return closed(at, sizes, bytes);
}

function fixedSizes(_head: Uint8Array, at: number, count: number, bytes: number): Laced | undefined {
  const size = (bytes - at) / count;
  return Number.isInteger(size) && size >= 0 ? { at, sizes: new Array<number>(count).fill(size) } : undefined;
}

/** The first size as it is, the others as signed differences. */
function ebmlSizes(head: Uint8Array, start: number, count: number, bytes: number): Laced | undefined {
  const sizes: number[] = [];
  let at = start;
  while (sizes.length < count - 1) {
    const number = readNumber(head, at);
    if (number === undefined) return undefined;
    at += number.length;
    const before = sizes.at(-1);
    sizes.push(before === undefined ? number.value : before + number.value - (2 ** (7 * number.length - 1) - 1));
  }
  return closed(at, sizes, bytes);
}

const SIMPLE_BLOCK = 0xa3;
const BLOCK_GROUP = 0xa0;
const BLOCK = 0xa1;

/**
 * Where a block of pictures begins inside of another one that ends where it does.
 *
 * @param end    the outer block's
 * @param tracks with pictures
 * @returns `end` where there is none
 */
export function innerBlock(bytes: Uint8Array, start: number, end: number, tracks: ReadonlySet<number>): number {
  const part = bytes.subarray(start, end);
  for (const id of [SIMPLE_BLOCK, BLOCK_GROUP])
    for (let at = part.indexOf(id, 1); at >= 0; at = part.indexOf(id, at + 1)) {
      const element = readElement(part, at);
      if (element?.size === undefined || at + element.headBytes + element.size !== part.length) continue;
      const block = id === BLOCK_GROUP ? readElement(part, at + element.headBytes) : undefined;
      if (id === BLOCK_GROUP && block?.id !== BLOCK) continue;
      const track = readNumber(part, at + element.headBytes + (block?.headBytes ?? 0));
      if (track !== undefined && tracks.has(track.value)) return start + at;
    }
  return end;
}
