/** Finds the first video stream of a program stream (ISO/IEC 11172-1 2.4, 13818-1 2.5). */
import type { Demuxer, RunSink } from "../demuxer.ts";
import { isVideoStream, PES_HEAD_MAX_BYTES, pesHeadBytes, readPesTime } from "./pes.ts";

const PACK = 0xba;
const END = 0xb9;
const SYSTEM = 0xbb;

export class ProgramDemuxer implements Demuxer {
  private stream = -1;
  /** Bytes left of the packet under way. */
  private left = 0;
  private inVideo = false;
  /** Of the video packet whose payload comes next. */
  private time: number | undefined;

  push(bytes: Uint8Array, last: boolean, run: RunSink): number {
    let at = 0;
    while (at < bytes.length) {
      if (this.left > 0) {
        const to = Math.min(bytes.length, at + this.left);
        run(this.inVideo, at, to, this.time);
        this.time = undefined;
        this.left -= to - at;
        at = to;
        continue;
      }
      if (at + PES_HEAD_MAX_BYTES > bytes.length && !last) return at;
      const head = this.headBytes(bytes, at);
      run(false, at, Math.min(bytes.length, at + head));
      at = Math.min(bytes.length, at + head);
    }
    return at;
  }

  /** Bytes that are container whatever follows; sets what does follow. */
  private headBytes(bytes: Uint8Array, at: number): number {
    if (bytes[at] !== 0 || bytes[at + 1] !== 0 || bytes[at + 2] !== 1) {
      const next = bytes.indexOf(0, at + 1);
      return (next < 0 ? bytes.length : next) - at;
    }
    const code = bytes[at + 3] ?? 0;
    if (code === PACK) return (bytes[at + 4] ?? 0) >> 6 === 1 ? 14 + ((bytes[at + 13] ?? 0) & 7) : 12;
    if (code < SYSTEM) return code === END ? 4 : 1;
    const length = ((bytes[at + 4] ?? 0) << 8) | (bytes[at + 5] ?? 0);
    this.inVideo = isVideoStream(code) && (this.stream < 0 || this.stream === code);
    if (!this.inVideo) {
      this.left = length;
      return 6;
    }
    this.stream = code;
    const head = Math.min(pesHeadBytes(bytes, at), 6 + length);
    this.left = 6 + length - head;
    this.time = this.left > 0 ? readPesTime(bytes, at) : undefined;
    return head;
  }
}
