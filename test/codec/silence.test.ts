/** Muted packets, decoded by ffmpeg: as long as the sound that they stand in for, and silent. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { concatBytes, MemorySink } from "../../codec/bytes/bytes.ts";
import { MatroskaWriter } from "../../codec/containers/matroska/matroska-writer.ts";
import { UnsupportedError } from "../../codec/errors.ts";
import type { AudioTrack, VideoTrack } from "../../codec/format/header.ts";
import { silencerOf } from "../../codec/restriction/silence.ts";
import { hasTool, withFolder } from "../support/tools.ts";

const ffmpeg = hasTool("ffmpeg", "-version", "ffmpeg", "muted sound was NOT held against another decoder");
const VIDEO = {
  id: 0,
  kind: "video",
  codec: "cmix-mpeg1",
  width: 16,
  height: 16,
  frameRate: [25, 1],
  pixelAspect: [1, 1],
} as unknown as VideoTrack;

type Sound = Pick<AudioTrack, "codec" | "sampleRate" | "channels"> & { description?: Uint8Array };

/** Samples of 16 bits, all channels, that ffmpeg makes of the packets; and what it complains about. */
async function decoded(sound: Sound, packets: readonly Uint8Array[], packetMicroseconds: number) {
  const sink = new MemorySink();
  const track = { id: 1, kind: "audio", ...sound } as AudioTrack;
  const writer = await MatroskaWriter.open(sink, VIDEO, track);
  for (const [i, packet] of packets.entries()) await writer.writeBlock(2, i * packetMicroseconds, packet);
  return withFolder((folder) => {
    const [source, target] = [join(folder, "in.mkv"), join(folder, "out.pcm")];
    writeFileSync(source, sink.bytes());
    const args = ["-nostdin", "-v", "error", "-i", source, "-map", "0:a", "-f", "s16le", "-y", target];
    const { status, stderr } = spawnSync("ffmpeg", args, { encoding: "utf8" });
    expect(status, stderr).toBe(0);
    const bytes = readFileSync(target);
    return { samples: new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1), complaints: stderr };
  });
}

describe.skipIf(!ffmpeg)("muted packets", () => {
  it.each([1, 2, 3, 4, 5, 6])("of AAC with %i channels are silent", async (channels) => {
    // AudioSpecificConfig: AAC-LC, 48 kHz.
    const description = Uint8Array.of(0x11, 0x80 | (channels << 3));
    const sound = { codec: "mp4a.40.2", sampleRate: 48_000, channels, description };
    const packets = Array.from({ length: 20 }, () => silencerOf(sound)(new Uint8Array(300).fill(0x5a)));
    const { samples, complaints } = await decoded(sound, packets, 21_333);
    expect(complaints).toBe("");
    expect(samples.length).toBeGreaterThanOrEqual(19 * 1024 * channels);
    expect(samples.every((sample) => sample === 0)).toBe(true);
  });

  /** First bytes of packets (RFC 6716 3.1), the frames' count behind those of code 3; milliseconds of the whole packet. */
  const OPUS: [string, number[], number][] = [
    ["CELT, 2.5 ms", [0xe4], 2.5],
    ["CELT, 20 ms", [0xfc], 20],
    ["CELT, mono, 10 ms", [0xf0], 10],
    ["hybrid, 20 ms", [0x7c], 20],
    ["SILK, 40 ms", [0x14], 40],
    ["SILK, 60 ms", [0x5c], 60],
    ["SILK, two of 60 ms", [0x1d], 120],
    ["CELT, three of 20 ms", [0xff, 3], 60],
    ["CELT, seven of 2.5 ms", [0xe7, 7], 17.5],
    ["hybrid, five of 10 ms", [0x77, 0x85], 50],
  ];
  it.each(OPUS)("of Opus (%s) are silent, and as long", async (_name, head, milliseconds) => {
    const sound = { codec: "opus", sampleRate: 48_000, channels: 2 };
    const silence = silencerOf(sound)(Uint8Array.from([...head, 0x33, 0x44, 0x55, 0x66]));
    const count = 12;
    const { samples, complaints } = await decoded(sound, Array(count).fill(silence), milliseconds * 1000);
    expect(complaints).toBe("");
    expect(samples.length / 2).toBe(count * milliseconds * 48);
    expect(samples.every((sample) => sample === 0)).toBe(true);
  });

  it("of MPEG layer II are silent, with and without a CRC, and as many bytes", async () => {
    for (const head of [
      [0xff, 0xfd, 0xa4, 0x04],
      [0xff, 0xfc, 0xa4, 0x04],
    ]) {
      const sound = { codec: "mp2", sampleRate: 48_000, channels: 2 };
      const noise = concatBytes(Uint8Array.from(head), new Uint8Array(572).fill(0x77));
      const silence = silencerOf(sound)(noise);
      expect(silence.length).toBe(noise.length);
      const { samples, complaints } = await decoded(sound, Array(10).fill(silence), 24_000);
      expect(complaints).toBe("");
      expect(samples.length).toBeGreaterThanOrEqual(9 * 1152 * 2);
      expect(samples.every((sample) => sample === 0)).toBe(true);
    }
  });
});

describe("sound that cannot be muted", () => {
  it.each(["flac", "vorbis", "ac-3", "mp3", "mp4a.40.29", "pcm-u8"])("is refused by name: %s", (codec) => {
    expect(() => silencerOf({ codec, channels: 2 })).toThrow(UnsupportedError);
    expect(() => silencerOf({ codec, channels: 2 })).toThrow(codec);
  });

  it("so is Opus of several streams, and AAC of more than six channels", () => {
    expect(() => silencerOf({ codec: "opus", channels: 6 })).toThrow(/6 channels/);
    expect(() => silencerOf({ codec: "mp4a.40.2", channels: 8 })).toThrow(/8 channels/);
  });
});
