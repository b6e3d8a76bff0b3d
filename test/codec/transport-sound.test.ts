/** Sound, further programmes and times of transport streams: what the index tells of them is what ffprobe tells, and `patent` withholds them. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { elementaryBytes, readPacket } from "../../codec/containers/mpeg-ts/transport-packets.ts";
import { openIndex } from "../../codec/containers/open-index.ts";
import type { CodedSample, SoundFrame } from "../../codec/containers/source-index.ts";
import { isSlice, nextStartCode } from "../../codec/containers/streams/annexb.ts";
import { aacConfiguration } from "../../codec/containers/streams/sound-frames.ts";
import type { AudioTrack } from "../../codec/format/header.ts";
import { MainReader } from "../../codec/format/main-file.ts";
import { type Kernels, loadKernels } from "../../codec/wasm/load-kernels.ts";
import { combineDivision } from "../support/divisions.ts";
import { keptFile } from "../support/kept-files.ts";
import { expectSameBytes, readWasm } from "../support/kernels.ts";
import { divideBytes, readBytes } from "../support/media.ts";
import { ownFiles } from "../support/own-media.ts";
import { hasTool } from "../support/tools.ts";
import { ROOT } from "../support/tree.ts";
import { withoutSlave } from "../support/withheld.ts";

const hasProbe = hasTool("ffprobe", "-version", "ffmpeg", "sound of transport streams was NOT tried");
/** Nothing that a picture shows or a sound says. */
const FILL = 0xaa;
/** One step of the clock of 90 kHz, and a half. */
const CLOCK_MICROSECONDS = 17;

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels(readWasm("kernels"));
});

const own = (name: string): string => ownFiles("mpeg").find((path) => path.endsWith(`/${name}`)) as string;

interface Probed {
  pts: number;
  size: number;
}

function probed(path: string, stream: string): Probed[] {
  const args = ["-v", "quiet", "-select_streams", stream, "-show_entries", "packet=pts,size", "-of", "json", path];
  const { packets } = JSON.parse(execFileSync("ffprobe", args, { encoding: "utf8", maxBuffer: 1 << 28 })) as {
    packets: { pts: number; size: string }[];
  };
  return packets.map(({ pts, size }) => ({ pts, size: Number(size) }));
}

async function open(bytes: Uint8Array) {
  const index = await openIndex(sourceFromBytes(bytes));
  const sounds = index.streams.flatMap(({ track }) => (track?.kind === "audio" ? [track] : []));
  const film = index.streams[index.film]?.track;
  if (film?.kind !== "video") throw new Error("no film");
  const pictures: CodedSample[] = [];
  for await (const batch of index.samples()) pictures.push(...batch.filter(({ stream }) => stream === index.film));
  /** All frames of a sound, read in parts of `step` bytes. */
  const frames = (track: AudioTrack, step = 65_537, from = 0): SoundFrame[] => {
    const reader = index.openSound?.(track);
    if (reader === undefined) throw new Error("not a sound of a transport stream");
    const found: SoundFrame[] = [];
    for (let at = from; at < bytes.length; at += step) found.push(...reader.push(bytes.subarray(at, at + step), 0));
    return [...found, ...reader.end()];
  };
  return { film, sounds, pictures, frames };
}

const FILES: Record<string, { film: RegExp; sounds: Partial<AudioTrack>[] }> = {
  "own-h264-aac.ts": { film: /^avc1/, sounds: [{ codec: "mp4a.40.2" }] },
  "own-h264-ac3.m2ts": { film: /^avc1/, sounds: [{ codec: "ac-3" }] },
  "own-hevc-aac.ts": { film: /^hev1\.1\.6\.L/, sounds: [{ codec: "mp4a.40.2" }] },
  "own-h264-programmes.ts": { film: /^avc1/, sounds: [{ codec: "mp4a.40.2" }] },
  "own-h264-sounds.ts": {
    film: /^avc1/,
    sounds: [
      { codec: "mp2", language: "eng" },
      { codec: "ac-3", language: "deu" },
      { codec: "ec-3", language: "jpn" },
      { codec: "mp3" },
    ],
  },
};

describe.skipIf(!hasProbe)("sound of transport streams", () => {
  for (const [name, expected] of Object.entries(FILES))
    it(`${name}: frames, times and tracks are ffprobe's, and combining gives the file`, async () => {
      const path = own(name);
      const bytes = readBytes(path);
      const { film, sounds, pictures, frames } = await open(bytes);
      expect(film.codec).toMatch(expected.film);
      expect(film.frameRate).toEqual([30, 1]);
      expect([film.width, film.height]).toEqual([320, 180]);
      expect(sounds).toMatchObject(expected.sounds);
      expect(sounds).toHaveLength(expected.sounds.length);
      const probedPictures = probed(path, "v:0");
      const first = probedPictures[0]?.pts ?? 0;
      expect(pictures.map(({ timeMicroseconds }) => Math.round((timeMicroseconds * 9) / 100))).toEqual(
        probedPictures.map(({ pts }) => pts - first),
      );
      for (const [i, track] of sounds.entries()) {
        const told = probed(path, `a:${i}`);
        for (const step of [65_537, 4096, bytes.length]) {
          const found = frames(track, step);
          expect(
            found.map((frame) => frame.bytes.length),
            `sound ${i} by ${step}`,
          ).toEqual(told.map(({ size }) => size));
          for (const [n, { timeMicroseconds }] of found.entries())
            expect(Math.abs(timeMicroseconds - (((told[n]?.pts ?? 0) - first) * 100) / 9)).toBeLessThan(
              CLOCK_MICROSECONDS,
            );
        }
      }
      for (const protection of ["sealed", "patent"] as const) {
        const division = await divideBytes(kernels, bytes.slice(), protection);
        expectSameBytes(await combineDivision(kernels, division), bytes, `${name} ${protection}`);
        const { header } = await MainReader.open(sourceFromBytes(division.main));
        expect(header.tracks.map(({ codec }) => codec)).toEqual([film.codec, ...sounds.map(({ codec }) => codec)]);
      }
    });

  it("AAC without its heads is what ffmpeg puts into an MP4, and so is its configuration", async () => {
    const path = own("own-h264-aac.ts");
    const { sounds, frames } = await open(readBytes(path));
    const found = frames(sounds[0] as AudioTrack);
    const args = ["-v", "error", "-i", path, "-map", "0:a", "-c", "copy", "-bsf:a", "aac_adtstoasc", "-f", "data", "-"];
    const raw = execFileSync("ffmpeg", args, { maxBuffer: 1 << 28 });
    const joined = Buffer.concat(found.map(({ bytes, headBytes }) => bytes.subarray(headBytes)));
    expectSameBytes(new Uint8Array(joined), new Uint8Array(raw), "raw frames");
    const { sampleRate, channels } = sounds[0] as AudioTrack;
    const [a = 0, b = 0] = aacConfiguration(found[0]?.bytes ?? new Uint8Array());
    expect([a >> 3, ((a & 7) << 1) | (b >> 7), (b >> 3) & 15]).toEqual([
      2,
      { 48000: 3, 44100: 4 }[sampleRate],
      channels,
    ]);
  });

  it("read from the middle on, frames have the same times", async () => {
    const bytes = readBytes(own("own-h264-sounds.ts"));
    const { sounds, frames } = await open(bytes);
    for (const track of sounds) {
      const all = frames(track);
      const later = frames(track, 50_000, 188 * Math.floor(bytes.length / 2 / 188));
      expect(later.length).toBeGreaterThan(all.length * 0.3);
      const last = all.slice(-later.length);
      for (const [n, { timeMicroseconds, bytes: frame }] of later.entries()) {
        expect(Math.abs(timeMicroseconds - (last[n]?.timeMicroseconds ?? 0))).toBeLessThan(2 * CLOCK_MICROSECONDS);
        expect(frame).toEqual(last[n]?.bytes);
      }
    }
  });
});

/** The file with its times moved: clock references, presentation and decoding times. @param steps of 90 kHz */
function later(bytes: Uint8Array, steps: number): Uint8Array {
  const out = bytes.slice();
  const move = (at: number): void => {
    const read = (i: number): number => out[at + i] ?? 0;
    const value =
      ((read(0) >> 1) & 7) * 2 ** 30 + ((read(1) << 7) | (read(2) >> 1)) * 2 ** 15 + ((read(3) << 7) | (read(4) >> 1));
    const moved = (((value + steps) % 2 ** 33) + 2 ** 33) % 2 ** 33;
    const [high, middle, low] = [Math.floor(moved / 2 ** 30), Math.floor(moved / 2 ** 15) % 2 ** 15, moved % 2 ** 15];
    out.set(
      [(read(0) & 0xf1) | (high << 1), middle >> 7, ((middle & 127) << 1) | 1, low >> 7, ((low & 127) << 1) | 1],
      at,
    );
  };
  for (let at = 0; at < out.length; at += 188) {
    if (((out[at + 1] ?? 0) & 0x40) === 0) continue;
    const head = at + 4 + (((out[at + 3] ?? 0) & 0x20) !== 0 ? 1 + (out[at + 4] ?? 0) : 0);
    if (out[head] !== 0 || out[head + 1] !== 0 || out[head + 2] !== 1) continue;
    const flags = (out[head + 7] ?? 0) >> 6;
    if (flags >= 2) move(head + 9);
    if (flags === 3) move(head + 14);
  }
  return out;
}

const timesOf = (all: readonly { timeMicroseconds: number }[]): number[] =>
  all.map(({ timeMicroseconds }) => timeMicroseconds);

/** Holds times against others, as exactly as the clock tells them. */
function expectTimes(found: readonly number[], expected: readonly number[], label = "times"): void {
  expect(found.length, label).toBe(expected.length);
  for (const [n, time] of found.entries())
    expect(Math.abs(time - (expected[n] ?? 0)), `${label}: number ${n}`).toBeLessThan(CLOCK_MICROSECONDS);
}

describe.skipIf(!hasProbe)("times of transport streams", () => {
  it("go on where the clock begins anew at 2^33", async () => {
    const bytes = readBytes(own("own-h264-aac.ts"));
    const expected = await open(bytes);
    // Two seconds after the first picture.
    const first = probed(own("own-h264-aac.ts"), "v:0")[0]?.pts ?? 0;
    const found = await open(later(bytes, 2 ** 33 - first - 180_000));
    expectTimes(timesOf(found.pictures), timesOf(expected.pictures));
    const [track] = expected.sounds as [AudioTrack];
    expectTimes(timesOf(found.frames(track)), timesOf(expected.frames(track)));
  });

  it("go on where another recording is put behind, in pictures and in sound", async () => {
    const bytes = readBytes(own("own-h264-aac.ts"));
    const expected = await open(bytes);
    for (const steps of [90_000 * 5000, -90_000 * 3, 90_000 * 1000]) {
      const base = later(bytes, 90_000 * 30);
      const twice = new Uint8Array(Buffer.concat([base, later(base, steps)]));
      const { pictures, frames, sounds } = await open(twice);
      const count = expected.pictures.length;
      expect(pictures).toHaveLength(2 * count);
      const spans = [pictures.slice(0, count), pictures.slice(count)].map((part) => timesOf(part));
      const moved = (spans[1]?.[0] ?? 0) - (spans[0]?.[0] ?? 0);
      expectTimes(spans[1]?.map((time) => time - moved) ?? [], spans[0] ?? [], `${steps} steps`);
      if (steps !== -90_000 * 3) expect(moved).toBeGreaterThan(3.9e6);
      expect(Math.abs(moved)).toBeLessThan(4.2e6);
      const found = frames(sounds[0] as AudioTrack);
      const all = expected.frames(sounds[0] as AudioTrack).length;
      const gaps = found.slice(1).map((frame, n) => frame.timeMicroseconds - (found[n]?.timeMicroseconds ?? 0));
      expect(found.length).toBeGreaterThan(2 * all - 3);
      expect(Math.max(...gaps)).toBeLessThan(200_000);
    }
  });

  it("have gaps where a part is missing", async () => {
    const bytes = readBytes(own("own-h264-aac.ts"));
    const expected = await open(bytes);
    const from = expected.pictures[30]?.offset ?? 0;
    const to = expected.pictures[75]?.offset ?? 0;
    const cut = new Uint8Array(Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]));
    const found = await open(cut);
    const pictures = [...expected.pictures.slice(0, 30), ...expected.pictures.slice(75)];
    expectTimes(timesOf(found.pictures), timesOf(pictures));
    const [track] = expected.sounds as [AudioTrack];
    const all = timesOf(expected.frames(track));
    const heard = found.frames(track);
    const known = timesOf(heard).filter((time) => all.some((one) => Math.abs(one - time) < CLOCK_MICROSECONDS));
    expect(known.length).toBeGreaterThan(heard.length - 3);
  });

  it("one head with a wrong time moves one picture, not what follows", async () => {
    const bytes = readBytes(own("own-h264-aac.ts"));
    const expected = timesOf((await open(bytes)).pictures);
    for (const number of [0, 1, 40])
      for (const seconds of [100, -100, 5000]) {
        const picture = (await open(bytes)).pictures[number] as CodedSample;
        let at = picture.offset;
        while ((((bytes[at + 1] ?? 0) & 31) << 8) + (bytes[at + 2] ?? 0) !== 0x100) at += 188;
        const forged = bytes.slice();
        forged.set(later(bytes.subarray(at, at + 188), seconds * 90_000), at);
        const found = timesOf((await open(forged)).pictures);
        // The film's first picture is where times count from.
        const first = number === 0 ? (found[5] ?? 0) - (expected[5] ?? 0) : 0;
        const others = (times: readonly number[]): number[] => times.filter((_, n) => n !== number);
        const moved = others(found).map((time) => time - first);
        expectTimes(moved, others(expected), `picture ${number}, ${seconds} s`);
      }
  });
});

describe.skipIf(!hasProbe)("under patent", () => {
  it("the slices of every programme lack their starts", async () => {
    const bytes = readBytes(own("own-h264-programmes.ts"));
    const shown = await withoutSlave(kernels, bytes, FILL);
    const args = [
      "-v",
      "quiet",
      "-show_entries",
      "stream=id,codec_type",
      "-of",
      "csv=p=0",
      own("own-h264-programmes.ts"),
    ];
    const pids = [...execFileSync("ffprobe", args, { encoding: "utf8" }).matchAll(/video,(0x[0-9a-f]+)/g)].map((one) =>
      Number(one[1]),
    );
    expect(new Set(pids).size).toBe(2);
    const { streams } = await openIndex(sourceFromBytes(bytes));
    const [first = 0] = pids;
    for (const pid of pids) {
      const parameter = (streams[0]?.parameter ?? 0) - first + pid;
      const [whole, open] = [bytes, shown].map((all) => elementaryBytes(all, 0, all.length, parameter).bytes) as [
        Uint8Array,
        Uint8Array,
      ];
      let slices = 0;
      for (let at = nextStartCode(whole, 0); at >= 0; at = nextStartCode(whole, at + 3)) {
        if (!isSlice((whole[at + 3] ?? 0) & 31)) continue;
        slices += 1;
        expect(open.subarray(at + 3, at + 6), `PID ${pid}, slice at ${at}`).toEqual(new Uint8Array(3).fill(FILL));
      }
      expect(slices).toBeGreaterThan(50);
    }
  });

  /** The scene's first second as H.264, and something beside it. @returns its bytes, and those under patent without the slave */
  async function beside(name: string, options: string): Promise<{ bytes: Uint8Array; shown: Uint8Array }> {
    const { path, isThere, aside, keep } = keptFile(name, options);
    if (!isThere) {
      const scene = ["-i", join(ROOT, "samples/scene.mp4"), "-t", "1", "-vf", "scale=320:180"];
      execFileSync("ffmpeg", ["-v", "error", "-y", ...scene, ...options.split(" "), aside]);
      keep();
    }
    const bytes = readBytes(path);
    expect((await openIndex(sourceFromBytes(bytes))).streams).toHaveLength(1);
    return { bytes, shown: await withoutSlave(kernels, bytes, FILL) };
  }

  /** Packets of a PID that carry something. */
  function* packetsOf(bytes: Uint8Array, pid: number) {
    for (let at = 0; at < bytes.length; at += 188) {
      const packet = readPacket(bytes, at);
      if (packet?.pid === pid && packet.payload < at + 188) yield { ...packet, end: at + 188 };
    }
  }

  it("of another programme's MPEG-2 4 of 16 bytes are withheld", async () => {
    const coding = "-map 0:v -map 0:v -c:v:0 libx264 -preset veryfast -c:v:1 mpeg2video -program st=0 -program st=1";
    const { bytes, shown } = await beside("mpeg2-beside.ts", coding);
    let places = 0;
    for (const { payload, end } of packetsOf(bytes, 0x101))
      for (let at = payload; at + 16 <= end; at += 16) {
        expect(shown.subarray(at, at + 4)).toEqual(new Uint8Array(4).fill(FILL));
        places += 1;
      }
    expect(places).toBeGreaterThan(1000);
  });

  it("of sound whose frames are not known, Opus, the packets lack their starts", async () => {
    const { bytes, shown } = await beside("opus.ts", "-c:v libx264 -preset veryfast -c:a libopus");
    const starts = [...packetsOf(bytes, 0x101)].filter((packet) => packet.starts);
    expect(starts.length).toBeGreaterThan(5);
    expect(starts.filter(({ payload }) => shown[payload] === FILL)).toHaveLength(starts.length);
  });

  it("frames of sound lack their first bytes, behind ADTS heads", async () => {
    const bytes = readBytes(own("own-h264-aac.ts"));
    const { sounds, frames } = await open(bytes);
    const shown = await withoutSlave(kernels, bytes, FILL);
    const { streams } = await openIndex(sourceFromBytes(bytes));
    const parameter = streams.find(({ track }) => track?.kind === "audio")?.parameter ?? 0;
    const [whole, left] = [bytes, shown].map((all) => elementaryBytes(all, 0, all.length, parameter).bytes) as [
      Uint8Array,
      Uint8Array,
    ];
    let at = 0;
    let cut = 0;
    const all = frames(sounds[0] as AudioTrack);
    for (const { bytes: frame, headBytes } of all) {
      expect(Buffer.compare(whole.subarray(at, at + frame.length), frame), `frame at ${at}`).toBe(0);
      expect(left.subarray(at, at + headBytes)).toEqual(frame.subarray(0, headBytes));
      if (left[at + headBytes] === FILL) cut += 1;
      at += frame.length;
    }
    expect(cut).toBeGreaterThan(all.length * 0.9);
  });
});
