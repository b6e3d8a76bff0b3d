/**
 * Bilevel TIFF files of one strip, and libtiff's `tiffcp` (Debian: libtiff-tools) as the peer that reads and writes them.
 * 0 bits are white (PhotometricInterpretation 0), the first pixel is the topmost bit (FillOrder 1).
 */
import { convertFile, hasTool } from "./tools.ts";

export const TIFF_UNCOMPRESSED = 1;
export const TIFF_GROUP3 = 3;
export const TIFF_GROUP4 = 4;

const SHORT = 3;
const LONG = 4;
const TAG_STRIP_OFFSETS = 273;
const TAG_STRIP_BYTES = 279;
const TAG_FILL_ORDER = 266;

/** Rows of (widthPixels + 7) >> 3 bytes when uncompressed; else the strip's code. */
export function writeTiff(strip: Uint8Array, widthPixels: number, lines: number, compression: number): Uint8Array {
  const tags: [tag: number, type: number, value: number][] = [
    [256, LONG, widthPixels],
    [257, LONG, lines],
    [258, SHORT, 1], // bits a sample
    [259, SHORT, compression],
    [262, SHORT, 0], // 0 is white
    [TAG_FILL_ORDER, SHORT, 1],
    [TAG_STRIP_OFFSETS, LONG, 0],
    [277, SHORT, 1], // samples a pixel
    [278, LONG, lines],
    [TAG_STRIP_BYTES, LONG, strip.length],
    ...(compression === TIFF_GROUP3 ? [[292, LONG, 0] as [number, number, number]] : []), // one-dimensional, no fill bits
    ...(compression === TIFF_GROUP4 ? [[293, LONG, 0] as [number, number, number]] : []),
  ];
  const stripOffset = 8 + 2 + 12 * tags.length + 4;
  const file = new Uint8Array(stripOffset + strip.length);
  const view = new DataView(file.buffer);
  file.set([0x49, 0x49, 42, 0, 8]); // little-endian, directory at 8
  view.setUint16(8, tags.length, true);
  for (const [index, [tag, type, value]] of tags.entries()) {
    const at = 10 + 12 * index;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, type, true);
    view.setUint32(at + 4, 1, true);
    view.setUint32(at + 8, tag === TAG_STRIP_OFFSETS ? stripOffset : value, true);
  }
  file.set(strip, stripOffset);
  return file;
}

/** The only strip of a little-endian TIFF file as tiffcp writes it here. */
export function readTiffStrip(file: Uint8Array): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (view.getUint32(0, true) !== 0x002a4949) throw new Error("not a little-endian TIFF file");
  const directory = view.getUint32(4, true);
  const values = new Map<number, number>();
  for (let i = 0; i < view.getUint16(directory, true); i++) {
    const at = directory + 2 + 12 * i;
    const type = view.getUint16(at + 2, true);
    if (view.getUint32(at + 4, true) !== 1) continue;
    values.set(view.getUint16(at, true), type === SHORT ? view.getUint16(at + 8, true) : view.getUint32(at + 8, true));
  }
  const offset = values.get(TAG_STRIP_OFFSETS);
  const bytes = values.get(TAG_STRIP_BYTES);
  if (offset === undefined || bytes === undefined) throw new Error("the TIFF file has more than one strip");
  if (values.get(TAG_FILL_ORDER) === 2) throw new Error("the TIFF file has the first pixel in the lowest bit");
  return file.slice(offset, offset + bytes);
}

export const hasTiffcp = (): boolean =>
  hasTool("tiffcp", "-h", "libtiff-tools", "the READ code was NOT held against libtiff");

/** Lets libtiff rewrite a file with another compression ("none", "g3:1d", "g4"), still in one strip. */
export function recompressTiff(file: Uint8Array, compression: string, lines: number): Uint8Array {
  return convertFile(
    "tiffcp",
    file,
    (source, target) => ["-L", "-c", compression, "-f", "msb2lsb", "-r", String(lines), source, target],
    "tif",
  );
}
