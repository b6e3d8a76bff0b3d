/** A hidden slot of a program stream, its video in packets of its own; all that is no video stays, with the packs' clock references. */
import { concatBytes } from "../../bytes/bytes.ts";
import { clockStep, isMpeg2Pes, pesBefore, readTimeStamp, writePesHead } from "../../containers/mpeg-ps/pes.ts";
import type { SlotBytes, VideoPiece } from "./slot-bytes.ts";
import { codeAt } from "./video-packets.ts";

/** A packet and its pack have at most the 2048 bytes that players expect. */
const PAYLOAD_MAX_BYTES = 2000;

const PACK = 0xba;
/** program_mux_rate counts these a second, in 22 bits. */
const RATE_BYTES = 50;
const RATE_MAX = (1 << 22) - 1;

/** @returns what stands in the slot's place */
export function packProgram({ bytes, start, end, runs, isChanged, piecesIn }: SlotBytes): Uint8Array {
  const parts: Uint8Array[] = [];
  let done = start;
  for (const { from, to, offset } of runs) {
    const next = offset + to - from;
    const head = pesBefore(bytes, from);
    if (from < start || from >= end || head === undefined || !isChanged(offset, next)) continue;
    parts.push(bytes.subarray(done, head));
    for (const piece of piecesIn(offset, next))
      parts.push(...packetsOf(piece, bytes[head + 3] ?? 0, isMpeg2Pes(bytes, head)));
    done = to;
  }
  const packed = concatBytes(...parts, bytes.subarray(done, end));
  raiseRates(packed);
  return packed;
}

/** Where more bytes come between two clock references than the rate allows that the pack tells, it is told as it is. */
function raiseRates(bytes: Uint8Array): void {
  const packs: number[] = [];
  for (let one = bytes.indexOf(1, 2); one >= 0; one = bytes.indexOf(1, one + 1))
    if (codeAt(bytes, one - 2) === PACK) packs.push(one - 2);
  packs.slice(0, -1).forEach((at, i) => {
    const next = packs[i + 1] as number;
    const mpeg2 = (bytes[at + 4] ?? 0) >> 6 === 1;
    const seconds = clockStep(clockOf(bytes, next) - clockOf(bytes, at)) / 90_000;
    if (seconds <= 0) return;
    const needed = Math.min(RATE_MAX, Math.ceil((next - at) / seconds / RATE_BYTES));
    const place = at + (mpeg2 ? 10 : 9);
    const [a = 0, b = 0, c = 0] = bytes.subarray(place, place + 3);
    const told = mpeg2 ? (a << 14) | (b << 6) | (c >> 2) : ((a & 0x7f) << 15) | (b << 7) | (c >> 1);
    if (needed <= told) return;
    const rate = mpeg2
      ? [needed >> 14, (needed >> 6) & 255, ((needed & 63) << 2) | 3]
      : [0x80 | (needed >> 15), (needed >> 7) & 255, ((needed & 127) << 1) | 1];
    bytes.set(rate, place);
  });
}

/** system_clock_reference, in 90 kHz. @param at of a pack */
function clockOf(bytes: Uint8Array, at: number): number {
  if ((bytes[at + 4] ?? 0) >> 6 !== 1) return readTimeStamp(bytes, at + 4);
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = bytes.subarray(at + 4, at + 9);
  const high = (a >> 3) & 7;
  const middle = ((a & 3) << 13) | (b << 5) | (c >> 3);
  const low = ((c & 3) << 13) | (d << 5) | (e >> 3);
  return high * 2 ** 30 + middle * 2 ** 15 + low;
}

function packetsOf({ bytes, times }: VideoPiece, stream: number, mpeg2: boolean): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += PAYLOAD_MAX_BYTES) {
    const payload = bytes.subarray(at, at + PAYLOAD_MAX_BYTES);
    const own = at === 0 ? times : { shown: undefined, decoded: undefined };
    parts.push(writePesHead(stream, payload.length, own, mpeg2), payload);
  }
  return parts;
}
