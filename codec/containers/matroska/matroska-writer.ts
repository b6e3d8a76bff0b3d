/**
 * Writes Matroska in one pass: uncompressed 4:2:0 pictures and coded sound. RFC 9559; ids are those of its section 5.
 * (No kept library writes uncompressed pictures.)
 */

import { type ByteSink, concatBytes } from "../../bytes/bytes.ts";
import { UnsupportedError } from "../../errors.ts";
import type { AudioTrack, VideoTrack } from "../../format/header.ts";

const AUDIO_CODECS: readonly (readonly [RegExp, string])[] = [
  [/^mp4a\.(40|67)/, "A_AAC"],
  [/^opus$/, "A_OPUS"],
  [/^mp3$|^mp4a\.(6b|69)/i, "A_MPEG/L3"],
  [/^mp1$/, "A_MPEG/L1"],
  [/^mp2$/, "A_MPEG/L2"],
  [/^ac-3$/, "A_AC3"],
  [/^ec-3$/, "A_EAC3"],
  [/^vorbis$/, "A_VORBIS"],
  [/^flac$/, "A_FLAC"],
];

/** A cluster spans at most this, since block times are 16 bits relative to it. */
const CLUSTER_MAX_MILLISECONDS = 2000;
const UNKNOWN_SIZE = Uint8Array.of(0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);

/** An element's id, with its length marker. */
export function id(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Uint8Array.from(bytes);
}

/** A size in eight bytes. */
export function size(length: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(length) | (1n << 56n));
  return bytes;
}

/** An element with its content. */
export function element(elementId: number, ...content: Uint8Array[]): Uint8Array {
  const body = concatBytes(...content);
  return concatBytes(id(elementId), size(body.length), body);
}

/** An element that holds a number. */
export const unsigned = (elementId: number, value: number): Uint8Array =>
  element(elementId, value === 0 ? Uint8Array.of(0) : id(value));
/** An element that holds text. */
export const string = (elementId: number, value: string): Uint8Array =>
  element(elementId, new TextEncoder().encode(value));

/** An element that holds a number of 64 bits with a fraction. */
export function float(elementId: number, value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value);
  return element(elementId, bytes);
}

function videoEntry(track: VideoTrack, number: number): Uint8Array {
  const [numerator, denominator] = track.pixelAspect;
  const video = element(
    0xe0,
    unsigned(0xb0, track.width),
    unsigned(0xba, track.height),
    unsigned(0x54b0, Math.max(1, Math.round((track.width * numerator) / denominator))), // DisplayWidth
    unsigned(0x54ba, track.height),
    element(0x2eb524, new TextEncoder().encode("I420")), // UncompressedFourCC
  );
  const duration = unsigned(0x23e383, Math.round((1e9 * track.frameRate[1]) / track.frameRate[0]));
  return element(
    0xae,
    unsigned(0xd7, number),
    unsigned(0x73c5, number),
    unsigned(0x83, 1),
    string(0x86, "V_UNCOMPRESSED"),
    duration,
    video,
  );
}

function audioEntry(track: AudioTrack, number: number): Uint8Array {
  const codec = AUDIO_CODECS.find(([pattern]) => pattern.test(track.codec))?.[1];
  if (codec === undefined)
    throw new UnsupportedError(
      `sound of kind ${track.codec} cannot be written to Matroska; choose a .y4m output, which leaves the sound out`,
      { codec: track.codec },
    );
  const audio = element(0xe1, float(0xb5, track.sampleRate), unsigned(0x9f, track.channels));
  const description = track.description === undefined ? [] : [element(0x63a2, track.description)];
  return element(
    0xae,
    unsigned(0xd7, number),
    unsigned(0x73c5, number),
    unsigned(0x83, 2),
    string(0x86, codec),
    ...description,
    audio,
  );
}

export class MatroskaWriter {
  private clusterStart: number | undefined;

  private constructor(private readonly sink: ByteSink) {}

  /** Writes the header; the picture track has number 1, the sound track 2. */
  static async open(sink: ByteSink, video: VideoTrack, audio: AudioTrack | undefined): Promise<MatroskaWriter> {
    const header = element(
      0x1a45dfa3,
      unsigned(0x4286, 1),
      unsigned(0x42f7, 1),
      unsigned(0x42f2, 4),
      unsigned(0x42f3, 8),
      string(0x4282, "matroska"),
      unsigned(0x4287, 4),
      unsigned(0x4285, 2),
    );
    const info = element(0x1549a966, unsigned(0x2ad7b1, 1_000_000), string(0x4d80, "Cmix"), string(0x5741, "Cmix"));
    const tracks = element(0x1654ae6b, videoEntry(video, 1), ...(audio === undefined ? [] : [audioEntry(audio, 2)]));
    await sink.write(concatBytes(header, id(0x18538067), UNKNOWN_SIZE, info, tracks));
    return new MatroskaWriter(sink);
  }

  /** Writes one picture (track 1) or sound packet (track 2). */
  async writeBlock(track: 1 | 2, timestampMicroseconds: number, data: Uint8Array): Promise<void> {
    const milliseconds = Math.round(timestampMicroseconds / 1000);
    if (
      this.clusterStart === undefined ||
      milliseconds - this.clusterStart > CLUSTER_MAX_MILLISECONDS ||
      milliseconds < this.clusterStart
    ) {
      this.clusterStart = milliseconds;
      await this.sink.write(concatBytes(id(0x1f43b675), UNKNOWN_SIZE, unsigned(0xe7, milliseconds)));
    }
    const head = new Uint8Array(4);
    head[0] = 0x80 | track;
    new DataView(head.buffer).setInt16(1, milliseconds - this.clusterStart);
    head[3] = 0x80; // every picture stands alone
    await this.sink.write(element(0xa3, head, data));
  }
}
