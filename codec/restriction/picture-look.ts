/** Looks for codes in one picture: a kernel says where, at three sizes, and the reader reads there. */
import type { Kernels } from "../wasm/load-kernels.ts";
import { type CodeReader, type FoundCode, type GrayPicture, grayPicture } from "./code-reader.ts";

/** 8-bit luma in the kernels' memory. */
export interface LumaPlane {
  pointer: number;
  /** Bytes from row to row. */
  stride: number;
  width: number;
  height: number;
}

/** Edges in pixels. */
export type Box = Pick<FoundCode, "left" | "top" | "right" | "bottom">;

/** Each size is a quarter of the one before, a sixteenth of its samples. */
const SIZES = 3;
/** Rows of the picture itself that are looked at: every second; of the smaller ones all. */
const ROW_STEPS = [2, 1, 1] as const;
const FINDERS_MAX = 256;
const FINDER_MODULES = 7;
/** Middles of finder patterns of a code that a mark may have: 21 to about 70 modules, straight or across. */
const [APART_MIN_MODULES, APART_MAX_MODULES] = [10, 95];
/** From a finder pattern's middle to the code's edge, and the quiet zone. */
const AROUND_MODULES = 9;
/** More places than that, and the picture is read whole. */
const PLACES_MAX = 6;
/** Shorter side of a picture that is read whole. */
const WHOLE_PIXELS = 600;

interface Finder {
  x: number;
  y: number;
  modulePixels: number;
}

/** Looks at pictures of one kernel instance; `close` gives the memory back. */
export class PictureLook {
  private readonly out: number;
  private smaller: LumaPlane[] = [];
  private scratch = 0;
  private sizedFor = "";

  constructor(
    private readonly kernels: Kernels,
    private readonly read: CodeReader,
  ) {
    this.out = kernels.memory.allocate(12 * FINDERS_MAX);
  }

  close(): void {
    this.releasePlanes();
    this.kernels.memory.release(this.out);
  }

  /**
   * The codes in a picture.
   *
   * @param known   where codes were that may still be there, and their texts
   * @param isWhole reads all of it besides, at a smaller size: for codes that the kernel does not see
   */
  async codesIn(plane: LumaPlane, known: readonly FoundCode[], isWhole: boolean): Promise<FoundCode[]> {
    const sizes = [plane, ...this.shrink(plane)];
    const found: FoundCode[] = [];
    const note = (codes: FoundCode[]): void => {
      for (const code of codes) if (!found.some((one) => isSame(one, code))) found.push(code);
    };
    for (let size = sizes.length - 1; size >= 0; size--) {
      const at = sizes[size] as LumaPlane;
      const factor = 4 ** size;
      for (const place of this.placesIn(at, ROW_STEPS[size] as number)) {
        if (found.some((code) => isInside(scaled(code, 1 / factor), place))) continue;
        note((await this.readTwice(at, place)).map((code) => ({ text: code.text, ...scaled(code, factor) })));
      }
    }
    for (const code of known) {
      if (found.some(({ text }) => text === code.text)) continue;
      const margin = 0.3 * (code.right - code.left);
      note(await this.readTwice(plane, clipped(grown(code, margin), plane)));
    }
    if (isWhole) note(await this.readWhole(plane));
    return found;
  }

  /** A picture that is still too large is halved until it is not. */
  private async readWhole(plane: LumaPlane): Promise<FoundCode[]> {
    const shorter = Math.min(plane.width, plane.height);
    const halvings = Math.max(0, Math.ceil(Math.log2(shorter / WHOLE_PIXELS)));
    return this.readPlace(plane, { left: 0, top: 0, right: plane.width, bottom: plane.height }, halvings);
  }

  /** As it is, and where nothing is read there, at half the size: what was enlarged is blurred. */
  private async readTwice(plane: LumaPlane, place: Box): Promise<FoundCode[]> {
    const codes = await this.readPlace(plane, place, 0);
    return codes.length > 0 ? codes : this.readPlace(plane, place, 1);
  }

  private async readPlace(plane: LumaPlane, place: Box, halvings: number): Promise<FoundCode[]> {
    const gray = this.grayOf(plane, place, halvings);
    const codes = await this.read(gray);
    const factor = 2 ** halvings;
    return codes.map((code) => {
      const box = scaled(code, factor);
      return {
        text: code.text,
        left: box.left + place.left,
        right: box.right + place.left,
        top: box.top + place.top,
        bottom: box.bottom + place.top,
      };
    });
  }

  private grayOf(plane: LumaPlane, place: Box, halvings: number): GrayPicture {
    const { memory, raw } = this.kernels;
    return memory.withAllocations((scope) => {
      let at: LumaPlane = {
        pointer: plane.pointer + place.top * plane.stride + place.left,
        stride: plane.stride,
        width: place.right - place.left,
        height: place.bottom - place.top,
      };
      for (let i = 0; i < halvings && at.width >= 2 && at.height >= 2; i++) {
        const [width, height] = [at.width >> 1, at.height >> 1];
        const half = { pointer: scope.allocate(width * height), stride: width, width, height };
        raw.halvePlane(half.pointer, half.stride, at.pointer, at.stride, at.width, at.height);
        at = half;
      }
      const gray = grayPicture(at.width, at.height);
      for (let y = 0; y < at.height; y++)
        gray.samples.set(memory.bytes(at.pointer + y * at.stride, at.width), y * at.width);
      return gray;
    });
  }

  /** Where finder patterns stand together as those of a code do. */
  private placesIn(plane: LumaPlane, step: number): Box[] {
    const { memory, raw } = this.kernels;
    const count = raw.findFinders(this.out, FINDERS_MAX, plane.pointer, plane.stride, plane.width, plane.height, step);
    const numbers = new Int32Array(memory.copy(this.out, 12 * count).buffer);
    const finders = Array.from({ length: count }, (_, i): Finder => {
      const [x = 0, y = 0, width = 0] = numbers.subarray(3 * i, 3 * i + 3);
      return { x: x / 2, y: y / 2, modulePixels: width / FINDER_MODULES };
    });
    const places = clustersOf(finders).map((cluster) => clipped(placeOf(cluster), plane));
    const whole = { left: 0, top: 0, right: plane.width, bottom: plane.height };
    return count === FINDERS_MAX || places.length > PLACES_MAX ? [whole] : places;
  }

  /** The picture at a quarter and a sixteenth of its size, where something is left of it. */
  private shrink(plane: LumaPlane): LumaPlane[] {
    const { raw } = this.kernels;
    this.allocatePlanes(plane);
    let from = plane;
    for (const small of this.smaller) {
      const half = { pointer: this.scratch, stride: from.width >> 1 };
      raw.halvePlane(half.pointer, half.stride, from.pointer, from.stride, from.width, from.height);
      raw.halvePlane(small.pointer, small.stride, half.pointer, half.stride, from.width >> 1, from.height >> 1);
      from = small;
    }
    return this.smaller;
  }

  private allocatePlanes({ width, height }: LumaPlane): void {
    const { memory } = this.kernels;
    if (this.sizedFor === `${width}x${height}`) return;
    this.releasePlanes();
    this.scratch = memory.allocate(Math.max(1, (width >> 1) * (height >> 1)));
    for (let size = 1; size < SIZES; size++) {
      const [columns, rows] = [width >> (2 * size), height >> (2 * size)];
      // A code of 21 modules with its quiet zone, a sample each.
      if (Math.min(columns, rows) < 29) break;
      this.smaller.push({ pointer: memory.allocate(columns * rows), stride: columns, width: columns, height: rows });
    }
    this.sizedFor = `${width}x${height}`;
  }

  private releasePlanes(): void {
    const { memory } = this.kernels;
    for (const { pointer } of this.smaller) memory.release(pointer);
    if (this.scratch !== 0) memory.release(this.scratch);
    this.smaller = [];
    this.scratch = 0;
    this.sizedFor = "";
  }
}

/** Groups in which each finder pattern has a neighbour of its size, a code's side away; alone it is none. */
function clustersOf(finders: readonly Finder[]): Finder[][] {
  const left = new Set(finders);
  const clusters: Finder[][] = [];
  for (const first of finders) {
    if (!left.delete(first)) continue;
    const cluster = [first];
    for (const one of cluster)
      for (const other of left)
        if (belongTogether(one, other)) {
          left.delete(other);
          cluster.push(other);
        }
    if (cluster.length > 1) clusters.push(cluster);
  }
  return clusters;
}

function belongTogether(a: Finder, b: Finder): boolean {
  const [small, large] = [Math.min(a.modulePixels, b.modulePixels), Math.max(a.modulePixels, b.modulePixels)];
  if (large > 1.6 * small) return false;
  const apart = Math.hypot(a.x - b.x, a.y - b.y) / ((small + large) / 2);
  return apart >= APART_MIN_MODULES && apart <= APART_MAX_MODULES;
}

/** Where the code of a group of finder patterns may reach; of two patterns the third may stand on either side. */
function placeOf(cluster: readonly Finder[]): Box {
  const xs = cluster.map(({ x }) => x);
  const ys = cluster.map(({ y }) => y);
  const box = { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
  const extent = Math.max(box.right - box.left, box.bottom - box.top);
  const modulePixels = Math.max(...cluster.map((finder) => finder.modulePixels));
  return grown(box, AROUND_MODULES * modulePixels + extent * (cluster.length > 2 ? 0.3 : 1));
}

const grown = ({ left, top, right, bottom }: Box, by: number): Box => ({
  left: left - by,
  top: top - by,
  right: right + by,
  bottom: bottom + by,
});

const scaled = ({ left, top, right, bottom }: Box, by: number): Box => ({
  left: left * by,
  top: top * by,
  right: right * by,
  bottom: bottom * by,
});

/** In whole pixels of the plane, at least one. */
function clipped({ left, top, right, bottom }: Box, { width, height }: LumaPlane): Box {
  const [x, y] = [clamp(Math.floor(left), width - 1), clamp(Math.floor(top), height - 1)];
  return {
    left: x,
    top: y,
    right: Math.max(x + 1, clamp(Math.ceil(right), width)),
    bottom: Math.max(y + 1, clamp(Math.ceil(bottom), height)),
  };
}

const clamp = (value: number, most: number): number => Math.max(0, Math.min(most, value));

function isSame(a: FoundCode, b: FoundCode): boolean {
  const reach = (a.right - a.left) / 2;
  return a.text === b.text && Math.abs(a.left - b.left) < reach && Math.abs(a.top - b.top) < reach;
}

const isInside = (code: Box, place: Box): boolean =>
  code.left >= place.left && code.top >= place.top && code.right <= place.right && code.bottom <= place.bottom;
