/** Where frames begin inside samples of VP9 and AV1. */
import type { Piece } from "./segment-planner.ts";

/** A place from which on bytes may be withheld. */
export interface Mark {
  offset: number;
  room: number;
  kind: "configuration" | "key" | "other" | "sound" | "unknown";
}

/** Of bytes that no structure tells of: so much of so many, since pictures may begin anywhere in them. */
export const UNKNOWN_BYTES = 4;
const UNKNOWN_EVERY_BYTES = 16;

/** Takes a part of everything from `start` to `end`. */
export function markUnknown(start: number, end: number, marks: Mark[]): void {
  for (let offset = start; offset < end; offset += UNKNOWN_EVERY_BYTES)
    marks.push({ offset, room: Math.min(UNKNOWN_BYTES, end - offset), kind: "unknown" });
}

/** Frames of a superframe (VP9 bitstream specification, Annex B), or the one frame. */
export function markVp9(bytes: Uint8Array, { offset, size, key }: Piece, marks: Mark[]): void {
  const end = offset + size;
  const kind = key ? "key" : "other";
  const last = bytes[end - 1] ?? 0;
  const frames = (last & 7) + 1;
  const sizeBytes = ((last >> 3) & 3) + 1;
  const indexBytes = 2 + frames * sizeBytes;
  if (last >> 5 === 6 && size > indexBytes && bytes[end - indexBytes] === last) {
    let at = offset;
    for (let frame = 0; frame < frames; frame++) {
      let length = 0;
      for (let i = sizeBytes - 1; i >= 0; i--)
        length = length * 256 + (bytes[end - indexBytes + 1 + frame * sizeBytes + i] ?? 0);
      const room = Math.min(length, end - indexBytes - at);
      if (room > 0) marks.push({ offset: at, room, kind });
      at += Math.max(0, room);
    }
    return;
  }
  marks.push({ offset, room: size, kind });
}

const SEQUENCE_HEADER = 1;
const FRAMES = new Set([3, 4, 6, 7]); // frame header, tile group, frame, redundant frame header

/** Open bitstream units (AV1 5.3): heads stay, sequence headers and the starts of frames go. */
export function markAv1(bytes: Uint8Array, { offset, size, key }: Piece, marks: Mark[]): void {
  const end = offset + size;
  for (let at = offset; at < end; ) {
    const head = bytes[at] ?? 0;
    const type = (head >> 3) & 15;
    let start = at + 1 + ((head >> 2) & 1);
    let length = end - start;
    if ((head & 2) !== 0) {
      length = 0;
      for (let i = 0; i < 8; i++) {
        const byte = bytes[start++] ?? 0;
        length += (byte & 127) * 2 ** (7 * i);
        if (byte < 128) break;
      }
    }
    const room = Math.min(length, end - start);
    if (room > 0 && type === SEQUENCE_HEADER) marks.push({ offset: start, room, kind: "configuration" });
    else if (room > 0 && FRAMES.has(type)) marks.push({ offset: start, room, kind: key ? "key" : "other" });
    at = start + Math.max(0, room);
  }
}
