/** Seeks in the player on a 10-minute 1080p file of method `samples`, beside the browser's own <video> on the undivided file. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Page } from "playwright";
import { median, type Ratio, ROOT } from "../measure.ts";
import { withPlayer, withVideoElement } from "./play-divided.ts";

const run = promisify(execFile);

const MINUTES = 10;
const LOOP_SECONDS = 20;
/** Seconds from one key picture to the next; where they are longer than 2 s, the key picture comes first, then the exact one. */
const KEY_DISTANCES = [2, 10];
/** What the service lets through in one go (server/plays/play-rules.ts, SEEK_BURST). */
const SEEKS = 8;
const FRAME_SECONDS = 1 / 30;

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
      const ours = await seekPlayer(source);
      const theirs = await seekVideoElement(source);
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

/** Same targets for both, spread over the file, each in another distance from the key picture before it. */
const targets = (): number[] =>
  Array.from({ length: SEEKS }, (_, i) => ((i * 5 + 3) % SEEKS) * ((MINUTES * 60 - 20) / SEEKS) + 7 + i * 1.23);

function seekPlayer(source: string): Promise<SeekTimes[]> {
  return withPlayer(source, async (page) => {
    await page.getByRole("button", { name: "Pause" }).click();
    const times: SeekTimes[] = [];
    for (const target of targets()) times.push(await timePlayerSeek(page, target));
    return times;
  });
}

function timePlayerSeek(page: Page, target: number): Promise<SeekTimes> {
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
    { seconds: target, frame: FRAME_SECONDS },
  );
}

function seekVideoElement(source: string): Promise<SeekTimes[]> {
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
    }, targets()),
  );
}
