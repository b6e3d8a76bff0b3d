/** Method `samples` with parts that not everybody sees: the source to the byte, and a file that shows and holds nothing of them (R4). */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MemorySink, sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { openIndex } from "../../codec/containers/open-index.ts";
import { UnsupportedError } from "../../codec/errors.ts";
import { nodeRecoderOf } from "../../codec/hosts/node/index.ts";
import { RESTRICTED_LAYER } from "../../codec/layers/restricted.ts";
import type { OpenRecoder } from "../../codec/pictures/recoder.ts";
import type { RestrictedPart } from "../../codec/restriction/part.ts";
import { combineDivision, type Division, divideFile, errorOf } from "../support/divisions.ts";
import {
  BLACK_MOST,
  CLIP_HEIGHT,
  CLIP_PART,
  CLIP_RATE,
  CLIP_SECONDS,
  CLIP_WIDTH,
  clipLuminance,
  makeClip,
} from "../support/hidden-clips.ts";
import { type CheckKernels, expectSameBytes, loadCheckKernels } from "../support/kernels.ts";
import { psnr } from "../support/quality.ts";
import { allSegments, openPair, ordinary, sharedRun, shownSegments } from "../support/restricted.ts";

/** Of a tone of 0.12. */
const SILENT = 0.01;
const PICTURES = CLIP_SECONDS * CLIP_RATE;

let folder: string;
let kernels: CheckKernels;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "cmix-restricted-"));
  kernels = await loadCheckKernels();
});
afterAll(() => rmSync(folder, { recursive: true }));

const clip = (name: string, ...coding: string[]): Uint8Array => makeClip(join(folder, name), coding);

/** Decoded by ffmpeg, which has nothing to say. */
function decoded(bytes: Uint8Array, ...how: string[]): Uint8Array {
  const path = join(folder, "decoded");
  writeFileSync(path, bytes);
  const { stdout, stderr } = spawnSync("ffmpeg", ["-v", "error", "-i", path, ...how, "-"], { maxBuffer: 1 << 30 });
  expect(stderr.toString()).toBe("");
  return new Uint8Array(stdout);
}
const PICTURE_BYTES = (CLIP_WIDTH * CLIP_HEIGHT * 3) / 2;
const picturesOf = (bytes: Uint8Array): Uint8Array[] => {
  const all = decoded(bytes, "-map", "0:v:0", "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "yuv420p");
  return Array.from({ length: all.length / PICTURE_BYTES }, (_, i) =>
    all.subarray(i * PICTURE_BYTES, (i + 1) * PICTURE_BYTES),
  );
};
const soundOf = (bytes: Uint8Array): Float32Array =>
  new Float32Array(decoded(bytes, "-map", "0:a:0", "-f", "f32le", "-ac", "1", "-ar", "44100").buffer);
const secondsOf = (bytes: Uint8Array): number => {
  const path = join(folder, "probed");
  writeFileSync(path, bytes);
  return Number(
    execFileSync("ffprobe", ["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", path]).toString(),
  );
};

interface Sinks {
  main: MemorySink;
  slave: MemorySink;
}
const newSinks = (): Sinks => ({ main: new MemorySink(), slave: new MemorySink() });

const divideWith = (bytes: Uint8Array, part: RestrictedPart, openRecoder: OpenRecoder | undefined, sinks: Sinks) =>
  divideFile(
    kernels,
    "samples",
    bytes,
    {
      ...{ title: "clip", mainName: "clip.cmx", slaveName: "clip.cms", protection: "sealed" },
      ...{ restrictions: [part], openRecoder },
    },
    sinks,
  );

async function divide(bytes: Uint8Array, name: string): Promise<Division> {
  const sinks = newSinks();
  await divideWith(bytes, CLIP_PART, nodeRecoderOf(sourceFromBytes(bytes), name), sinks);
  return { main: sinks.main.bytes(), slave: sinks.slave.bytes() };
}

const AAC = ["-c:a", "aac", "-b:a", "64k"];
const H264 = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "23", ...AAC];
const VP9 = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"];
const HEVC = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "keyint=25:open-gop=0:log-level=none"];
/** What the clip is, how it is coded, and where the pictures that are coded anew begin and end. */
const CLIPS: readonly (readonly [what: string, name: string, coding: string[], first: number, end: number])[] = [
  ["H.264 with B-pictures", "b.mp4", [...H264, "-g", "25", "-bf", "3"], 25, 50],
  ["H.264 of open groups", "open.mp4", [...H264, "-g", "25", "-x264-params", "open-gop=1"], 0, 100],
  [
    "fragmented H.264",
    "f.mp4",
    [...H264, "-g", "25", "-movflags", "frag_keyframe+delay_moov+default_base_moof"],
    25,
    50,
  ],
  ["HEVC", "h.mp4", [...HEVC, ...AAC], 25, 50],
  [
    "VP9 in MP4",
    "v.mp4",
    ["-c:v", "libvpx-vp9", "-g", "25", "-deadline", "realtime", "-cpu-used", "8", ...AAC],
    25,
    50,
  ],
  ["VP9 in WebM", "v9.webm", [...VP9, "-g", "25", "-c:a", "libopus"], 25, 50],
  ["VP8 in WebM", "v8.webm", ["-c:v", "libvpx", "-g", "25", "-b:v", "400k", "-c:a", "libopus"], 25, 50],
  ["AV1 in MP4", "a.mp4", ["-c:v", "libsvtav1", "-preset", "12", "-g", "25", ...AAC], 25, 50],
];

describe.each(CLIPS)("%s with a hidden part, kept as it is", (_, name, coding, first, end) => {
  let source: Uint8Array;
  let pair: Division;
  let base: Uint8Array;
  beforeAll(async () => {
    source = clip(name, ...coding);
    pair = await divide(source, name);
    base = await combineDivision(kernels, await ordinary(pair));
  });

  it("R4 is the source to the byte with all units, and with base's alone a file as long, which decodes", async () => {
    expectSameBytes(await combineDivision(kernels, pair), source, "combined");
    expect(Math.abs(secondsOf(base) - secondsOf(source))).toBeLessThan(0.05);
    expect((await openIndex(sourceFromBytes(base))).streams.length).toBe(2);
  });

  it("R4 shows areas as they are treated, all around them over 38 dB, and other groups exactly", async () => {
    const [shown, truth] = [picturesOf(base), picturesOf(source)];
    expect([shown.length, truth.length]).toEqual([PICTURES, PICTURES]);
    for (const [i, picture] of shown.entries()) {
      const own = truth[i] as Uint8Array;
      if (i < first || i >= end) {
        expectSameBytes(picture, own, `picture ${i}`);
        continue;
      }
      expect(psnr(clipLuminance(picture, false), clipLuminance(own, false)), `around ${i}`).toBeGreaterThan(38);
      if (i === 29) continue; // WebM's times may be some milliseconds later
      const inside = clipLuminance(picture, true);
      if (i >= 30 && i < 45) expect(Math.max(...inside), `hidden in ${i}`).toBeLessThan(BLACK_MOST);
      else expect(psnr(inside, clipLuminance(own, true)), `picture ${i}`).toBeGreaterThan(38);
    }
  });

  it("R4 is silent in the part, and a packet around it", () => {
    const [heard, whole] = [soundOf(base), soundOf(source)];
    // Of fragments ffmpeg gives what the edit list cuts off before the beginning, too.
    const truth = whole.subarray(whole.length - heard.length);
    const loudest = (sound: Float32Array, from: number, to: number): number =>
      sound.slice(from * 44100, to * 44100).reduce((most, one) => Math.max(most, Math.abs(one)), 0);
    expect(loudest(heard, 1.2, 1.8)).toBeLessThan(SILENT);
    expect(loudest(truth, 1.2, 1.8)).toBeGreaterThan(0.1);
    // Decoders fill with noise, and keep some state, that depend on what they decoded before.
    for (const [from, to] of [
      [0, 1.1],
      [2.1, 3.9],
    ] as const)
      expect(
        loudest(
          heard.map((one, i) => one - (truth[i] ?? 0)),
          from,
          to,
        ),
      ).toBeLessThan(SILENT);
  });

  it("R4 gives nothing of what is coded of hidden pictures and sound: no run of 32 bytes", async () => {
    const given = await ordinary(pair);
    const index = await openIndex(sourceFromBytes(source));
    const hidden: Uint8Array[] = [];
    /** Of a tone that goes on, packets come again. */
    const others: Uint8Array[] = [];
    for await (const batch of index.samples())
      for (const { offset, size, timeMicroseconds: time, stream } of batch)
        if (stream <= 1) {
          const isHidden = time > CLIP_PART.startMicroseconds && time < CLIP_PART.endMicroseconds;
          (isHidden ? hidden : others).push(source.subarray(offset, offset + size));
        }
    expect(hidden.length).toBeGreaterThan(30);
    const opened = async (division: Division): Promise<Uint8Array[]> =>
      (await shownSegments(division)).flatMap(({ publicBytes, withheld }) => [publicBytes, withheld]);
    expect(sharedRun(hidden, [...(await opened(given)), given.main, given.slave, base], others)).toBeUndefined();
    expect(sharedRun(hidden, await opened(pair), others)).toBeDefined();
  });

  it("R4 keeps what everybody sees once", async () => {
    const { main } = await openPair(pair);
    const bytes = main.trailer?.sourceBytes ?? 0;
    const all = await allSegments(pair);
    const restricted = all.filter(({ head }) => head.layer === RESTRICTED_LAYER);
    const own = restricted.reduce((sum, { publicBytes, withheld }) => sum + publicBytes.length + withheld.length, 0);
    expect(own).toBeLessThan(bytes * (0.1 + (1.2 * (end - first)) / PICTURES));
  });
});

describe("what cannot be hidden in a file that is kept", () => {
  it("R4 is refused by name, with the way out, before anything is written", async () => {
    const film = clip("r.mp4", ...H264, "-t", "1");
    const part = { ...CLIP_PART, startMicroseconds: 0 };
    const noEncoder: OpenRecoder = async ({ codec }) => {
      throw new UnsupportedError(`no encoder for ${codec}`);
    };
    const refusal = async (bytes: Uint8Array, own: RestrictedPart, openRecoder?: OpenRecoder | null) => {
      const sinks = newSinks();
      const given = openRecoder === null ? undefined : (openRecoder ?? noEncoder);
      const error = await errorOf(divideWith(bytes, own, given, sinks));
      expect(error).toBeInstanceOf(UnsupportedError);
      expect([sinks.main.aborted, sinks.main.bytes().length]).toEqual([true, 0]);
      return String(error);
    };
    expect(await refusal(film, part)).toMatch(/no encoder for avc1/);
    expect(await refusal(film, part, null)).toMatch(/nothing here codes avc1.*choose method compress/);
    expect(await refusal(film, { ...part, sound: "voice" })).toMatch(/changed to voice/);
    const stream = clip("r.264", "-c:v", "libx264", "-t", "1");
    expect(await refusal(stream, part)).toMatch(/this container \(h264\).*choose method compress/);
    const mp3 = clip("r3.mp4", "-c:v", "libx264", "-c:a", "libmp3lame", "-t", "1");
    expect(await refusal(mp3, part)).toMatch(/cannot be muted here/);
  });

  it("R4 needs no encoder where the sound alone is hidden", async () => {
    const film = clip("s.mp4", ...H264, "-b:v", "4M", "-crf", "4");
    const sinks = newSinks();
    await divideWith(film, { ...CLIP_PART, areas: [] }, undefined, sinks);
    const pair = { main: sinks.main.bytes(), slave: sinks.slave.bytes() };
    const base = await combineDivision(kernels, await ordinary(pair));
    expectSameBytes(await combineDivision(kernels, pair), film, "combined");
    expect(picturesOf(base).length).toBe(PICTURES);
    expect(Math.abs(base.length - film.length)).toBeLessThan(10_000);
    const heard = soundOf(base).slice(1.2 * 44100, 1.8 * 44100);
    expect(heard.reduce((most, one) => Math.max(most, Math.abs(one)), 0)).toBeLessThan(1e-3);
  });
});
