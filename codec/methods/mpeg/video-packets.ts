/** Where packets of the video begin in a file. */
import type { MpegContainer } from "../../containers/demuxer.ts";
import { PES_HEAD_MAX_BYTES } from "../../containers/mpeg-ps/pes.ts";
import {
  isTransportForm,
  PACKET_BYTES,
  packetFormIn,
  readPacketHead,
  SYNC,
} from "../../containers/mpeg-ts/transport-packets.ts";

const PACK = 0xba;
const SYSTEM = 0xbb;
/** A pack's head, and a system header behind it. */
const PACK_HEAD_MAX_BYTES = 32 + PES_HEAD_MAX_BYTES;

/**
 * Where the packet begins whose PES head stands at `head`: of a transport stream with what goes before its sync byte, of a program stream
 * the pack's head before it, if nothing stands between.
 */
export function packetStart(bytes: Uint8Array, head: number, container: MpegContainer): number {
  if (isTransportForm(container)) {
    for (let at = head - 4; at >= Math.max(0, head - PACKET_BYTES); at--)
      if (bytes[at] === SYNC && readPacketHead(bytes, at).starts && readPacketHead(bytes, at).payload === head)
        return at - packetFormIn(container).lead;
    return head;
  }
  for (let at = head - 12; at >= Math.max(0, head - PACK_HEAD_MAX_BYTES); at--) {
    if (codeAt(bytes, at) !== PACK) continue;
    const behind = at + packHeadBytes(bytes, at);
    const isNext = behind === head || (codeAt(bytes, behind) === SYSTEM && behind + pesBytes(bytes, behind) === head);
    if (isNext) return at;
  }
  return head;
}

/** The code behind a start code's first three bytes; -1 where none stands. */
export const codeAt = (bytes: Uint8Array, at: number): number =>
  bytes[at] === 0 && bytes[at + 1] === 0 && bytes[at + 2] === 1 ? (bytes[at + 3] ?? -1) : -1;

/** Bytes of the head of a pack, of MPEG-1 or MPEG-2. */
export const packHeadBytes = (bytes: Uint8Array, at: number): number =>
  (bytes[at + 4] ?? 0) >> 6 === 1 ? 14 + ((bytes[at + 13] ?? 0) & 7) : 12;

/** Bytes of a packet that has its length behind its code. */
export const pesBytes = (bytes: Uint8Array, at: number): number =>
  6 + (((bytes[at + 4] ?? 0) << 8) | (bytes[at + 5] ?? 0));
