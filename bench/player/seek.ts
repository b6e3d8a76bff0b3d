/** Seeks in the player on a 10-minute 1080p file of method `samples`, beside the browser's own <video> on the undivided file. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Page } from "playwright";
import { median, type Ratio, ROOT } from "../measure.ts";
import { type DividedBy, withPlayer, withVideoElement } from "./play-divided.ts";

const run = promisify(execFile);

const MINUTES = 10;
const LOOP_SECONDS = 20;
/** Seconds from one key picture to the next; where they are longer than 2 s, the key picture comes first, then the exact one. */
const KEY_DISTANCES = [2, 10];
/** What the service lets through in one go (server/plays/play-rules.ts, SEEK_BURST). */
const SEEKS = 8;
const FRAME_SECONDS = 1 / 30;
const MPEG_SECONDS = 120;
const MPEG_TARGET_MILLISECONDS = 300;

interface SeekTimes {
  /** Milliseconds to the first picture that is shown after the seek. */
  first: number;
  /** Milliseconds to the picture of that time. */
  exact: number;
  /** The longest time in which the page's main thread did not get to run a timer, milliseconds. */
  blocked: number;
}

/** @returns the ratios to <video> of the medians; the details hold milliseconds */
export async function benchSeek(): Promise<Ratio[]> {
  const folder = await mkdtemp(join(tmpdir(), "cmix-bench-"));
  try {
    const ratios: Ratio[] = [];
    for (const distance of KEY_DISTANCES) {
      const source = await makeSource(folder, distance);
      const seconds = targets(MINUTES * 60);
      const ours = await seekPlayer(source, seconds, "samples", FRAME_SECONDS);
      const theirs = await seekVideoElement(source, seconds);
      const [exact, peer] = [median(ours.map((seek) => seek.exact)), median(theirs.map((seek) => seek.exact))];
      ratios.push({
        name: `seek, key picture every ${distance} s`,
        peer: "<video>",
        ours: 1000 / exact,
        theirs: 1000 / peer,
        unit: "seeks/s",
        details: {
          firstMilliseconds: ours.map((seek) => Math.round(seek.first)),
          exactMilliseconds: ours.map((seek) => Math.round(seek.exact)),
          blockedMilliseconds: Math.round(Math.max(...ours.map((seek) => seek.blocked))),
          peerMilliseconds: theirs.map((seek) => Math.round(seek.exact)),
        },
      });
    }
    ratios.push(await seekInMpeg(folder));
    return ratios;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The project's scene, 1080p with grain, repeated without coding it again. */
async function makeSource(folder: string, distance: number): Promise<string> {
  const [loop, whole] = [join(folder, `loop-${distance}.mp4`), join(folder, `long-${distance}.mp4`)];
  await run("ffmpeg", [
    ...["-v", "error", "-y", "-stream_loop", "1", "-i", join(ROOT, "samples/scene.mp4"), "-t", String(LOOP_SECONDS)],
    ...[
      "-vf",
      "scale=1920:1080,noise=alls=4:allf=t",
      "-r",
      "30",
      "-c:v",
      "libx264",
      "-preset",
      "veryfast",
      "-crf",
      "25",
    ],
    ...["-g", String(distance * 30), "-keyint_min", String(distance * 30), "-sc_threshold", "0"],
    ...["-pix_fmt", "yuv420p", "-c:a", "aac", loop],
  ]);
  const loops = (MINUTES * 60) / LOOP_SECONDS;
  await run("ffmpeg", [
    ...["-v", "error", "-y", "-stream_loop", String(loops - 1), "-i", loop],
    ...["-c", "copy", "-movflags", "+faststart", whole],
  ]);
  return whole;
}

/** MPEG-2 of a broadcast, method `mpeg`: no browser plays it, so that a target stands beside it. */
async function seekInMpeg(folder: string): Promise<Ratio> {
  const source = join(folder, "broadcast.ts");
  await run("ffmpeg", [
    ...["-v", "error", "-y", "-stream_loop", "-1", "-i", join(ROOT, "samples/scene.mp4"), "-t", String(MPEG_SECONDS)],
    ...["-vf", "scale=720:576,fps=50,tinterlace=interleave_top", "-c:v", "mpeg2video", "-flags", "+ilme+ildct"],
    ...["-g", "12", "-bf", "2", "-b:v", "6M", "-maxrate", "6M", "-bufsize", "2M", "-c:a", "mp2", source],
  ]);
  const seconds = targets(MPEG_SECONDS);
  const seeks = await seekPlayer(source, seconds, "mpeg", 1 / 50);
  return {
    name: "seek, 720x576i25 mpeg, groups of half a second",
    peer: "target",
    ours: 1000 / median(seeks.map((seek) => seek.exact)),
    theirs: 1000 / MPEG_TARGET_MILLISECONDS,
    unit: "seeks/s",
    details: {
      exactMilliseconds: seeks.map((seek) => Math.round(seek.exact)),
      blockedMilliseconds: Math.round(Math.max(...seeks.map((seek) => seek.blocked))),
    },
  };
}

/** Same targets for both, spread over the file, each in another distance from the key picture before it. */
const targets = (seconds: number): number[] =>
  Array.from({ length: SEEKS }, (_, i) => ((i * 5 + 3) % SEEKS) * ((seconds - 20) / SEEKS) + 7 + i * 1.23);

function seekPlayer(
  source: string,
  seconds: readonly number[],
  method: DividedBy,
  frameSeconds: number,
): Promise<SeekTimes[]> {
  return withPlayer(
    source,
    async (page) => {
      await page.locator('.stage[data-state="playing"]').hover(); // brings back controls that have gone
      await page.getByRole("button", { name: "Pause" }).click();
      const times: SeekTimes[] = [];
      for (const target of seconds) times.push(await timePlayerSeek(page, target, frameSeconds));
      return times;
    },
    method,
  );
}

function timePlayerSeek(page: Page, target: number, frameSeconds: number): Promise<SeekTimes> {
  return page.evaluate(
    async ({ seconds, frame }) => {
      const bar = document.querySelector<HTMLInputElement>("input.seek");
      const canvas = document.querySelector<HTMLCanvasElement>(".video-canvas");
      if (bar === null || canvas === null) throw new Error("there is no player");
      const before = canvas.dataset.pictureSeconds;
      const setValue = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set;
      setValue?.call(bar, String(seconds));
      bar.dispatchEvent(new Event("input", { bubbles: true }));
      await new Promise((resolve) => setTimeout(resolve, 50)); // React takes the value
      const start = performance.now();
      bar.dispatchEvent(new PointerEvent("pointerup", { bubbles: true }));
      let [first, blocked, last] = [0, 0, start];
      for (;;) {
        const now = performance.now();
        blocked = Math.max(blocked, now - last);
        last = now;
        const shown = Number(canvas.dataset.pictureSeconds);
        if (first === 0 && canvas.dataset.pictureSeconds !== before) first = now - start;
        if (shown <= seconds + 1e-3 && shown > seconds - frame - 1e-3) return { first, exact: now - start, blocked };
        if (now - start > 20_000) throw new Error(`no picture of ${seconds} s, ${shown} s is shown`);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    },
    { seconds: target, frame: frameSeconds },
  );
}

function seekVideoElement(source: string, seconds: readonly number[]): Promise<SeekTimes[]> {
  return withVideoElement(source, (page) =>
    page.evaluate(async (wanted) => {
      const video = document.querySelector("video");
      if (video === null) throw new Error("there is no <video>");
      const times = [];
      for (const target of wanted) {
        const start = performance.now();
        const shown = new Promise<void>((resolve) => video.requestVideoFrameCallback(() => resolve()));
        video.currentTime = target;
        await shown;
        times.push({ first: 0, exact: performance.now() - start, blocked: 0 });
      }
      return times;
    }, seconds),
  );
}
