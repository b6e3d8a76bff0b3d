/**
 * Boxes of ISO/IEC 14496-12 (MP4, QuickTime). A reader of our own: mp4box.js 2.4.1, whose source was read for it, fills one entry a sample before anything
 * can be checked (a damaged `stsz` with a constant size claims 2^32 of them), and holds an object a sample; here tables stay bytes.
 */
import { viewOf } from "../../bytes/bytes.ts";
import type { WindowReader } from "../../bytes/window-reader.ts";

/** A box inside bytes that are at hand; `start`, `body` and `end` are positions in them. */
export interface Box {
  type: string;
  start: number;
  body: number;
  end: number;
}

/**
 * The head of a box (ISO/IEC 14496-12, 4.2).
 *
 * @param head bytes from its start on: 16, or as many as there are
 * @param at   where it stands
 * @param end  of what it stands in: a box without a size reaches so far
 * @returns undefined where no box can begin; one that is cut or damaged may claim to go on behind `end`
 */
export function readBox(head: Uint8Array, at: number, end: number): Box | undefined {
  if (head.length < 8) return undefined;
  const view = viewOf(head);
  let size = view.getUint32(0);
  let body = at + 8;
  if (size === 1) {
    if (head.length < 16) return undefined;
    size = Number(view.getBigUint64(8));
    body = at + 16;
  } else if (size === 0) size = end - at;
  return size < body - at ? undefined : { type: typeAt(head, 4), start: at, body, end: at + size };
}

const typeAt = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));

/** The boxes from `start` to `end`, as far as they make sense. */
export function childBoxes(bytes: Uint8Array, start: number, end: number): Box[] {
  const boxes: Box[] = [];
  for (let at = start; at + 8 <= end; ) {
    const box = readBox(bytes.subarray(at, Math.min(at + 16, end)), at, end);
    if (box === undefined || box.end > end) break;
    boxes.push(box);
    at = box.end;
  }
  return boxes;
}

export const childBox = (bytes: Uint8Array, parent: Box | undefined, type: string): Box | undefined =>
  parent && childBoxes(bytes, parent.body, parent.end).find((box) => box.type === type);

/** Follows the types down; undefined where one is missing. */
export function boxAt(bytes: Uint8Array, parent: Box | undefined, ...types: string[]): Box | undefined {
  return types.reduce<Box | undefined>((box, type) => childBox(bytes, box, type), parent);
}

/** What the boxes of a file itself are named, as far as one is looked for behind damage. */
const TOP_TYPES = new Set("ftyp styp moov moof mdat sidx ssix prft emsg mfra free skip wide uuid".split(" "));
const SCAN_BYTES = 64 << 10;

/**
 * The boxes of the file itself: heads only. Behind bytes that are none it goes on at the next box; those bytes belong to no box.
 */
export async function* topBoxes(reader: WindowReader, from = 0): AsyncGenerator<Box> {
  for (let at = from; at + 8 <= reader.size; ) {
    const box = boxFrom(await reader.read(at, 16), at, reader.size);
    if (box === undefined) {
      at = await nextBox(reader, at + 1);
      continue;
    }
    yield box;
    at = box.end;
  }
}

/** A last box that claims more than there is (a cut file, a wrong mdat) is taken as far as it goes. */
function boxFrom(head: Uint8Array, at: number, fileBytes: number): Box | undefined {
  const box = readBox(head, at, fileBytes);
  if (box === undefined) return undefined;
  const isTold = TOP_TYPES.has(box.type) || (box.end <= fileBytes && /^[\x20-\x7e\xa9]{4}$/.test(box.type));
  return isTold ? { ...box, end: Math.min(box.end, fileBytes) } : undefined;
}

/** Where the next box of a known type that fits into the file begins; the file's end where there is none. */
async function nextBox(reader: WindowReader, from: number): Promise<number> {
  for (let at = from; at + 8 <= reader.size; at += SCAN_BYTES) {
    const bytes = (await reader.read(at, SCAN_BYTES + 15)).slice();
    const view = viewOf(bytes);
    for (let i = 0; i < SCAN_BYTES && i + 8 <= bytes.length; i++) {
      if (!TOP_TYPES.has(typeAt(bytes, i + 4))) continue;
      const size = view.getUint32(i);
      if (size === 1 || (size >= 8 && at + i + size <= reader.size)) return at + i;
    }
  }
  return reader.size;
}

/** A table of fixed rows inside a full box: bounds are kept by `rows`, which no count in the file can raise. */
export class BoxTable {
  readonly rows: number;
  private readonly view: DataView;

  /**
   * @param headBytes before the rows: version, flags, own fields and the count
   * @param countAt   where the u32 count stands, from the box's body on
   */
  constructor(
    bytes: Uint8Array,
    box: Box | undefined,
    headBytes: number,
    countAt: number,
    private readonly rowBytes: number,
  ) {
    const room = box === undefined ? 0 : box.end - box.body;
    this.view = viewOf(box === undefined ? bytes.subarray(0, 0) : bytes.subarray(box.body, box.end));
    this.rows =
      room < headBytes ? 0 : Math.min(this.view.getUint32(countAt), Math.floor((room - headBytes) / rowBytes));
    this.headBytes = headBytes;
  }

  private readonly headBytes: number;

  u32(row: number, column = 0): number {
    return this.view.getUint32(this.headBytes + row * this.rowBytes + column * 4);
  }

  i32(row: number, column = 0): number {
    return this.view.getInt32(this.headBytes + row * this.rowBytes + column * 4);
  }

  u64(row: number): number {
    return Number(this.view.getBigUint64(this.headBytes + row * this.rowBytes));
  }
}
