/** Sizes, counts and durations of a file's headers, found by the file's own structure and set to what they are not. */
import { crc32 } from "node:zlib";
import { below } from "./fills.ts";

/** Where a number stands, and in how many bytes. */
interface Place {
  at: number;
  bytes: 1 | 2 | 4 | 8;
  isLittle?: boolean;
}

const u32s = (from: number, to: number, isLittle = false): Place[] =>
  Array.from({ length: Math.max(0, Math.floor((to - from) / 4)) }, (_, i) => ({
    at: from + i * 4,
    bytes: 4,
    isLittle,
  }));
const everyByte = (from: number, to: number): Place[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => ({
    at: from + i,
    bytes: to - from - i >= 4 ? (([1, 2, 4] as const)[i % 3] ?? 1) : 1,
  }));

const BOXES = new Set(["moov", "trak", "mdia", "minf", "stbl", "edts", "mvex", "moof", "traf", "dinf", "udta"]);

function boxPlaces(file: Buffer, from: number, to: number): Place[] {
  const places: Place[] = [];
  for (let at = from; at + 8 <= to; ) {
    const end = Math.min(to, at + Math.max(8, file.readUInt32BE(at)));
    const type = file.toString("latin1", at + 4, at + 8);
    places.push({ at, bytes: 4 });
    if (BOXES.has(type)) places.push(...boxPlaces(file, at + 8, end));
    else if (type !== "mdat") places.push(...u32s(at + 8, Math.min(end, at + 120)), { at: at + 8, bytes: 8 });
    at = end;
  }
  return places;
}

function pngPlaces(file: Buffer): Place[] {
  const places: Place[] = [];
  for (let at = 8; at + 12 <= file.length; at += 12 + file.readUInt32BE(at)) {
    places.push({ at, bytes: 4 });
    if (file.toString("latin1", at + 4, at + 8) === "IHDR") places.push(...everyByte(at + 8, at + 21));
  }
  return places;
}

function jpegPlaces(file: Buffer): Place[] {
  const places: Place[] = [];
  for (let at = 2; at + 4 <= file.length; at++) {
    const marker = file[at + 1] ?? 0;
    if (file[at] !== 0xff || marker < 0xc0 || (marker >= 0xd0 && marker <= 0xd9) || marker === 0xff) continue;
    const end = at + 2 + file.readUInt16BE(at + 2);
    places.push({ at: at + 2, bytes: 2 }, ...everyByte(at + 4, Math.min(end, at + 40)));
    at = end - 1;
  }
  return places;
}

/** In headers of a main or slave, and in its trailer, numbers of CBOR may stand anywhere. */
function cmixPlaces(file: Buffer): Place[] {
  const [start, trailer] = [16 + file.readUInt32BE(12), file.length - file.readUInt32BE(file.length - 12)];
  return [
    ...u32s(8, 16),
    ...everyByte(16, start),
    ...u32s(start, Math.min(trailer, start + 400)),
    ...everyByte(trailer, file.length),
  ];
}

const KINDS = {
  iso: (file: Buffer) => boxPlaces(file, 0, file.length),
  webm: (file: Buffer) => everyByte(0, Math.min(file.length, 400)),
  png: pngPlaces,
  jpeg: jpegPlaces,
  bmp: () => [...u32s(2, 54, true), { at: 28, bytes: 2, isLittle: true } as const],
  cmix: cmixPlaces,
} as const;

export type FileKind = keyof typeof KINDS;

/** Sets one to three numbers of a copy of `file`; checksums of PNG's chunks are made right again. */
export function spoilNumbers(kind: FileKind, file: Uint8Array, random: () => number): Buffer {
  const bytes = Buffer.from(file);
  const places = KINDS[kind](bytes);
  for (let count = 1 + below(random, 3); count > 0; count--) {
    const place = places[below(random, places.length)];
    if (place !== undefined && place.at + place.bytes <= bytes.length) write(bytes, place, random);
  }
  if (kind === "png") fixChecksums(bytes);
  return bytes;
}

function write(bytes: Buffer, { at, bytes: width, isLittle = false }: Place, random: () => number): void {
  const number = Buffer.alloc(8);
  const now = bytes.subarray(at, at + width);
  const before = isLittle ? now.readUIntLE(0, Math.min(width, 6)) : now.readUIntBE(0, Math.min(width, 6));
  const values = [0, 1, 2, 255, 0x7fff, 0xffff, 0x10000, 0xffffff, 0x7fffffff, 0x80000000, 0xffffffff, 1e6, 3e9];
  const near = [
    before + 1,
    Math.max(0, before - 1),
    before * 2,
    before * 256,
    bytes.length,
    bytes.length - at,
    random(),
  ];
  const all = [...values, ...near];
  number.writeUIntBE((all[below(random, all.length)] ?? 0) % 2 ** 48, 2, 6);
  const value = width === 8 && below(random, 2) === 0 ? Buffer.alloc(8, 255) : number.subarray(8 - width);
  now.set(isLittle ? Buffer.from(value).reverse() : value);
}

function fixChecksums(file: Buffer): void {
  for (let at = 8; at + 12 <= file.length; ) {
    const end = at + 8 + file.readUInt32BE(at);
    if (end + 4 > file.length) return;
    file.writeUInt32BE(crc32(file.subarray(at + 4, end)), end);
    at = end + 4;
  }
}
