/**
 * Which bytes of a file are MPEG-1 or MPEG-2 video: elementary streams, program streams (ISO/IEC 11172-1, 13818-1 2.5) and transport streams
 * (13818-1 2.4). The first such stream is taken; everything else is container. Garbage is container too: nothing here throws, and a wrong answer costs size,
 * never exactness.
 */

/** `es` elementary, `ps` program, `ts` transport, `m2ts` transport with four bytes before each packet. */
export type MpegContainer = "es" | "ps" | "ts" | "m2ts";

/** Told of every byte in order: `video` or not, from `from` to `to` of the bytes that were pushed. */
export type RunSink = (video: boolean, from: number, to: number) => void;

export interface Demuxer {
  /**
   * @param last no bytes follow these
   * @returns bytes dealt with; the others are to come again, with more behind them
   */
  push(bytes: Uint8Array, last: boolean, run: RunSink): number;
}

export function createDemuxer(container: MpegContainer): Demuxer {
  if (container === "es") return new ElementaryDemuxer();
  return container === "ps" ? new ProgramDemuxer() : new TransportDemuxer(container === "ts" ? 0 : 4);
}

class ElementaryDemuxer implements Demuxer {
  push(bytes: Uint8Array, _last: boolean, run: RunSink): number {
    run(true, 0, bytes.length);
    return bytes.length;
  }
}

const PACK = 0xba;
const END = 0xb9;
const SYSTEM = 0xbb;
const isVideoStream = (code: number): boolean => code >= 0xe0 && code <= 0xef;
/** Longest head of a PES packet, and of a pack. */
const HEAD_MAX_BYTES = 6 + 3 + 255;

/** Bytes of a PES packet before its payload. */
function pesHeadBytes(bytes: Uint8Array, at: number): number {
  let i = at + 6;
  if (((bytes[i] ?? 0) & 0xc0) === 0x80) return 9 + (bytes[at + 8] ?? 0);
  while (bytes[i] === 0xff && i < at + 22) i++;
  if (((bytes[i] ?? 0) & 0xc0) === 0x40) i += 2;
  const mark = (bytes[i] ?? 0) >> 4;
  return i + (mark === 2 ? 5 : mark === 3 ? 10 : 1) - at;
}

class ProgramDemuxer implements Demuxer {
  private stream = -1;
  /** Bytes left of the packet under way. */
  private left = 0;
  private inVideo = false;

  push(bytes: Uint8Array, last: boolean, run: RunSink): number {
    let at = 0;
    while (at < bytes.length) {
      if (this.left > 0) {
        const to = Math.min(bytes.length, at + this.left);
        run(this.inVideo, at, to);
        this.left -= to - at;
        at = to;
        continue;
      }
      if (at + HEAD_MAX_BYTES > bytes.length && !last) return at;
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
    return head;
  }
}

const PACKET_BYTES = 188;
const SYNC = 0x47;
/** Start codes that an MPEG-1 or MPEG-2 picture can begin with: sequence, group, picture. */
const OPENING = [0xb3, 0xb8, 0x00];

class TransportDemuxer implements Demuxer {
  private pid = -1;
  private inVideo = false;
  /** Bytes of a PES head that go on in the next packet. */
  private headLeft = 0;

  constructor(private readonly prefix: number) {}

  push(bytes: Uint8Array, last: boolean, run: RunSink): number {
    const size = this.prefix + PACKET_BYTES;
    let at = 0;
    while (at + size <= bytes.length) {
      if (bytes[at + this.prefix] === SYNC) {
        const video = Math.min(this.videoStart(bytes, at + this.prefix), at + size);
        run(false, at, video);
        if (video < at + size) run(true, video, at + size);
        at += size;
      } else {
        const next = bytes.indexOf(SYNC, at + this.prefix + 1);
        const to = next < 0 ? bytes.length - this.prefix : next - this.prefix;
        run(false, at, to);
        at = to;
      }
    }
    if (last && at < bytes.length) run(false, at, bytes.length);
    return last ? bytes.length : at;
  }

  /** Where the video in a packet begins; its end where there is none. */
  private videoStart(bytes: Uint8Array, at: number): number {
    const end = at + PACKET_BYTES;
    const [second = 0, third = 0, fourth = 0] = bytes.subarray(at + 1, at + 4);
    const pid = ((second & 31) << 8) | third;
    if (this.pid >= 0 && pid !== this.pid) return end;
    const scrambled = fourth >> 6 !== 0;
    const payload = (fourth & 0x20) !== 0 ? at + 5 + (bytes[at + 4] ?? 0) : at + 4;
    if (scrambled || (fourth & 0x10) === 0 || payload >= end) return end;
    if ((second & 0x40) !== 0) {
      const pes = bytes[payload] === 0 && bytes[payload + 1] === 0 && bytes[payload + 2] === 1;
      const video = pes && payload + 9 <= end && isVideoStream(bytes[payload + 3] ?? 0);
      const start = payload + (video ? pesHeadBytes(bytes, payload) : 0);
      if (this.pid < 0 && video && opensPicture(bytes, start, end)) this.pid = pid;
      this.inVideo = video && pid === this.pid;
      this.headLeft = Math.max(0, start - end);
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
