/** Packets of sound in a program stream (ISO/IEC 13818-1 2.5.3), those of DVD-Video in private_stream_1 too. */
import { pesHeadBytes, readPesTime } from "./pes.ts";

const PACK = 0xba;
/** Packets have their length behind codes from here on; below are a picture's start codes. */
const SYSTEM = 0xbb;
const PRIVATE_1 = 0xbd;
/** stream_id of MPEG audio. */
const isMpegAudio = (code: number): boolean => code >= 0xc0 && code <= 0xdf;
/** sub_stream_id of DVD-Video: AC-3 from 0x80, DTS from 0x88, LPCM from 0xa0, eight of each. */
const kindOfSub = (sub: number): ProgramSound["kind"] | undefined =>
  sub >= 0x80 && sub < 0x88
    ? "ac-3"
    : sub >= 0x88 && sub < 0x90
      ? "dts"
      : sub >= 0xa0 && sub < 0xa8
        ? "lpcm"
        : undefined;
/** Behind sub_stream_id: the count of frames, and where the first begins. */
const SUB_HEAD_BYTES = 4;
/** LPCM: and its format. */
const LPCM_HEAD_BYTES = 7;

/** A packet's share of one sound. */
export interface ProgramSound {
  /** stream_id, or sub_stream_id of private_stream_1. */
  pid: number;
  kind: "mpeg-audio" | "ac-3" | "dts" | "lpcm";
  payload: Uint8Array;
  /** 90 kHz modulo 2³³; of the first frame that begins in it. */
  time: number | undefined;
  /** LPCM: bits a sample, frequency and channels, as DVD-Video writes them. */
  format: number;
}

/** The packets of sound that are whole in some bytes of a program stream, which may begin and end anywhere. */
export function* programSounds(bytes: Uint8Array): Generator<ProgramSound> {
  for (let at = nextCode(bytes, 0); at >= 0; ) {
    const code = bytes[at + 3] ?? 0;
    const length = ((bytes[at + 4] ?? 0) << 8) | (bytes[at + 5] ?? 0);
    const end = at + 6 + length;
    if (code < SYSTEM) {
      at = nextCode(bytes, at + (code === PACK ? 8 : 4));
      continue;
    }
    const sound = end <= bytes.length ? soundAt(bytes, at, end, code) : undefined;
    if (sound !== undefined) yield sound;
    at = nextCode(bytes, end);
  }
}

function soundAt(bytes: Uint8Array, at: number, end: number, code: number): ProgramSound | undefined {
  if (!isMpegAudio(code) && code !== PRIVATE_1) return undefined;
  const start = at + pesHeadBytes(bytes, at);
  const time = readPesTime(bytes, at);
  if (code !== PRIVATE_1) {
    return { pid: code, kind: "mpeg-audio", payload: bytes.subarray(Math.min(start, end), end), time, format: 0 };
  }
  const pid = bytes[start] ?? 0;
  const kind = kindOfSub(pid);
  const payload = start + (kind === "lpcm" ? LPCM_HEAD_BYTES : SUB_HEAD_BYTES);
  if (kind === undefined || payload > end) return undefined;
  return { pid, kind, payload: bytes.subarray(payload, end), time, format: bytes[start + 5] ?? 0 };
}

/** Of a pack or a packet; -1 where none follows. */
function nextCode(bytes: Uint8Array, from: number): number {
  for (let one = bytes.indexOf(1, from + 2); one >= 0; one = bytes.indexOf(1, one + 1))
    if (bytes[one - 1] === 0 && bytes[one - 2] === 0 && (bytes[one + 1] ?? 0) >= PACK) return one - 2;
  return -1;
}
