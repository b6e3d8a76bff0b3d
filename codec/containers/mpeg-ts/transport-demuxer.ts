/** Finds the first MPEG-1 or MPEG-2 video stream of a transport stream (ISO/IEC 13818-1 2.4), by what it carries. */
import type { Demuxer, RunSink } from "../demuxer.ts";
import { isVideoStream, pesHeadBytes, readPesTime } from "../mpeg-ps/pes.ts";
import { PACKET_BYTES, type PacketForm, readPacketHead, SYNC } from "./transport-packets.ts";

/** Start codes that an MPEG-1 or MPEG-2 picture can begin with: sequence, group, picture. */
const OPENING = [0xb3, 0xb8, 0x00];

export class TransportDemuxer implements Demuxer {
  private inVideo = false;
  /** Bytes of a PES head that go on in the next packet. */
  private headLeft = 0;
  /** Of the packet that was looked at last. */
  private time: number | undefined;

  /** @param pid of the video, where it is known: from any place of the file on */
  constructor(
    private readonly form: PacketForm,
    public pid = -1,
  ) {}

  push(bytes: Uint8Array, last: boolean, run: RunSink): number {
    const { bytes: size, lead } = this.form;
    let at = 0;
    while (at + size <= bytes.length) {
      if (bytes[at + lead] === SYNC) {
        const end = at + lead + PACKET_BYTES;
        const video = Math.min(this.videoStart(bytes, at + lead), end);
        run(false, at, video);
        if (video < end) run(true, video, end, this.time);
        if (end < at + size) run(false, end, at + size);
        at += size;
      } else {
        const to = this.nextPacket(bytes, at + 1);
        run(false, at, to);
        at = to;
      }
    }
    if (last && at < bytes.length) run(false, at, bytes.length);
    return last ? bytes.length : at;
  }

  /** Where two packets follow each other, as far as the bytes reach. */
  private nextPacket(bytes: Uint8Array, from: number): number {
    const { bytes: size, lead } = this.form;
    for (let sync = bytes.indexOf(SYNC, from + lead); sync >= 0; sync = bytes.indexOf(SYNC, sync + 1))
      if (sync + size >= bytes.length || bytes[sync + size] === SYNC) return sync - lead;
    return bytes.length - lead;
  }

  /** Where the video in a packet begins; its end where there is none. */
  private videoStart(bytes: Uint8Array, at: number): number {
    this.time = undefined;
    const end = at + PACKET_BYTES;
    const { pid, starts, scrambled, payload } = readPacketHead(bytes, at);
    if (this.pid >= 0 && pid !== this.pid) return end;
    if (scrambled || payload >= end) return end;
    if (starts) {
      const pes = bytes[payload] === 0 && bytes[payload + 1] === 0 && bytes[payload + 2] === 1;
      const video = pes && payload + 9 <= end && isVideoStream(bytes[payload + 3] ?? 0);
      const start = payload + (video ? pesHeadBytes(bytes, payload) : 0);
      if (this.pid < 0 && video && opensPicture(bytes, start, end)) this.pid = pid;
      this.inVideo = video && pid === this.pid;
      this.headLeft = Math.max(0, start - end);
      if (this.inVideo && start < end) this.time = readPesTime(bytes, payload);
      return this.inVideo ? start : end;
    }
    if (!this.inVideo || pid !== this.pid) return end;
    const start = Math.min(end, payload + this.headLeft);
    this.headLeft -= start - payload;
    return start;
  }
}

/** H.264 and HEVC have no such start codes. */
function opensPicture(bytes: Uint8Array, from: number, end: number): boolean {
  let at = from;
  while (at < end && bytes[at] === 0) at++;
  return at >= from + 2 && at + 1 < end && bytes[at] === 1 && OPENING.includes(bytes[at + 1] ?? 0);
}
