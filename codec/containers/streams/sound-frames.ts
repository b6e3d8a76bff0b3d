/**
 * Frames of sound that stand one behind another with a head each: AAC with ADTS (ISO/IEC 14496-3 1.A.2), MPEG audio (ISO/IEC 11172-3
 * 2.4.1), AC-3 and E-AC-3 (ETSI TS 102 366 5.3 and E.1.2).
 */

/** How the frames of a stream of sound are written. */
export type SoundCoding = "aac" | "mpeg-audio" | "ac-3";

/** How a sound's frames are written, by its codec's name; undefined for what has no such frames. */
export function soundCodingOf(codec: string): SoundCoding | undefined {
  if (codec.startsWith("mp4a.40")) return "aac";
  if (/^mp[123]$/.test(codec)) return "mpeg-audio";
  return codec === "ac-3" || codec === "ec-3" ? "ac-3" : undefined;
}

/** What a frame's head tells. */
export interface FrameHead {
  /** Of the frame, its head included. */
  bytes: number;
  /** Not the decoder's: of ADTS. */
  headBytes: number;
  /** As WebCodecs and RFC 6381 name it. */
  codec: string;
  sampleRate: number;
  channels: number;
  /** Points in time. */
  samples: number;
  /** Goes with the frame before: further channels. */
  isAddition: boolean;
}

/** So much of a frame tells everything. */
export const FRAME_HEAD_BYTES = 9;
/** No frame has fewer. */
const FRAME_MIN_BYTES = 8;

/** A frame's head at `at`; undefined where none stands there. */
export function readFrameHead(coding: SoundCoding, bytes: Uint8Array, at: number): FrameHead | undefined {
  if (at + FRAME_HEAD_BYTES > bytes.length) return undefined;
  const head = READERS[coding](bytes, at);
  return head !== undefined && head.bytes >= FRAME_MIN_BYTES ? head : undefined;
}

/** Of the next frame at or behind `from` that another one follows, as far as the bytes reach; -1 where there is none. */
export function findFrame(coding: SoundCoding, bytes: Uint8Array, from: number): number {
  const first = coding === "ac-3" ? 0x0b : 0xff;
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    const head = readFrameHead(coding, bytes, at);
    if (head === undefined) continue;
    const next = at + head.bytes;
    if (next + FRAME_HEAD_BYTES > bytes.length || readFrameHead(coding, bytes, next) !== undefined) return at;
  }
  return -1;
}

/** samplingFrequencyIndex of ISO/IEC 14496-3 table 1.18. */
const AAC_RATES = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];
/** channel_configuration; 0 stands for what the stream itself says, mostly two. */
const AAC_CHANNELS = [2, 1, 2, 3, 4, 5, 6, 8];

function adtsHead(bytes: Uint8Array, at: number): FrameHead | undefined {
  const [a, b, c, d, e, f, g] = sevenAt(bytes, at);
  if (a !== 0xff || (b & 0xf6) !== 0xf0) return undefined;
  const sampleRate = AAC_RATES[(c >> 2) & 15];
  const headBytes = (b & 1) === 1 ? 7 : 9;
  const size = ((d & 3) << 11) | (e << 3) | (f >> 5);
  if (sampleRate === undefined || size <= headBytes) return undefined;
  const channels = AAC_CHANNELS[((c & 1) << 2) | (d >> 6)] ?? 2;
  const codec = `mp4a.40.${(c >> 6) + 1}`;
  return { bytes: size, headBytes, codec, sampleRate, channels, samples: 1024 * ((g & 3) + 1), isAddition: false };
}

/** AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1) for the raw frames behind such heads. @param frame from its ADTS head on */
export function aacConfiguration(frame: Uint8Array): Uint8Array<ArrayBuffer> {
  const [, , c, d] = sevenAt(frame, 0);
  const [type, rate, channels] = [(c >> 6) + 1, (c >> 2) & 15, ((c & 1) << 2) | (d >> 6)];
  return Uint8Array.of((type << 3) | (rate >> 1), ((rate & 1) << 7) | (channels << 3));
}

/** kbit/s by version (1, then 2) and layer (1 to 3): ISO/IEC 11172-3 2.4.2.3, 13818-3 2.4.2.3. */
const MPEG_RATES: readonly (readonly (readonly number[])[])[] = [
  [
    [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  ],
  [
    [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  ],
];

function mpegHead(bytes: Uint8Array, at: number): FrameHead | undefined {
  const [a, b, c, d] = sevenAt(bytes, at);
  const version = (b >> 3) & 3; // 3 MPEG-1, 2 MPEG-2, 0 its extension to low rates
  const layer = 4 - ((b >> 1) & 3);
  const baseRate = [44100, 48000, 32000][(c >> 2) & 3];
  const kilobits = MPEG_RATES[version === 3 ? 0 : 1]?.[layer - 1]?.[(c >> 4) - 1];
  if (a !== 0xff || b < 0xe0 || version === 1 || baseRate === undefined || kilobits === undefined) return undefined;
  const sampleRate = baseRate / (version === 3 ? 1 : version === 2 ? 2 : 4);
  const padding = (c >> 1) & 1;
  const samples = layer === 1 ? 384 : layer === 3 && version !== 3 ? 576 : 1152;
  const slot = layer === 1 ? 4 : 1;
  const size = (Math.floor((samples * 125 * kilobits) / sampleRate / slot) + padding) * slot;
  const channels = d >> 6 === 3 ? 1 : 2;
  return { bytes: size, headBytes: 0, codec: `mp${layer}`, sampleRate, channels, samples, isAddition: false };
}

const AC3_RATES = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640];
/** By acmod. */
const AC3_CHANNELS = [2, 1, 2, 3, 3, 4, 4, 5];
const AC3_SAMPLE_RATES = [48000, 44100, 32000];

function ac3Head(bytes: Uint8Array, at: number): FrameHead | undefined {
  if (bytes[at] !== 0x0b || bytes[at + 1] !== 0x77) return undefined;
  const [, , c, d, e, f, g] = sevenAt(bytes, at);
  const version = f >> 3;
  if (version > 16) return undefined;
  if (version > 10) return enhancedHead(c, d, e);
  const sampleRate = AC3_SAMPLE_RATES[e >> 6];
  const kilobits = AC3_RATES[(e & 63) >> 1];
  if (sampleRate === undefined || kilobits === undefined) return undefined;
  const words = Math.floor((kilobits * 96_000) / sampleRate) + (sampleRate === 44100 ? e & 1 : 0);
  const mode = g >> 5;
  // Levels of the mix stand before the flag of the low-frequency channel.
  const before = ((mode & 1) === 1 && mode !== 1 ? 2 : 0) + ((mode & 4) !== 0 ? 2 : 0) + (mode === 2 ? 2 : 0);
  const low = (g >> (4 - before)) & 1;
  const slower = 2 ** Math.max(0, version - 8);
  return {
    bytes: words * 2,
    headBytes: 0,
    codec: "ac-3",
    sampleRate: sampleRate / slower,
    channels: (AC3_CHANNELS[mode] ?? 2) + low,
    samples: 1536,
    isAddition: false,
  };
}

/** @param c, d, e the third byte of a frame of E-AC-3 and those behind it */
function enhancedHead(c: number, d: number, e: number): FrameHead | undefined {
  const rate = AC3_SAMPLE_RATES[e >> 6];
  const slower = AC3_SAMPLE_RATES[(e >> 4) & 3];
  const sampleRate = rate ?? (slower === undefined ? undefined : slower / 2);
  if (sampleRate === undefined || c >> 6 === 3) return undefined;
  const blocks = rate === undefined ? 6 : ([1, 2, 3, 6][(e >> 4) & 3] as number);
  return {
    bytes: ((((c & 7) << 8) | d) + 1) * 2,
    headBytes: 0,
    codec: "ec-3",
    sampleRate,
    channels: (AC3_CHANNELS[(e >> 1) & 7] ?? 2) + (e & 1),
    samples: 256 * blocks,
    // A dependent substream, or another programme's.
    isAddition: c >> 6 === 1 || ((c >> 3) & 7) !== 0,
  };
}

type Seven = [number, number, number, number, number, number, number];
function sevenAt(bytes: Uint8Array, at: number): Seven {
  return [0, 1, 2, 3, 4, 5, 6].map((i) => bytes[at + i] ?? 0) as Seven;
}

const READERS: Record<SoundCoding, (bytes: Uint8Array, at: number) => FrameHead | undefined> = {
  aac: adtsHead,
  "mpeg-audio": mpegHead,
  "ac-3": ac3Head,
};
