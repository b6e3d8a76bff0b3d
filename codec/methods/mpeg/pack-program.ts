/** A hidden slot of a program stream, its video in packets of its own; all that is no video stays, with the packs' clock references. */
import { concatBytes } from "../../bytes/bytes.ts";
import { isMpeg2Pes, pesBefore, writePesHead } from "../../containers/mpeg-ps/pes.ts";
import type { SlotBytes, VideoPiece } from "./slot-bytes.ts";

/** A packet and its pack have at most the 2048 bytes that players expect. */
const PAYLOAD_MAX_BYTES = 2000;

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
  return concatBytes(...parts, bytes.subarray(done, end));
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
