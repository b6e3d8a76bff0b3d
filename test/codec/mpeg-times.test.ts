/** Method `mpeg`: when its pictures are shown and its sound is heard, against ffprobe (FORMAT.md 11.7). */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type Kernels, loadKernels } from "../../codec/wasm/load-kernels.ts";
import { readWasm } from "../support/kernels.ts";
import { playMpeg } from "../support/mpeg-play.ts";
import { sampleOf } from "../support/sample.ts";
import { hasFfmpeg, withFolder } from "../support/tools.ts";

/** A step of the 90 kHz clock, and its rounding. */
const NEAR_SECONDS = 0.00003;
const PICTURE_SECONDS = 0.04;
const PICTURES = ["-f", "lavfi", "-i", "testsrc2=s=352x288:r=25"];
const SOUND = ["-f", "lavfi", "-i", "sine=f=440:r=48000"];

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels(readWasm("kernels"));
});

const ffmpeg = (...args: string[]): void => {
  execFileSync("ffmpeg", ["-v", "error", "-y", ...args]);
};

/** Times of pictures, in the order of display: program streams do not tell each packet's. */
function pictureTimes(path: string): number[] {
  const entries = ["-select_streams", "v:0", "-show_entries", "frame=best_effort_timestamp_time", "-of", "csv=p=0"];
  const text = execFileSync("ffprobe", ["-v", "error", ...entries, path], { encoding: "utf8" });
  return text
    .split("\n")
    .map(Number.parseFloat)
    .filter((time) => !Number.isNaN(time));
}

/** Packets of a stream: their times as ffprobe has them, in the order of time, and their sizes. */
function probed(path: string, stream: string): { times: number[]; bytes: number[] } {
  const options = ["-v", "error", "-select_streams", stream, "-show_entries", "packet=pts_time,size", "-of", "json"];
  const { packets } = JSON.parse(execFileSync("ffprobe", [...options, path], { encoding: "utf8" }));
  const all = (packets as { pts_time: string; size: string }[]).map(({ pts_time, size }) => ({
    time: Number(pts_time),
    size: Number(size),
  }));
  const sorted = all.sort((a, b) => a.time - b.time);
  return { times: sorted.map(({ time }) => time), bytes: sorted.map(({ size }) => size) };
}

function expectNear(found: readonly number[], wanted: readonly number[]): void {
  expect(found).toHaveLength(wanted.length);
  for (const [i, time] of found.entries())
    expect(Math.abs(time - (wanted[i] as number)), `number ${i}: ${time}, ${wanted[i]}`).toBeLessThan(NEAR_SECONDS);
}

const MPEG2 = ["-c:v", "mpeg2video", "-b:v", "2M", "-g", "12", "-bf", "2"];

describe.skipIf(!hasFfmpeg())("times of method mpeg", () => {
  const rows: [string, string, string[]][] = [
    ["a transport stream with MP2", "a.ts", [...MPEG2, "-c:a", "mp2"]],
    ["a transport stream whose clock wraps", "b.ts", [...MPEG2, "-c:a", "mp2", "-output_ts_offset", "95441"]],
    ["packets of 192 bytes with AC-3", "c.m2ts", [...MPEG2, "-c:a", "ac3", "-mpegts_m2ts_mode", "1", "-f", "mpegts"]],
    ["a program stream of a DVD with AC-3", "d.vob", [...MPEG2, "-c:a", "ac3", "-f", "dvd"]],
    ["an MPEG-1 program stream", "e.mpg", ["-c:v", "mpeg1video", "-b:v", "1M", "-g", "15", "-bf", "2", "-c:a", "mp2"]],
  ];
  it.each(sampleOf(rows, 3))("%s: as ffprobe tells", async (_name, file, options) => {
    const { source, video, audio } = withFolder((folder) => {
      const path = join(folder, file);
      ffmpeg(...PICTURES, ...SOUND, "-t", "6", ...options, path);
      return { source: new Uint8Array(readFileSync(path)), video: pictureTimes(path), audio: probed(path, "a:0") };
    });
    const whole = await playMpeg(kernels, source);
    const zero = video[0] as number;
    expectNear(
      whole.pictures,
      video.map((time) => time - zero),
    );
    const [sound] = whole.sounds;
    expect(sound?.bytes).toEqual(audio.bytes);
    expectNear(
      sound?.times ?? [],
      audio.times.map((time) => time - zero),
    );
    // Begun in the middle, all is where it was.
    const { starts, pictures, sounds } = await playMpeg(kernels, source, 2);
    expect(starts[0]).toBeGreaterThan(2);
    expectNear(pictures, whole.pictures.slice(-pictures.length));
    expect(pictures.length).toBeGreaterThan(50);
    const times = sounds[0]?.times ?? [];
    expectNear(times, (sound?.times ?? []).slice(-times.length));
  });

  it("a recording put behind another goes on where its pictures end, its sound with it", async () => {
    const { source, pictures } = withFolder((folder) => {
      const [a, b] = ["a.ts", "b.ts"].map((name) => join(folder, name)) as [string, string];
      const all = [...PICTURES, ...SOUND, "-t", "4", ...MPEG2, "-c:a", "mp2"];
      ffmpeg(...all, a);
      ffmpeg(...all, "-output_ts_offset", "5000", b);
      const joined = Buffer.concat([readFileSync(a), readFileSync(b)]);
      writeFileSync(join(folder, "joined.ts"), joined);
      return { source: new Uint8Array(joined), pictures: probed(a, "v:0").times.length };
    });
    const played = await playMpeg(kernels, source);
    expect(played.pictures).toHaveLength(2 * pictures);
    const [first, second] = [played.pictures.slice(0, pictures), played.pictures.slice(pictures)];
    expect(Math.abs((second[0] as number) - (first.at(-1) as number) - 0.04)).toBeLessThan(0.13);
    expectNear(
      second.map((time) => time - (second[0] as number)),
      first.map((time) => time - (first[0] as number)),
    );
    const times = played.sounds[0]?.times ?? [];
    const late = times.filter((time) => time >= (second[0] as number));
    const lead = (first[0] as number) - (times[0] as number);
    expect(Math.abs((late[0] as number) - ((second[0] as number) - lead))).toBeLessThan(0.06);
  });

  it("an elementary stream's pictures follow each other by its rate, from any group on", async () => {
    const source = withFolder((folder) => {
      const path = join(folder, "a.m2v");
      ffmpeg(...PICTURES, "-t", "6", ...MPEG2, path);
      return new Uint8Array(readFileSync(path));
    });
    const { pictures } = await playMpeg(kernels, source);
    expectNear(
      pictures,
      Array.from({ length: 150 }, (_, i) => i * PICTURE_SECONDS),
    );
    const later = await playMpeg(kernels, source, 2);
    expectNear(later.pictures, pictures.slice(-later.pictures.length));
  });
});
