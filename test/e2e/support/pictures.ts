/** Pictures as shown against pictures as ffmpeg decodes them. */
import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface Rgba {
  width: number;
  height: number;
  data: Uint8Array;
  /** Media time the player gave to the picture. */
  timeSeconds: number;
}

/** What of a page is needed here, whichever engine it is in. */
export interface Evaluator {
  evaluate<R>(work: () => R | Promise<R>): Promise<R>;
}

/**
 * What is on the player's canvas, once it stands still: a worker's canvas reaches the page some screen refreshes after it was painted,
 * on a busy machine later.
 */
export async function shownPicture(page: Evaluator): Promise<Rgba> {
  let picture = await readPicture(page);
  for (let look = 0; look < 20; look++) {
    await sleep(150);
    const next = await readPicture(page);
    if (next.timeSeconds === picture.timeSeconds && Buffer.compare(next.data, picture.data) === 0) return next;
    picture = next;
  }
  throw new Error("the picture does not stand still");
}

async function readPicture(page: Evaluator): Promise<Rgba> {
  const { base64, ...rest } = await page.evaluate(() => {
    const shown = document.querySelector<HTMLCanvasElement>(".video-canvas");
    if (shown === null) throw new Error("there is no canvas");
    const copy = document.createElement("canvas");
    copy.width = shown.width;
    copy.height = shown.height;
    const context = copy.getContext("2d");
    if (context === null) throw new Error("no 2d canvas");
    context.drawImage(shown, 0, 0);
    const { data } = context.getImageData(0, 0, copy.width, copy.height);
    let binary = "";
    for (let i = 0; i < data.length; i += 8192) binary += String.fromCharCode(...data.subarray(i, i + 8192));
    return {
      width: copy.width,
      height: copy.height,
      timeSeconds: Number(shown.dataset.pictureSeconds),
      base64: btoa(binary),
    };
  });
  return { ...rest, data: Buffer.from(base64, "base64") };
}

/** A clip with a picture that tells its time, and sound. @param size as ffmpeg takes it */
export async function makeLongClip(path: string, seconds: number, size: string): Promise<void> {
  await run("ffmpeg", [
    ...["-v", "error", "-y"],
    ...["-f", "lavfi", "-i", `testsrc=size=${size}:rate=25:duration=${seconds}`],
    ...["-f", "lavfi", "-i", `sine=frequency=440:sample_rate=44100:duration=${seconds}`],
    ...[
      "-c:v",
      "libx264",
      "-preset",
      "veryfast",
      "-crf",
      "10",
      "-pix_fmt",
      "yuv420p",
      "-c:a",
      "aac",
      "-movflags",
      "+faststart",
      path,
    ],
  ]);
}

/** A clip of 10 kbit/s without sound, a key picture every 5 s. */
export async function makeLowRateClip(path: string, seconds: number): Promise<void> {
  await run("ffmpeg", [
    ...["-v", "error", "-y", "-f", "lavfi", "-i", `testsrc=size=192x108:rate=5:duration=${seconds}`],
    ...["-c:v", "libx264", "-preset", "veryfast", "-crf", "30", "-g", "25", "-pix_fmt", "yuv420p"],
    ...["-movflags", "+faststart", path],
  ]);
}

/** Start of each picture of a file in seconds, in display order, as ffprobe has them; without those that an edit list hides. */
export async function pictureTimes(path: string): Promise<number[]> {
  const { stdout } = await run("ffprobe", [
    ...["-v", "error", "-select_streams", "v:0", "-show_entries", "packet=pts_time,flags", "-of", "csv=p=0", path],
  ]);
  return stdout
    .split("\n")
    .filter((line) => !/,.D/.test(line)) // to be dropped once decoded
    .map(Number.parseFloat)
    .filter((time) => Number.isFinite(time))
    .sort((a, b) => a - b);
}

/** The same of MPEG video, which begins at any time; program streams do not tell each picture's. */
export async function mpegPictureTimes(path: string): Promise<number[]> {
  const entries = ["-select_streams", "v:0", "-show_entries", "frame=best_effort_timestamp_time", "-of", "csv=p=0"];
  const { stdout } = await run("ffprobe", ["-v", "error", ...entries, path]);
  const times = stdout.split("\n").map(Number.parseFloat).filter(Number.isFinite);
  return times.map((time) => time - (times[0] as number));
}

/** Picture `number` of a file, counted from 0 in display order; not turned: the page turns the canvas, not the picture. */
export async function sourcePicture(
  path: string,
  number: number,
  { width, height }: Pick<Rgba, "width" | "height">,
): Promise<Uint8Array> {
  const filter = `select=eq(n\\,${number}),scale=${width}:${height}:flags=bilinear`;
  const { stdout } = await run(
    "ffmpeg",
    [
      "-v",
      "error",
      "-noautorotate",
      "-i",
      path,
      "-vf",
      filter,
      "-frames:v",
      "1",
      "-f",
      "rawvideo",
      "-pix_fmt",
      "rgba",
      "-",
    ],
    { encoding: "buffer", maxBuffer: 64 << 20 },
  );
  return stdout;
}

/** Holds what is on screen against ffmpeg's picture of the same time. @param times of the source's pictures, in seconds, or of their fields */
export async function likenessToSource(
  page: Evaluator,
  source: string,
  times: readonly number[],
  timesAPicture = 1,
): Promise<number> {
  const { timeSeconds, data, ...size } = await shownPicture(page);
  const place = times.findIndex((time) => Math.abs(time - Math.max(0, timeSeconds)) < 0.002);
  const number = Math.floor(place / timesAPicture);
  if (number < 0) throw new Error(`${source} has no picture at ${timeSeconds} s`);
  const decibels = psnr(data, await sourcePicture(source, number, size));
  console.info(`picture ${number} at ${timeSeconds.toFixed(3)} s: ${decibels.toFixed(1)} dB`);
  return decibels;
}

/** Over red, green and blue; dB. */
export function psnr(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) throw new RangeError(`pictures of ${a.length} and ${b.length} bytes`);
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    if ((i & 3) === 3) continue;
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    sum += difference * difference;
  }
  return 10 * Math.log10((255 * 255 * a.length * 0.75) / Math.max(sum, 1e-9));
}
