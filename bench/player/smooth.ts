/** Playing 4K of method `samples` beside the browser's own <video>: pictures shown, and how long the page's main thread is held up. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Page } from "playwright";
import { type Ratio, ROOT } from "../measure.ts";
import { withPlayer, withVideoElement } from "./play-divided.ts";

const run = promisify(execFile);

const CLIP_SECONDS = 12;
const LOOK_SECONDS = 6;

/** @returns pictures a second; the details hold the longest time in which the main thread ran no timer, milliseconds */
export async function benchSmooth(): Promise<Ratio[]> {
  const folder = await mkdtemp(join(tmpdir(), "cmix-bench-"));
  try {
    const source = join(folder, "4k.mp4");
    await run("ffmpeg", [
      ...["-v", "error", "-y", "-stream_loop", "1", "-i", join(ROOT, "samples/scene.mp4"), "-t", String(CLIP_SECONDS)],
      ...["-vf", "scale=3840:2160", "-r", "30", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "26", "-g", "60"],
      ...["-pix_fmt", "yuv420p", "-c:a", "aac", "-movflags", "+faststart", source],
    ]);
    const ours = await withPlayer(source, (page) => lookAt(page, ".video-canvas"));
    const theirs = await withVideoElement(source, async (page) => {
      await page.evaluate(() => document.querySelector("video")?.play());
      return lookAt(page, "video");
    });
    return [
      {
        name: "4K playing",
        peer: "<video>",
        ours: ours.shown / LOOK_SECONDS,
        theirs: theirs.shown / LOOK_SECONDS,
        unit: "pictures/s",
        details: {
          blockedMilliseconds: Math.round(ours.blocked),
          longTasks: ours.longTasks,
          peerBlockedMilliseconds: Math.round(theirs.blocked),
        },
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Look {
  shown: number;
  blocked: number;
  /** Of more than 50 ms. */
  longTasks: number;
}

function lookAt(page: Page, selector: string): Promise<Look> {
  return page.evaluate(
    async ({ element, seconds }) => {
      const looked = document.querySelector<HTMLVideoElement | HTMLCanvasElement>(element);
      if (looked === null) throw new Error(`there is no ${element}`);
      let longTasks = 0;
      new PerformanceObserver((list) => {
        longTasks += list.getEntries().length;
      }).observe({ type: "longtask" });
      const pictures = () =>
        looked instanceof HTMLVideoElement
          ? looked.getVideoPlaybackQuality().totalVideoFrames - looked.getVideoPlaybackQuality().droppedVideoFrames
          : Number(looked.dataset.shownPictures);
      const from = pictures();
      const start = performance.now();
      let [blocked, last] = [0, start];
      while (performance.now() - start < seconds * 1000) {
        await new Promise((resolve) => setTimeout(resolve, 4));
        const now = performance.now();
        blocked = Math.max(blocked, now - last - 4);
        last = now;
      }
      return { shown: pictures() - from, blocked, longTasks };
    },
    { element: selector, seconds: LOOK_SECONDS },
  );
}
