/** Files with MPEG video as a source of method `compress`: ffmpeg's pictures at ffprobe's times, with the sound as it is coded. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ByteSource, concatBytes, sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { openMpeg } from "../../codec/containers/open-mpeg.ts";
import { readTimePoints } from "../../codec/methods/mpeg/file-times.ts";
import { MpegDecoder, tightPicture } from "../../codec/methods/mpeg/mpeg-decoder.ts";
import { type MpegMediaOptions, openMpegMedia } from "../../codec/methods/mpeg/mpeg-media.ts";
import { fitI420 } from "../../codec/pictures/fit-i420.ts";
import type { SourcePacket, SourcePicture } from "../../codec/pictures/source-picture.ts";
import { type Kernels, loadKernels } from "../../codec/wasm/load-kernels.ts";
import { expectSameBytes, readWasm } from "../support/kernels.ts";
import { decodeStream, ffmpegPictures, streamOf } from "../support/mpeg-frames.ts";
import { writeTools } from "../support/mpeg-writer.ts";
import { differences, psnr } from "../support/quality.ts";
import { sampleOf } from "../support/sample.ts";
import { hasFfmpeg } from "../support/tools.ts";

const WIDTH = 176;
const HEIGHT = 144;
const PICTURE_BYTES = (WIDTH * HEIGHT * 3) / 2;
const SIZE = `${WIDTH}x${HEIGHT}`;
/** One step of the clock of 90 kHz, and a half. */
const CLOCK_MICROSECONDS = 17;

const folder = mkdtempSync(join(tmpdir(), "cmix-media-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels(readWasm("kernels"));
});

/** A moving pattern with a tone. @returns its path */
function make(name: string, seconds: number, options: string): string {
  const path = join(folder, name);
  const picture = ["-f", "lavfi", "-i", `testsrc2=size=${SIZE}:rate=25`];
  const tone = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"];
  const cut = ["-t", String(seconds), "-threads", "1"];
  execFileSync("ffmpeg", ["-v", "error", "-y", ...picture, ...tone, ...cut, ...options.split(" "), path]);
  return path;
}

async function readAll(source: ByteSource, options?: MpegMediaOptions) {
  const media = await openMpegMedia(kernels, source, options);
  try {
    const pictures: SourcePicture[] = [];
    for await (const picture of media.pictures) pictures.push(picture);
    const packets: SourcePacket[] = [];
    for await (const packet of media.audio?.packets ?? []) packets.push(packet);
    return { video: media.video, audio: media.audio, pictures, packets };
  } finally {
    media.close();
  }
}
const readFile = (path: string, options?: MpegMediaOptions) => readAll(sourceFromBytes(readFileSync(path)), options);

/** In microseconds, in the order of display. */
function probedTimes(path: string, stream: "v" | "a"): { start: number; size: number }[] {
  const what = ["-select_streams", stream, "-show_entries", "frame=best_effort_timestamp,pkt_size"];
  const json = execFileSync("ffprobe", ["-v", "quiet", ...what, "-of", "json", path], { encoding: "utf8" });
  const { frames } = JSON.parse(json) as { frames: { best_effort_timestamp: number; pkt_size: string }[] };
  return frames.map((frame) => ({ start: frame.best_effort_timestamp / 0.09, size: Number(frame.pkt_size) }));
}

const timesOf = (pictures: readonly SourcePicture[]): number[] => pictures.map((one) => one.timestampMicroseconds);

function expectTimes(ours: readonly number[], theirs: readonly number[]): void {
  expect(ours.length).toBe(theirs.length);
  for (const [i, time] of ours.entries()) {
    const told = theirs[i] ?? 0;
    // ffmpeg gives the last frames of a stream no time now and then.
    if (i < 50 || !Number.isNaN(told))
      expect(Math.abs(time - told), `number ${i}`).toBeLessThanOrEqual(CLOCK_MICROSECONDS);
  }
}

describe.skipIf(!hasFfmpeg())("D3: MPEG files as a source of `compress`", () => {
  const files: [string, string, { codec: string } | undefined][] = [
    ["a.ts", "-c:v mpeg2video -bf 2 -g 12 -c:a mp2", { codec: "mp2" }],
    ["a.vob", "-c:v mpeg2video -bf 2 -g 12 -c:a ac3 -f vob", { codec: "ac-3" }],
    ["a.mpg", "-c:v mpeg1video -bf 2 -g 12 -c:a mp2 -f mpeg", { codec: "mp2" }],
    ["aac.ts", "-c:v mpeg2video -g 12 -c:a aac -b:a 96k", { codec: "mp4a.40.2" }],
    ["a.m2v", "-c:v mpeg2video -bf 2 -g 12 -an", undefined],
  ];
  it.each(sampleOf(files, 3))("%s: ffmpeg's pictures and ffprobe's times", async (name, options, sound) => {
    const path = make(name, 3, options);
    const { video, audio, pictures, packets } = await readFile(path);
    expect(video).toMatchObject({ width: WIDTH, height: HEIGHT, frameRate: [25, 1], pixelAspect: [1, 1] });
    const theirs = ffmpegPictures((await streamOf(readFileSync(path))) as Uint8Array, PICTURE_BYTES);
    expect(pictures.length).toBe(theirs.length);
    for (const [i, { data }] of pictures.entries())
      expect(differences(data, theirs[i] as Uint8Array).mean, `picture ${i}`).toBeLessThan(0.05);
    const probed = probedTimes(path, "v");
    const begin = probed[0]?.start ?? 0;
    const byRate = name.endsWith(".m2v");
    expectTimes(
      timesOf(pictures),
      byRate ? theirs.map((_, i) => i * 40_000) : probed.map(({ start }) => start - begin),
    );
    expect(audio?.codec).toBe(sound?.codec);
    if (sound === undefined) return;
    const heard = probedTimes(path, "a").filter(({ start }) => start - begin > 0);
    const behind = packets.filter(({ timestampMicroseconds }) => timestampMicroseconds > 0);
    expect(Math.abs(behind.length - heard.length)).toBeLessThanOrEqual(1);
    for (const [i, { timestampMicroseconds, data }] of behind.slice(0, heard.length).entries()) {
      // The frames' own length is exact, the clock's is rounded.
      expect(Math.abs(timestampMicroseconds - (heard[i]?.start ?? 0) + begin), `packet ${i}`).toBeLessThan(1000);
      if (sound.codec !== "mp4a.40.2") expect(data.length).toBe(heard[i]?.size);
    }
  });

  it("interlaced frames are made whole of their first field", async () => {
    const woven = "-vf tinterlace=interleave_top,setfield=tff -r 25 -c:v mpeg2video -q:v 2 -flags +ildct+ilme -an";
    const path = join(folder, "fields.m2v");
    const picture = ["-f", "lavfi", "-i", `testsrc2=size=${SIZE}:rate=50`, "-t", "2"];
    execFileSync("ffmpeg", ["-v", "error", "-y", ...picture, ...woven.split(" "), path]);
    const raw = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-"];
    const moments = execFileSync("ffmpeg", ["-v", "error", ...picture, ...raw], { maxBuffer: 1 << 28 });
    const frames = decodeStream(kernels, readFileSync(path));
    const { pictures } = await readFile(path);
    expect(pictures.length).toBe(frames.length);
    const luma = WIDTH * HEIGHT;
    const likeness = (samples: Uint8Array, i: number): number =>
      psnr(samples.subarray(0, luma), moments.subarray(2 * i * PICTURE_BYTES, 2 * i * PICTURE_BYTES + luma));
    const gains = pictures.map(({ data }, i) => likeness(data, i) - likeness(frames[i]?.samples as Uint8Array, i));
    const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
    console.info(`deinterlaced pictures are ${mean.toFixed(1)} dB nearer to the moment of the first field`);
    expect(mean).toBeGreaterThan(1.5);
  });

  it("times go on through the clock's wrap", async () => {
    const wrap = 2 ** 33 / 90_000;
    const path = make("wrap.ts", 4, `-c:v mpeg2video -bf 2 -g 12 -c:a mp2 -output_ts_offset ${Math.floor(wrap) - 2}`);
    const { pictures, packets } = await readFile(path);
    expectTimes(
      timesOf(pictures),
      pictures.map((_, i) => i * 40_000),
    );
    expect(pictures.length).toBe(100);
    const last = packets.at(-1);
    expect((last?.timestampMicroseconds ?? 0) / 1e6).toBeGreaterThan(3.8);
    expect((last?.timestampMicroseconds ?? 0) / 1e6).toBeLessThan(4.2);
  });

  it("another recording behind the first goes on where that ends", async () => {
    const options = "-c:v mpeg2video -b:v 3M -minrate 3M -maxrate 3M -bufsize 2M -g 12 -an";
    const parts = [make("one.ts", 4, options), make("two.ts", 4, `${options} -output_ts_offset 5000`)];
    const source = sourceFromBytes(concatBytes(...parts.map((path) => readFileSync(path))));
    const { pictures } = await readAll(source);
    expect(pictures.length).toBeGreaterThan(195);
    expect((pictures.at(-1)?.timestampMicroseconds ?? 0) / 1e6).toBeCloseTo(7.96, 0);
    for (const [i, { timestampMicroseconds }] of pictures.entries())
      if (i > 0) expect(timestampMicroseconds).toBeGreaterThan(pictures[i - 1]?.timestampMicroseconds ?? 0);
  });

  it("pictures of another size are brought to that of the first", async () => {
    const parts = ["", "-vf scale=320:240"].map((size, i) =>
      readFileSync(make(`size${i}.m2v`, 1, `${size} -c:v mpeg2video -g 12 -an`.trim())),
    );
    const { video, pictures } = await readAll(sourceFromBytes(concatBytes(...parts)));
    expect(video).toMatchObject({ width: WIDTH, height: HEIGHT });
    expect(pictures.length).toBe(50);
    // Both parts show the same.
    for (const [i, { data }] of pictures.slice(25).entries()) {
      expect(data.length).toBe(PICTURE_BYTES);
      expect(psnr(data, pictures[i]?.data as Uint8Array)).toBeGreaterThan(20);
    }
  });

  it("from a time on: the same pictures at the same times", async () => {
    for (const [name, options] of [
      ["long.ts", "-c:v mpeg2video -bf 2 -g 12 -c:a mp2"],
      [
        "two-programmes.ts",
        "-filter_complex color=c=red:s=176x144:r=25[b] -map 0:v -map [b] -c:v mpeg2video -g 12 -program st=0 -program st=1",
      ],
      ["long.mpg", "-c:v mpeg1video -bf 2 -g 12 -c:a mp2 -f mpeg"],
    ] as const) {
      const path = make(name, 30, options);
      const all = new Map((await readFile(path)).pictures.map((one) => [one.timestampMicroseconds, one.data]));
      for (const startSeconds of [0.5, 11, 22]) {
        const media = await openMpegMedia(kernels, sourceFromBytes(readFileSync(path)), { startSeconds });
        let first: number | undefined;
        let compared = 0;
        for await (const { timestampMicroseconds, data } of media.pictures) {
          first ??= timestampMicroseconds;
          const same = [...all.keys()].find((time) => Math.abs(time - timestampMicroseconds) <= 2 * CLOCK_MICROSECONDS);
          expect(differences(data, all.get(same ?? -1) as Uint8Array).mean, `${name} ${startSeconds}`).toBe(0);
          compared += 1;
          if (timestampMicroseconds > startSeconds * 1e6) break;
        }
        media.close();
        expect(compared).toBeGreaterThan(1);
        expect(first ?? 0, `${name} begins in time`).toBeLessThanOrEqual(startSeconds * 1e6);
        expect(first ?? 0, `${name} begins near`).toBeGreaterThan(startSeconds * 1e6 - 9e6);
      }
    }
  });

  it("from a time on in a file with one key picture: from its start", async () => {
    const path = make("one-key.m1v", 20, "-c:v mpeg1video -g 600 -sc_threshold 1000000000 -bf 0 -an");
    const { pictures } = await readFile(path);
    const later = await readFile(path, { startSeconds: 15 });
    expect(timesOf(later.pictures)).toEqual(timesOf(pictures));
  });

  it("the length of a long file is told by its clock, also where that starts anew", async () => {
    // Behind 8 MB the rate changes: what the first megabytes say of the whole is wrong by far.
    const rich = make(
      "rich.ts",
      30,
      "-c:v mpeg2video -b:v 8M -maxrate 8M -bufsize 4M -g 6 -vf scale=640:480,noise=alls=20:allf=t -an",
    );
    const plain = make("plain.ts", 60, "-c:v mpeg2video -q:v 20 -g 12 -vf scale=640:480 -an -output_ts_offset 30");
    const again = make("again.ts", 60, "-c:v mpeg2video -q:v 20 -g 12 -vf scale=640:480 -an");
    for (const second of [plain, again]) {
      const bytes = concatBytes(readFileSync(rich), readFileSync(second));
      expect(bytes.length).toBeGreaterThan(20 << 20);
      const source = sourceFromBytes(bytes);
      const found = await openMpeg(source);
      if (found === undefined) throw new Error("no MPEG video");
      const points = await readTimePoints(source, found);
      const seconds = (points.at(-1)?.microseconds ?? 0) / 1e6;
      console.info(`${bytes.length} bytes: ${seconds.toFixed(2)} s of 90`);
      expect(Math.abs(seconds - 90)).toBeLessThan(second === plain ? 0.1 : 5);
    }
  });

  it("holds no more than a part of the file, and ends when it is told to", async () => {
    const part = readFileSync(
      make("part.ts", 8, "-c:v mpeg2video -b:v 6M -g 12 -vf scale=640:480,noise=alls=20:allf=t -an"),
    );
    const bytes = concatBytes(...Array.from({ length: 6 }, () => part));
    expect(bytes.length).toBeGreaterThan(20 << 20);
    let furthest = 0;
    const whole = sourceFromBytes(bytes);
    const source: ByteSource = {
      size: whole.size,
      read(offset, length) {
        furthest = Math.max(furthest, offset + length);
        return whole.read(offset, length);
      },
    };
    const stop = new AbortController();
    const media = await openMpegMedia(kernels, source, { signal: stop.signal });
    let pictures = 0;
    await expect(async () => {
      for await (const _ of media.pictures) {
        pictures += 1;
        if (pictures === 30) expect(furthest).toBeLessThan(6 << 20);
        if (pictures === 40) stop.abort();
      }
    }).rejects.toThrow(expect.objectContaining({ name: "AbortError" }));
    media.close();
    expect(pictures).toBe(40);
  });
});

it("4:2:2 and 4:4:4 become 4:2:0: the means of their samples", () => {
  for (const chroma of [2, 3] as const) {
    const { bytes } = writeTools(3, chroma);
    const decoder = new MpegDecoder(kernels);
    let pictures = 0;
    for (const picture of [...decoder.decode(bytes), ...decoder.end()].slice(-1)) {
      const { width, height } = picture;
      const shown = tightPicture(picture);
      const [columns, rows] = [(width + 1) >> 1, (height + 1) >> 1];
      const ours = new Uint8Array(width * height + 2 * columns * rows);
      fitI420(picture, { width, height }, ours);
      const from = chroma === 3 ? width : columns;
      const at = (x: number, y: number): number => shown[width * height + y * from + x] ?? 0;
      const mean = (a: number, b: number): number => (a + b + 1) >> 1;
      const down = (x: number, y: number): number => mean(at(x, 2 * y), at(x, 2 * y + 1));
      const plain = Uint8Array.from({ length: columns * rows }, (_, i) => {
        const [x, y] = [i % columns, Math.floor(i / columns)];
        return chroma === 3 ? mean(down(2 * x, y), down(2 * x + 1, y)) : down(x, y);
      });
      expectSameBytes(ours.subarray(0, width * height), shown.subarray(0, width * height), `luma ${chroma}`);
      expectSameBytes(ours.subarray(width * height, width * height + columns * rows), plain, `chroma ${chroma}`);
      pictures += 1;
    }
    expect(pictures).toBe(1);
    decoder.close();
  }
});

it("D3: a file without MPEG video is refused, and so is one without a picture", async () => {
  await expect(openMpegMedia(kernels, sourceFromBytes(new Uint8Array(5000)))).rejects.toThrow("no MPEG-1 or MPEG-2");
  const { bytes } = writeTools(1);
  const pictureAt = bytes.findIndex(
    (_, i) => bytes[i + 2] === 1 && bytes[i + 3] === 0 && bytes[i] === 0 && bytes[i + 1] === 0,
  );
  const headless = concatBytes(bytes.subarray(0, pictureAt), new Uint8Array(3000));
  await expect(openMpegMedia(kernels, sourceFromBytes(headless))).rejects.toThrow("no picture");
});
