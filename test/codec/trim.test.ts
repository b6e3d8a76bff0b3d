/** Parts of videos: ffmpeg finds the source's own pictures in them, from the one at the place that is named to the last before the end. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, extname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { concatBytes, MemorySink, sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { trimWebVtt } from "../../codec/captions/web-vtt.ts";
import { trimFile } from "../../codec/hosts/trim-file.ts";
import { chooseMethod } from "../../codec/methods/registry.ts";
import type { SourceMedia, SourcePacket, SourcePicture } from "../../codec/pictures/source-picture.ts";
import { changedRange, PiecedSource } from "../../codec/trim/pieced-source.ts";
import { checkTrim, type Trim } from "../../codec/trim/trim.ts";
import { trimMedia } from "../../codec/trim/trim-media.ts";
import { type Kernels, loadKernels } from "../../codec/wasm/load-kernels.ts";
import { combineDivision, divideFile, errorOf } from "../support/divisions.ts";
import { expectSameBytes, readWasm } from "../support/kernels.ts";
import { readBytes } from "../support/media.ts";
import { ownFiles } from "../support/own-media.ts";
import { sampleOf } from "../support/sample.ts";
import { ROOT } from "../support/tree.ts";

const folder = mkdtempSync(join(tmpdir(), "cmix-trim-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels(readWasm("kernels"));
});

/** The whole of a trimmed file. */
async function trimmedBytes(
  bytes: Uint8Array,
  trim: Trim,
): Promise<{ bytes: Uint8Array; taken: Trim; leftOut: readonly string[] }> {
  const { source, write, taken, leftOut } = await trimFile(sourceFromBytes(bytes), trim);
  if (source !== undefined) return { bytes: await source.read(0, source.size), taken, leftOut };
  let written = new Uint8Array();
  await write?.({
    write(part, offset) {
      const end = offset + part.length;
      if (end > written.length) written = new Uint8Array(concatBytes(written, new Uint8Array(end - written.length)));
      written.set(part, offset);
    },
  });
  return { bytes: written, taken, leftOut };
}

interface Picture {
  seconds: number;
  hash: string;
}

/** As ffmpeg decodes them, and what it has to say. */
function picturesOf(path: string): Picture[] {
  const out = execFileSync(
    "ffmpeg",
    [
      "-v",
      "error",
      "-i",
      path,
      "-map",
      "0:v:0",
      "-fps_mode",
      "passthrough",
      "-enc_time_base",
      "1:90000",
      "-f",
      "framemd5",
      "-",
    ],
    { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] },
  );
  return out
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(",").map((part) => part.trim()))
    .map(([, , pts = "", , , hash = ""]) => ({ seconds: Number(pts) / 90_000, hash }));
}

/** Seconds of the whole file, as ffprobe tells. */
const secondsOf = (path: string): number =>
  Number(
    execFileSync("ffprobe", ["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", path], {
      encoding: "utf8",
    }),
  );

const FILES = [
  ...[join(ROOT, "samples/scene.mp4")],
  ...ownFiles("mp4", "webm", "mpeg", "h264").filter((path) =>
    /own-(b-frames|fragmented|edit-list|turned|uneven-times|vp9\.|h264\.mkv|clusters|mpeg1\.m1v|mpeg1-ps|mpeg2\.ts|mpeg2\.vob|mpeg2-ip|h264-keys|h264-aac|h264-sounds|h264-ac3|baseline)/.test(
      path,
    ),
  ),
];

/** Of an open group the last pictures that are shown need the next group's first, and go with it. */
const LEADING_PICTURES = 2;

describe.runIf(FILES.length > 1)("a part of a file that is kept as it is", () => {
  const names = FILES.map((path) => ({ name: basename(path), path }));

  it.each(sampleOf(names, 8))(
    "$name: its pictures from a key picture to another, its length, and the same again out of a pair",
    async ({ path }) => {
      const bytes = readBytes(path);
      const isElementary = /m1v|m2v|264/.test(extname(path));
      // ffmpeg's times for a stream that has none do not go by its pictures' order.
      const source = picturesOf(path).map((picture, i) => (isElementary ? { ...picture, seconds: i / 30 } : picture));
      const isStream = !/mp4|mov|webm|mkv/.test(extname(path));
      const zero = isStream ? (source[0]?.seconds ?? 0) : 0;
      const step = ((source.at(-1)?.seconds ?? 0) - zero) / (source.length - 1);
      const length = step * source.length;
      for (const [from, to] of [
        [0.4 * length, 0.7 * length],
        [0, 0.5 * length],
        [0.55 * length, Number.POSITIVE_INFINITY],
      ] as const) {
        const label = `from ${from} to ${to}`;
        const { bytes: part, taken, leftOut } = await trimmedBytes(bytes, trimOf(from, to));
        expect(leftOut, label).toEqual([]);
        const [start, end] = [taken.fromMicroseconds / 1e6, taken.toMicroseconds / 1e6];
        expect(start, label).toBeLessThanOrEqual(from + 0.002);
        expect(end, label).toBeGreaterThanOrEqual(Math.min(to, length) - 0.002);

        const out = join(folder, `part${extname(path)}`);
        writeFileSync(out, part);
        const pictures = picturesOf(out);
        const wanted = source.filter(
          ({ seconds }) => seconds - zero > start - step / 2 && seconds - zero < end - step / 2,
        );
        expect(pictures.length, label).toBeGreaterThanOrEqual(wanted.length - LEADING_PICTURES);
        expect(
          pictures.map(({ hash }) => hash),
          label,
        ).toEqual(wanted.slice(0, pictures.length).map(({ hash }) => hash));
        // ffprobe guesses the length of elementary streams by their bit rate; a packet of a program stream holds some frames of sound.
        if (!isElementary)
          expect(Math.abs(secondsOf(out) - (Math.min(end, length) - start)), label).toBeLessThan(
            /vob|mpg/.test(extname(path)) ? 0.3 : 0.15,
          );

        const method = await chooseMethod(sourceFromBytes(part));
        const sinks = { main: new MemorySink(), slave: new MemorySink() };
        const texts = { title: "part", mainName: "part.cmx", slaveName: "part.cms" };
        await divideFile(
          kernels,
          method as "mpeg" | "samples",
          part.slice(),
          { ...texts, protection: "sealed" },
          sinks,
        );
        const pair = { main: sinks.main.bytes(), slave: sinks.slave.bytes() };
        expectSameBytes(await combineDivision(kernels, pair), part, label);
      }
    },
    60_000,
  );

  it.each(names)("$name: the whole, where all is asked for", async ({ path }) => {
    const { taken } = await trimFile(sourceFromBytes(readBytes(path)), trimOf(0, Number.POSITIVE_INFINITY));
    expect(taken).toEqual(trimOf(0, Number.POSITIVE_INFINITY));
  });

  it("takes the pictures away that need those before: a group that is not closed gets broken_link", async () => {
    const path = FILES.find((one) => one.endsWith("own-mpeg1.m1v")) as string;
    const { source } = await trimFile(sourceFromBytes(readBytes(path)), trimOf(1, 2));
    const part = (await source?.read(0, 200)) as Uint8Array;
    const group = part.findIndex((_, i) => [0, 0, 1, 0xb8].every((byte, k) => part[i + k] === byte));
    expect((part[group + 7] ?? 0) & 0x60).toBe(0x20);
    const end = (await source?.read(source.size - 4, 4)) as Uint8Array;
    expect([...end]).toEqual([0, 0, 1, 0xb7]);
  });

  it("stops writing when it is told to", async () => {
    const { write } = await trimFile(sourceFromBytes(readBytes(FILES[0] as string)), trimOf(2, 8));
    const stopping = new AbortController();
    const target = { write: () => stopping.abort() };
    const error = await errorOf(write?.(target, stopping.signal) as Promise<void>);
    expect(error).toMatchObject({ name: "AbortError" });
  });
});

const trimOf = (from: number, to: number): Trim => ({ fromMicroseconds: from * 1e6, toMicroseconds: to * 1e6 });

describe("a part of pictures and sound that are coded anew", () => {
  const STEP = 40_000;
  const media = (): SourceMedia => {
    async function* pictures(): AsyncGenerator<SourcePicture> {
      for (let i = 0; i < 50; i++)
        yield {
          timestampMicroseconds: i * STEP,
          durationMicroseconds: STEP,
          format: "I420",
          width: 2,
          height: 2,
          data: Uint8Array.of(i),
          planes: [],
        };
    }
    async function* packets(): AsyncGenerator<SourcePacket> {
      for (let i = 0; i < 100; i++)
        yield { timestampMicroseconds: i * 20_000, durationMicroseconds: 20_000, data: Uint8Array.of(i) };
    }
    const audio = { codec: "opus", sampleRate: 48_000, channels: 2, packets: packets() };
    return { video: { width: 2, height: 2, frameRate: [25, 1] }, pictures: pictures(), audio };
  };
  const listed = async (pictures: AsyncIterable<SourcePicture>) => {
    const found: [number | undefined, number, number][] = [];
    for await (const { data, timestampMicroseconds, durationMicroseconds } of pictures)
      found.push([data[0], timestampMicroseconds, durationMicroseconds]);
    return found;
  };

  it("begins with the picture on the screen at the one time and ends at the other, to the microsecond", async () => {
    const trimmed = trimMedia(media(), { fromMicroseconds: 410_000, toMicroseconds: 530_000 });
    expect(await listed(trimmed.pictures)).toEqual([
      [10, 0, 30_000],
      [11, 30_000, 40_000],
      [12, 70_000, 40_000],
      [13, 110_000, 10_000],
    ]);
  });

  it("takes just the pictures between where the times are theirs", async () => {
    const trimmed = trimMedia(media(), { fromMicroseconds: 400_000, toMicroseconds: 480_000 });
    expect(await listed(trimmed.pictures)).toEqual([
      [10, 0, 40_000],
      [11, 40_000, 40_000],
    ]);
    const toEnd = trimMedia(media(), { fromMicroseconds: 1_920_000, toMicroseconds: Number.POSITIVE_INFINITY });
    expect(await listed(toEnd.pictures)).toEqual([
      [48, 0, 40_000],
      [49, 40_000, 40_000],
    ]);
  });

  it("goes on in the middle of a part", async () => {
    const trimmed = trimMedia(media(), { fromMicroseconds: 400_000, toMicroseconds: 600_000 });
    const rest = await listed(trimmed.picturesFrom?.(120_000) as AsyncIterable<SourcePicture>);
    expect(rest).toEqual([
      [13, 120_000, 40_000],
      [14, 160_000, 40_000],
    ]);
  });

  it("takes the sound between, and what its decoder is started with", async () => {
    const trimmed = trimMedia(media(), { fromMicroseconds: 410_000, toMicroseconds: 450_000 });
    const found: [number | undefined, number, number][] = [];
    for await (const { data, timestampMicroseconds, durationMicroseconds } of trimmed.audio?.packets ?? [])
      found.push([data[0], timestampMicroseconds, durationMicroseconds]);
    expect(found).toEqual([
      [15, 0, 0],
      [16, 0, 0],
      [17, 0, 0],
      [18, 0, 0],
      [19, 0, 0],
      [20, 0, 10_000],
      [21, 10_000, 20_000],
      [22, 30_000, 20_000],
    ]);
  });

  it("refuses what lies behind the video, or backwards", () => {
    expect(() => checkTrim(trimOf(0, 5), 10e6)).not.toThrow();
    expect(() => checkTrim(trimOf(11, 12), 10e6)).toThrow(/nothing lies between 11 s and 12 s of a video of 10 s/);
    expect(() => checkTrim(trimOf(5, 5), 10e6)).toThrow(/nothing lies between/);
  });

  it("says so where a part begins behind the last picture", async () => {
    const error = await errorOf(listed(trimMedia(media(), trimOf(2, 3)).pictures));
    expect(error).toMatchObject({ code: "input", details: { reason: "trim" } });
  });
});

describe("captions of a part", () => {
  const TEXT =
    "WEBVTT\n\nNOTE kept\n\n1\n00:00.500 --> 00:02.000\nfirst\n\n00:00:03.000 --> 00:00:04.000 line:0\nsecond\nof two\n\n00:09.000 --> 00:10.000\nlate\n";

  it("are moved with it; a cue across its start or end is cut, others are left out", () => {
    expect(trimWebVtt(TEXT, { from: 1, to: 3.25 })).toBe(
      "WEBVTT\n\nNOTE kept\n\n1\n00:00:00.000 --> 00:00:01.000\nfirst\n\n00:00:02.000 --> 00:00:02.250 line:0\nsecond\nof two\n",
    );
    expect(trimWebVtt(TEXT, { from: 4, to: 8 })).toBeUndefined();
    expect(trimWebVtt(TEXT, { from: 5, to: Number.POSITIVE_INFINITY })).toContain(
      "00:00:04.000 --> 00:00:05.000\nlate",
    );
  });
});

it("a file made of pieces reads as one, across them", async () => {
  const source = sourceFromBytes(Uint8Array.from({ length: 20 }, (_, i) => i));
  const changes = [
    { offset: 12, bytes: new Uint8Array(), length: 3 },
    { offset: 8, bytes: Uint8Array.of(100, 101) },
    { offset: 19, bytes: Uint8Array.of(1) },
  ];
  const pieces = new PiecedSource(source, [Uint8Array.of(200), ...changedRange({ start: 5, end: 18 }, changes)]);
  const all = [200, 5, 6, 7, 100, 101, 10, 11, 15, 16, 17];
  expect([...(await pieces.read(0, pieces.size))]).toEqual(all);
  for (let from = 0; from < all.length; from++)
    expect([...(await pieces.read(from, Math.min(4, all.length - from)))]).toEqual(all.slice(from, from + 4));
});
