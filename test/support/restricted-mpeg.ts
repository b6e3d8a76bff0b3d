/** MPEG files of three kinds with a part that not everybody sees, made small by ffmpeg; what they hold by other programs' word. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemorySink } from "../../codec/bytes/bytes.ts";
import type { RestrictedPart } from "../../codec/restriction/part.ts";
import type { Kernels } from "../../codec/wasm/load-kernels.ts";
import { type Division, divideFile } from "./divisions.ts";

export const [WIDTH, HEIGHT, RATE] = [176, 144, 25];
export const PICTURES = 60;

export const PICTURES_IN = [
  "-f",
  "lavfi",
  "-i",
  `testsrc2=size=${WIDTH}x${HEIGHT}:rate=${RATE}:duration=${PICTURES / RATE},noise=alls=5:allf=t:all_seed=5`,
];
const NOISE_IN = ["-f", "lavfi", "-i", `anoisesrc=r=48000:d=${PICTURES / RATE}:a=0.5:seed=7`];
const SOUND = ["-c:a", "mp2", "-b:a", "128k", "-ac", "2"];
const GROUPS = ["-g", "10", "-bf", "2", "-q:v", "3"];

/** Groups are open but for the first, with B-pictures before each I-picture. */
export const KINDS = {
  "program stream": [...PICTURES_IN, ...NOISE_IN, "-c:v", "mpeg1video", ...GROUPS, ...SOUND, "-f", "mpeg"],
  "transport stream": [...PICTURES_IN, ...NOISE_IN, "-c:v", "mpeg2video", ...GROUPS, ...SOUND, "-f", "mpegts"],
  "elementary stream": [...PICTURES_IN, "-c:v", "mpeg2video", ...GROUPS, "-f", "mpeg2video"],
} as const;
export type Kind = keyof typeof KINDS;

/** From the 20th picture to the 34th: neither end is a group's. */
export const HIDDEN = { from: 20, to: 34 };
export const PART: RestrictedPart = {
  startMicroseconds: (HIDDEN.from * 1e6) / RATE,
  endMicroseconds: (HIDDEN.to * 1e6) / RATE,
  areas: [{ x: 250, y: 250, width: 500, height: 500 }],
  treatment: "black",
  sound: "mute",
  viewers: "premium",
};

/** ffmpeg, which ends at the first thing that is wrong. */
export const ffmpeg = (...args: string[]): Uint8Array =>
  new Uint8Array(execFileSync("ffmpeg", ["-nostdin", "-v", "error", "-xerror", ...args], { maxBuffer: 1 << 28 }));

export const makeFile = (kind: Kind): Uint8Array => ffmpeg(...KINDS[kind], "-");

/** What ffmpeg makes of a file; it may seek in it. */
export function outOf(bytes: Uint8Array, ...options: string[]): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), "cmix-mpeg-"));
  try {
    writeFileSync(join(folder, "in.mpg"), bytes);
    ffmpeg("-i", join(folder, "in.mpg"), ...options, join(folder, "out"));
    return new Uint8Array(readFileSync(join(folder, "out")));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file's pictures as ffmpeg decodes them: Y, Cb, Cr. */
export function picturesOf(bytes: Uint8Array): Uint8Array[] {
  const all = outOf(bytes, "-an", "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "yuv420p");
  const size = WIDTH * HEIGHT * 1.5;
  return Array.from({ length: all.length / size }, (_, i) => all.subarray(i * size, (i + 1) * size));
}

/** When a file's pictures are shown, in ticks of ffmpeg's clock. */
export function timesOf(bytes: Uint8Array): number[] {
  const told = outOf(bytes, "-map", "0:v:0", "-copyts", "-fps_mode", "passthrough", "-f", "framemd5");
  const lines = new TextDecoder().decode(told).split("\n");
  return lines.filter((line) => line.startsWith("0,")).map((line) => Number(line.split(",")[2]));
}

/** Continuity counters of a transport stream that do not follow each other, and clock references that go back. */
export function transportFaults(bytes: Uint8Array): string[] {
  const faults: string[] = [];
  const counters = new Map<number, number>();
  let clock = 0;
  for (let at = 0; at + 188 <= bytes.length; at += 188) {
    const [sync = 0, high = 0, low = 0, flags = 0, length = 0, fields = 0] = bytes.subarray(at, at + 6);
    if (sync !== 0x47) faults.push(`no packet at ${at}`);
    const pid = ((high & 31) << 8) | low;
    if (pid === 0x1fff) continue;
    const before = counters.get(pid);
    const counter = flags & 15;
    const wanted = before === undefined ? counter : (before + ((flags >> 4) & 1)) & 15;
    if (counter !== wanted) faults.push(`counter ${counter} of ${pid} at ${at}, not ${wanted}`);
    counters.set(pid, counter);
    if ((flags & 0x20) === 0 || length < 7 || (fields & 0x10) === 0) continue;
    const reference = new DataView(bytes.buffer, bytes.byteOffset + at + 6).getUint32(0);
    if (reference < clock) faults.push(`clock goes back at ${at}`);
    clock = reference;
  }
  return faults;
}

/** Packs of a program stream of MPEG-1 whose clock goes back, or before which more bytes came than the one before allows. */
export function programFaults(bytes: Uint8Array): string[] {
  const faults: string[] = [];
  let before: { at: number; ticks: number; rate: number } | undefined;
  for (let at = 0; at + 12 <= bytes.length; at++) {
    if (bytes[at] !== 0 || bytes[at + 1] !== 0 || bytes[at + 2] !== 1 || bytes[at + 3] !== 0xba) continue;
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = bytes.subarray(at + 4, at + 12);
    const ticks = ((a >> 1) & 7) * 2 ** 30 + b * 2 ** 22 + (c >> 1) * 2 ** 15 + d * 2 ** 7 + (e >> 1);
    if (before !== undefined) {
      if (ticks < before.ticks) faults.push(`clock goes back at ${at}`);
      const allowed = ((ticks - before.ticks) / 90_000) * before.rate;
      // A tick more or less: the clock is rounded.
      if (at - before.at > allowed + before.rate / 90_000) faults.push(`${at - before.at} bytes at ${before.at}`);
    }
    before = { at, ticks, rate: 50 * (((f & 127) << 15) | (g << 7) | (h >> 1)) };
  }
  return faults;
}

/** Of an elementary stream, the slices of each picture, by the order in which pictures are shown. */
export function slicesOf(stream: Uint8Array): Uint8Array[] {
  const shown: Uint8Array[] = [];
  let [before, inGroup, number] = [0, 0, 0];
  const codes: number[] = [];
  for (let at = stream.indexOf(1, 2); at >= 0; at = stream.indexOf(1, at + 1))
    if (stream[at - 1] === 0 && stream[at - 2] === 0) codes.push(at - 2);
  codes.forEach((at, i) => {
    const code = stream[at + 3] ?? 0;
    if (code === 0xb8) [before, inGroup] = [before + inGroup, 0];
    else if (code === 0) {
      number = before + (((stream[at + 4] ?? 0) << 2) | ((stream[at + 5] ?? 0) >> 6));
      inGroup += 1;
    } else if (code <= 0xaf) {
      const slice = stream.subarray(at + 4, codes[i + 1] ?? stream.length);
      shown[number] = new Uint8Array(Buffer.concat([shown[number] ?? new Uint8Array(), slice]));
    }
  });
  return shown;
}

/** A file with parts through method `mpeg`. */
export async function divideParts(
  kernels: Kernels,
  bytes: Uint8Array,
  restrictions: RestrictedPart[] = [PART],
): Promise<Division> {
  const sinks = { main: new MemorySink(), slave: new MemorySink() };
  const texts = { title: "clip", mainName: "clip.cmx", slaveName: "clip.cms", protection: "sealed" as const };
  await divideFile(kernels, "mpeg", bytes, { ...texts, restrictions }, sinks);
  return { main: sinks.main.bytes(), slave: sinks.slave.bytes() };
}
