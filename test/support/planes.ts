import { below, createRandom } from "./fills.ts";

/** A plane of bits without gaps between rows: 1 bits are black, bits behind the width are zero. */
export interface Plane {
  readonly name: string;
  readonly widthPixels: number;
  readonly lines: number;
  readonly strideBytes: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

type Painter = (x: number, y: number, random: () => number) => boolean;

const PAINTERS: Record<string, Painter> = {
  white: () => false,
  black: () => true,
  noise: (_x, _y, random) => (random() & 1) === 1,
  "rare dots": (_x, _y, random) => below(random, 200) === 0,
  "rare holes": (_x, _y, random) => below(random, 200) !== 0,
  checkerboard: (x, y) => ((x ^ y) & 1) === 1,
  columns: (x) => ((x >> 2) & 1) === 1,
  rows: (_x, y) => (y & 1) === 1,
  "slanted edges": (x, y) => (Math.floor((x + 2 * y) / 11) & 1) === 1,
  "steep edges": (x, y) => (Math.floor((x - 5 * y + 4000) / 37) & 1) === 1,
  discs: (x, y) => (x % 60) ** 2 + ((y * 7) % 60) ** 2 < 1800,
};

export const PLANE_WIDTHS: readonly number[] = [1, 7, 8, 13, 16, 24, 63, 64, 65, 200, 720, 4104, 5200, 7777];

export function paintPlane(name: string, widthPixels: number, lines: number, seed: number): Plane {
  const painter = PAINTERS[name] as Painter;
  const random = createRandom(seed);
  const strideBytes = (widthPixels + 7) >> 3;
  const bytes = new Uint8Array(strideBytes * lines);
  for (let y = 0; y < lines; y++) {
    for (let x = 0; x < widthPixels; x++) {
      if (painter(x, y, random))
        bytes[y * strideBytes + (x >> 3)] = (bytes[y * strideBytes + (x >> 3)] as number) | (0x80 >> (x & 7));
    }
  }
  return { name: `${name} ${widthPixels}x${lines}`, widthPixels, lines, strideBytes, bytes };
}

/** Every painter at every width. */
export function paintPlanes(lines: number, seed: number): Plane[] {
  return Object.keys(PAINTERS).flatMap((name) => PLANE_WIDTHS.map((width) => paintPlane(name, width, lines, seed)));
}

/** A line for each run that has a code, 0..63 and 64, 128 … 2560: white of that length, then black of that length, then white. */
export function paintRuns(): Plane {
  const runs = Array.from({ length: 64 + 40 }, (_, i) => (i < 64 ? i : (i - 63) * 64));
  const strideBytes = 650;
  const bytes = new Uint8Array(strideBytes * runs.length);
  for (const [line, run] of runs.entries()) {
    for (let x = run; x < 2 * run; x++) {
      const at = line * strideBytes + (x >> 3);
      bytes[at] = (bytes[at] as number) | (0x80 >> (x & 7));
    }
  }
  return { name: "every run", widthPixels: 8 * strideBytes, lines: runs.length, strideBytes, bytes };
}

/** The plane with a white line put above it. */
export function belowWhite(plane: Plane): Plane {
  const bytes = new Uint8Array(plane.bytes.length + plane.strideBytes);
  bytes.set(plane.bytes, plane.strideBytes);
  return { ...plane, name: `white above ${plane.name}`, lines: plane.lines + 1, bytes };
}

export function lineOf(plane: Plane, line: number): Plane {
  const bytes = plane.bytes.slice(line * plane.strideBytes, (line + 1) * plane.strideBytes);
  return { ...plane, name: `line ${line} of ${plane.name}`, lines: 1, bytes };
}

// ---- Bits as text of 0 and 1 ----

export function toBits(bytes: Uint8Array, count = bytes.length * 8): string {
  return Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0"))
    .join("")
    .slice(0, count);
}

/** The last byte is filled with zero bits. */
export function fromBits(bits: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: Math.ceil(bits.length / 8) }, (_, i) =>
    Number.parseInt(bits.slice(8 * i, 8 * i + 8).padEnd(8, "0"), 2),
  );
}
