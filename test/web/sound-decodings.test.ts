/** Sound that browsers do not decode themselves, held against what ffmpeg decodes of the same bytes. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { readFrameHead, type SoundCoding } from "../../codec/index.ts";
import { dolbyDecoding } from "../../web/src/player/worker/feeds/dolby-sound.ts";
import { lpcmDecoding, lpcmToFloat } from "../../web/src/player/worker/feeds/lpcm-sound.ts";
import type { Sound } from "../../web/src/player/worker/feeds/media-feed.ts";
import { mpegDecoding } from "../../web/src/player/worker/feeds/mpeg-sound.ts";
import type { CodedSound } from "../../web/src/player/worker/feeds/sound-decoder.ts";
import type { SoundDecoding } from "../../web/src/player/worker/feeds/sound-decoding.ts";
import { forWebAudio } from "../../web/src/player/worker/feeds/speakers.ts";
import { hasFfmpeg, withFolder } from "../support/tools.ts";

const LEVEL_DB = 0.5;
const DELAY_SECONDS = 0.001;
/** Both decoders have had what they need from before by then. */
const SETTLED_SECONDS = 0.2;

const ffmpeg = (...args: string[]): Uint8Array =>
  new Uint8Array(execFileSync("ffmpeg", ["-v", "error", "-nostdin", ...args, "-"], { maxBuffer: 1 << 28 }));

/** Noise of another seed and level in each channel: no channel can be taken for another. */
function code(seconds: number, channels: number, rate: number, ...options: string[]): Uint8Array {
  const noises = Array.from({ length: channels }, (_, channel) => [
    ...["-f", "lavfi", "-i"],
    `anoisesrc=duration=${seconds}:color=pink:seed=${channel + 1}:amplitude=${0.15 + 0.08 * channel}:sample_rate=${rate}`,
  ]).flat();
  const layouts = ["mono", "stereo", "3.0", "4.0", "5.0(side)", "5.1(side)"];
  const all = Array.from({ length: channels }, (_, channel) => `[${channel}]`).join("");
  const joined = `${all}join=inputs=${channels}:channel_layout=${layouts[channels - 1]}`;
  return ffmpeg(...noises, "-filter_complex", joined, ...options);
}

/** One array a channel. */
function peerSound(coded: Uint8Array, format: string, channels: number): Float32Array[] {
  return withFolder((folder) => {
    const path = join(folder, "in");
    writeFileSync(path, coded);
    const pcm = ffmpeg("-f", format, "-i", path, "-f", "f32le");
    const mixed = new Float32Array(pcm.buffer, 0, pcm.length >> 2);
    return Array.from({ length: channels }, (_, channel) => mixed.filter((_, i) => i % channels === channel));
  });
}

function packetsOf(coding: SoundCoding, bytes: Uint8Array, startMicroseconds = 0): CodedSound[] {
  const packets: CodedSound[] = [];
  let time = startMicroseconds;
  for (let at = 0; at < bytes.length; ) {
    const head = readFrameHead(coding, bytes, at);
    if (head === undefined) throw new Error(`no frame at ${at}`);
    packets.push({ timeMicroseconds: Math.round(time), data: bytes.slice(at, at + head.bytes) });
    at += head.bytes;
    time += (1e6 * head.samples) / head.sampleRate;
  }
  return packets;
}

async function* given(packets: readonly CodedSound[]): AsyncGenerator<CodedSound> {
  yield* packets;
}

interface Heard {
  timeSeconds: number;
  sampleRate: number;
  channels: Float32Array[];
}

async function decode(
  decoding: SoundDecoding,
  codec: string,
  packets: AsyncIterable<CodedSound>,
  more: Partial<AudioDecoderConfig> = {},
): Promise<Heard[]> {
  const heard: Heard[] = [];
  const config = { codec, sampleRate: 48000, numberOfChannels: 2, ...more };
  for await (const sound of decoding.decode(config, packets, new AbortController().signal)) heard.push(take(sound));
  return heard;
}

function take(sound: Sound): Heard {
  const heard = { timeSeconds: sound.timeSeconds, sampleRate: sound.sampleRate, channels: sound.copy(0) };
  sound.close();
  return heard;
}

/** Pieces put where their times say. */
function placed(heard: readonly Heard[], channel: number): Float32Array {
  const rate = heard[0]?.sampleRate ?? 1;
  const placeOf = (piece: Heard) => Math.round(piece.timeSeconds * rate);
  const last = heard.at(-1) as Heard;
  const sound = new Float32Array(placeOf(last) + (last.channels[0]?.length ?? 0));
  for (const piece of heard) sound.set(piece.channels[channel] as Float32Array, placeOf(piece));
  return sound;
}

/** Numbers from 0 to 1, the same for the same seed. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const energy = (sound: Float32Array): number => sound.reduce((sum, sample) => sum + sample * sample, 0);
const decibels = (ratio: number): number => 10 * Math.log10(ratio);

/** The delay within 4 ms at which the two are most like each other, and how like they are then: 1 where they are the same. */
function delayOf(sound: Float32Array, peer: Float32Array, rate: number): { seconds: number; likeness: number } {
  const [from, length, reach] = [Math.round(SETTLED_SECONDS * rate), Math.round(0.3 * rate), Math.round(0.004 * rate)];
  const piece = peer.subarray(from, from + length);
  let best = { seconds: 0, likeness: 0 };
  for (let lag = -reach; lag <= reach; lag++) {
    const other = sound.subarray(from + lag, from + lag + length);
    let product = 0;
    for (let i = 0; i < length; i++) product += (piece[i] as number) * (other[i] as number);
    const likeness = product / Math.sqrt(energy(piece) * energy(other));
    if (likeness > best.likeness) best = { seconds: lag / rate, likeness };
  }
  return best;
}

function expectAlike(heard: readonly Heard[], peer: readonly Float32Array[]): void {
  expect(heard[0]?.channels.length).toBe(peer.length);
  const rate = heard[0]?.sampleRate as number;
  const from = Math.round(SETTLED_SECONDS * rate);
  for (const [channel, one] of peer.entries()) {
    const sound = placed(heard, channel);
    const { seconds, likeness } = delayOf(sound, one, rate);
    expect(Math.abs(seconds), `delay of channel ${channel}`).toBeLessThan(DELAY_SECONDS);
    expect(likeness, `channel ${channel}`).toBeGreaterThan(0.99);
    const end = Math.min(sound.length, one.length);
    const level = decibels(energy(sound.subarray(from, end)) / energy(one.subarray(from, end)));
    expect(Math.abs(level), `level of channel ${channel}`).toBeLessThan(LEVEL_DB);
  }
}

afterEach(() => void vi.restoreAllMocks());

const quiet = () => vi.spyOn(console, "error").mockImplementation(() => {});

describe.skipIf(!hasFfmpeg())("held against ffmpeg:", () => {
  it.each([
    ["layer II", 2, 48000, ["-c:a", "mp2", "-b:a", "192k", "-f", "mp2"], "mp2"],
    ["layer II, mono", 1, 44100, ["-c:a", "mp2", "-b:a", "96k", "-f", "mp2"], "mp2"],
    ["layer II of MPEG-2", 2, 24000, ["-c:a", "mp2", "-b:a", "96k", "-f", "mp2"], "mp2"],
    [
      "layer III",
      2,
      44100,
      ["-c:a", "libmp3lame", "-b:a", "128k", "-write_xing", "0", "-id3v2_version", "0", "-f", "mp3"],
      "mp3",
    ],
  ] as const)("MPEG audio, %s", async (_name, channels, rate, options, format) => {
    const said = quiet();
    const coded = code(1.5, channels, rate, ...options);
    const heard = await decode(mpegDecoding, format, given(packetsOf("mpeg-audio", coded)));
    expectAlike(heard, peerSound(coded, "mp3", channels));
    expect(said).not.toHaveBeenCalled();
  });

  it.each([
    ["AC-3, stereo", 2, 48000, ["-c:a", "ac3", "-b:a", "192k", "-f", "ac3"], "ac-3"],
    ["AC-3, 5.1", 6, 48000, ["-c:a", "ac3", "-b:a", "448k", "-f", "ac3"], "ac-3"],
    ["AC-3, 3.0 at 44.1 kHz", 3, 44100, ["-c:a", "ac3", "-b:a", "256k", "-f", "ac3"], "ac-3"],
    ["E-AC-3, 5.1", 6, 48000, ["-c:a", "eac3", "-b:a", "384k", "-f", "eac3"], "ec-3"],
    ["E-AC-3, mono", 1, 32000, ["-c:a", "eac3", "-b:a", "96k", "-f", "eac3"], "ec-3"],
  ] as const)("%s", async (_name, channels, rate, options, codec) => {
    const coded = code(1.5, channels, rate, ...options);
    const heard = await decode(dolbyDecoding, codec, given(packetsOf("ac-3", coded)));
    expectAlike(heard, peerSound(coded, codec === "ac-3" ? "ac3" : "eac3", channels));
  });

  it("E-AC-3 packets with several frames, as MP4 files have them", async () => {
    const coded = code(1.5, 2, 48000, "-c:a", "eac3", "-b:a", "192k", "-f", "eac3");
    const single = packetsOf("ac-3", coded);
    const packets = single.flatMap(({ timeMicroseconds }, i) =>
      i % 3 === 0
        ? [{ timeMicroseconds, data: Buffer.concat(single.slice(i, i + 3).map(({ data }) => data)) as Uint8Array }]
        : [],
    );
    const heard = await decode(dolbyDecoding, "ec-3", given(packets));
    expect(heard.length).toBe(single.length);
    expectAlike(heard, peerSound(coded, "eac3", 2));
  });

  it.each([
    [16, 2],
    [24, 2],
    [24, 1],
    [16, 6],
  ] as const)("LPCM of DVDs, %i bits and %i channels", async (bits, channels) => {
    const source = code(0.5, channels, 48000, "-c:a", bits === 16 ? "pcm_s16le" : "pcm_s32le", "-f", "wav");
    const packets = withFolder((folder) => {
      const path = join(folder, "in.wav");
      writeFileSync(path, source);
      const input = ["-i", path, "-c:a", "pcm_dvd"];
      const stream = ffmpeg(...input, "-f", "s16be");
      const table = new TextDecoder().decode(ffmpeg(...input, "-f", "framecrc"));
      const rows = table.split("\n").filter((row) => /^0,/.test(row));
      let at = 0;
      return rows.map((row) => {
        const [, , time = 0, , size = 0] = row.split(",").map(Number);
        at += size;
        // Behind the three bytes that tell of the coding.
        return { timeMicroseconds: (1e6 * time) / 48000, data: stream.slice(at - size + 3, at) };
      });
    });
    const more = { numberOfChannels: channels, description: Uint8Array.of(bits) };
    const heard = await decode(lpcmDecoding, "lpcm-dvd", given(packets), more);
    const peer = peerSound(source, "wav", channels);
    for (let channel = 0; channel < channels; channel++) {
      const sound = placed(heard, channel);
      const worst = (peer[channel] as Float32Array).reduce(
        (most, sample, i) => Math.max(most, Math.abs(sample - (sound[i] ?? 0))),
        0,
      );
      expect(worst, `channel ${channel}`).toBeLessThanOrEqual(bits === 16 ? 0 : 2 ** -23);
    }
  });
});

describe("LPCM of DVDs", () => {
  it("20 bits: high words of two samples, then their low nibbles", () => {
    const bytes = Uint8Array.of(0x40, 0, 0xc0, 0, 0x7f, 0xff, 0x80, 0, 0x8f, 0x10);
    const [left, right] = lpcmToFloat(bytes, 20, 2);
    const value = (high: number, nibble: number) => (high * 16 + nibble) / 2 ** 19;
    expect([...(left as Float32Array)]).toEqual([value(0x4000, 8), value(0x7fff, 1)]);
    expect([...(right as Float32Array)]).toEqual([value(-0x4000, 15), value(-0x8000, 0)]);
  });

  it("20 bits in mono: two samples share a byte of nibbles", () => {
    const [sound] = lpcmToFloat(Uint8Array.of(0, 1, 0xff, 0xff, 0x2c), 20, 1);
    expect([...(sound as Float32Array)]).toEqual([18 / 2 ** 19, (-16 + 12) / 2 ** 19]);
  });

  it("groups that lie across packets are joined, at their own times", async () => {
    const whole = Uint8Array.from({ length: 24 }, (_, i) => i);
    const packets = [
      { timeMicroseconds: 0, data: whole.subarray(0, 15) },
      { timeMicroseconds: 2.5e6 / 48000, data: whole.subarray(15) },
    ];
    const more = { description: Uint8Array.of(24) };
    const heard = await decode(lpcmDecoding, "lpcm-dvd", given(packets), more);
    const lengths = heard.map(({ channels }) => channels[0]?.length);
    expect(lengths).toEqual([2, 2]);
    const [left] = lpcmToFloat(whole, 24, 2);
    expect(heard.flatMap(({ channels }) => [...(channels[0] as Float32Array)])).toEqual([...(left as Float32Array)]);
    expect(heard[1]?.timeSeconds).toBeCloseTo(2 / 48000, 9);
  });

  it("is known by its name and its bits; that of Blu-ray discs is not", async () => {
    const track = { id: 1, kind: "audio" as const, codec: "lpcm-dvd", sampleRate: 48000, channels: 2 };
    expect(await lpcmDecoding.canDecode({ ...track, description: Uint8Array.of(20) })).toBe(true);
    expect(await lpcmDecoding.canDecode({ ...track, description: Uint8Array.of(12) })).toBe(false);
    expect(await lpcmDecoding.canDecode({ ...track, codec: "lpcm-bluray", description: Uint8Array.of(24) })).toBe(
      false,
    );
  });
});

describe.skipIf(!hasFfmpeg())("damage and gaps:", () => {
  const rows = [
    ["layer II", mpegDecoding, "mp2", "mpeg-audio", ["-c:a", "mp2", "-b:a", "192k", "-f", "mp2"]],
    [
      "layer III",
      mpegDecoding,
      "mp3",
      "mpeg-audio",
      ["-c:a", "libmp3lame", "-write_xing", "0", "-id3v2_version", "0", "-f", "mp3"],
    ],
    ["AC-3", dolbyDecoding, "ac-3", "ac-3", ["-c:a", "ac3", "-f", "ac3"]],
    ["E-AC-3", dolbyDecoding, "ec-3", "ac-3", ["-c:a", "eac3", "-f", "eac3"]],
  ] as const;

  it.each(rows)("%s: a damaged frame is silent, all others are heard at their times", async (...row) => {
    const [, decoding, codec, coding, options] = row;
    const said = quiet();
    const packets = packetsOf(coding, code(1.5, 2, 48000, ...options));
    const damaged = packets.map(({ timeMicroseconds, data }, i) =>
      i === 12 || i === 13 ? { timeMicroseconds, data: data.map((byte) => byte ^ 0x55) } : { timeMicroseconds, data },
    );
    const [heard, whole] = [
      await decode(decoding, codec, given(damaged)),
      await decode(decoding, codec, given(packets)),
    ];
    expect(heard.map(({ timeSeconds }) => timeSeconds)).toEqual(whole.map(({ timeSeconds }) => timeSeconds));
    for (const number of [12, 13]) expect(energy(heard[number]?.channels[0] as Float32Array)).toBe(0);
    // Others have what overlaps it, in layer III bits that stand in frames before too.
    for (const [number, { channels }] of heard.entries())
      if ((number > 2 && number < 12) || number > 18) expect(energy(channels[0] as Float32Array)).toBeGreaterThan(0.1);
    expect(said).not.toHaveBeenCalled();
  });

  it.each(rows)("%s: noise in place of half its bytes ends nothing", async (...row) => {
    const [, decoding, codec, coding, options] = row;
    const said = quiet();
    const packets = packetsOf(coding, code(1, 2, 48000, ...options));
    const random = noise(7);
    const spoilt = packets.map(({ timeMicroseconds, data }, i) => ({
      timeMicroseconds,
      data: i % 3 === 1 ? data.map((byte) => (random() < 0.5 ? byte : Math.floor(256 * random()))) : data,
    }));
    const heard = await decode(decoding, codec, given(spoilt));
    expect(heard.length).toBe(packets.length);
    expect(said).not.toHaveBeenCalled();
  });

  it.each(rows)("%s: sound behind a gap is heard at its time", async (...row) => {
    const [, decoding, codec, coding, options] = row;
    const packets = packetsOf(coding, code(1.5, 2, 48000, ...options), -40_000);
    const jumped = packets.map(({ timeMicroseconds, data }, i) => ({
      timeMicroseconds: timeMicroseconds + (i < 10 ? 0 : 7e6),
      data,
    }));
    const heard = await decode(decoding, codec, given(jumped));
    const times = heard.map(({ timeSeconds }) => Math.round(1e6 * timeSeconds));
    expect(times).toEqual(jumped.map(({ timeMicroseconds }) => timeMicroseconds));
  });

  it.each(rows)("%s: a few frames are asked for ahead, and none once it is left", async (...row) => {
    const [, decoding, codec, coding, options] = row;
    const packets = packetsOf(coding, code(1.5, 2, 48000, ...options));
    let asked = 0;
    let isLeft = false;
    async function* counted(): AsyncGenerator<CodedSound> {
      try {
        for (const packet of packets) {
          asked += 1;
          yield packet;
        }
      } finally {
        isLeft = true;
      }
    }
    const config = { codec, sampleRate: 48000, numberOfChannels: 2 };
    let got = 0;
    for await (const sound of decoding.decode(config, counted(), new AbortController().signal)) {
      sound.close();
      got += 1;
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(asked - got).toBeLessThan(12);
      if (got === 10) break;
    }
    expect(isLeft).toBe(true);
  });

  it("AC-3 whose writer knew no checks is heard", async () => {
    const packets = packetsOf("ac-3", code(1, 2, 48000, "-c:a", "ac3", "-f", "ac3"));
    for (const { data } of packets) data[data.length - 1] = (data.at(-1) as number) ^ 1;
    const heard = await decode(dolbyDecoding, "ac-3", given(packets));
    expect(energy(heard[5]?.channels[0] as Float32Array)).toBeGreaterThan(0.1);
  });

  it("what the packets' source throws comes through", async () => {
    async function* broken(): AsyncGenerator<CodedSound> {
      yield* packetsOf("ac-3", code(0.3, 2, 48000, "-c:a", "ac3", "-f", "ac3"));
      throw new Error("no more units");
    }
    await expect(decode(dolbyDecoding, "ac-3", broken())).rejects.toThrow("no more units");
  });
});

describe("channels as Web Audio mixes them", () => {
  const ones = (count: number) => Array.from({ length: count }, (_, i) => new Float32Array([i + 1]));
  const mixed = (channels: Float32Array[]) => channels.map(([sample]) => Number(sample?.toFixed(4)));

  it.each([1, 2, 4, 6])("%i channels stay as they are", (count) => {
    const channels = ones(count);
    expect(forWebAudio(channels)).toBe(channels);
  });

  it.each([
    [3, undefined, [1, 2, 3, 0, 0, 0]],
    [5, undefined, [1, 2, 3, 0, 4, 5]],
    [8, undefined, [1, 2, 3, 4, 12 * Math.SQRT1_2, 14 * Math.SQRT1_2]],
    [4, ["L", "R", "C", "S"], [1, 2, 3, 0, 4 * Math.SQRT1_2, 4 * Math.SQRT1_2]],
    [2, ["C", "LFE"], [0, 0, 1, 2, 0, 0]],
  ] as const)("%i channels (%s) become 5.1", (count, speakers, expected) => {
    const result = mixed(forWebAudio(ones(count), speakers));
    for (const [i, level] of expected.entries()) expect(result[i]).toBeCloseTo(level, 3);
  });

  it("mixed to stereo, sound behind is 3 dB lower at each side, as ITU-R BS.775 wants it", () => {
    const [left, right, centre, , sideLeft, sideRight] = mixed(forWebAudio(ones(3), ["L", "R", "S"])) as number[];
    // Web Audio API 4.4.3: 5.1 to stereo.
    const stereo = [left, right].map(
      (front, i) => (front as number) + Math.SQRT1_2 * ((centre as number) + ([sideLeft, sideRight][i] as number)),
    );
    expect(stereo[0]).toBeCloseTo(1 + 3 / 2, 3);
    expect(stereo[1]).toBeCloseTo(2 + 3 / 2, 3);
  });
});
