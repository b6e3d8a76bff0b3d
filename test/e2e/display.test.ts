/** Painting by WebGL2, on an emulated GPU; and without one, where pictures are painted as small as they are seen. */
import { join } from "node:path";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sampleOf } from "../support/sample.ts";
import { ROOT } from "../support/tree.ts";
import { startApp, type TestApp } from "./support/app.ts";
import {
  chooseFile,
  clickSeekBar,
  divideAndWatch,
  type MethodName,
  playThroughCm,
  position,
  pressPause,
  waitForPicture,
  waitForState,
  withPage,
} from "./support/pages.ts";
import { likenessToSource, pictureTimes, shownPicture } from "./support/pictures.ts";

/** The scene, compressed below its own size, is at 31 to 33 dB; wrong colours or planes are below 20. */
const LEAST_PSNR = 28;
const SCENE = { width: 640, height: 360 };

const METHODS: readonly MethodName[] = ["Compress and divide", "Keep as it is"];

let app: TestApp;
beforeAll(async () => {
  app = await startApp(1);
});
afterAll(async () => {
  await app?.close();
});

describe("P3 pictures", () => {
  it.each(sampleOf(METHODS, 1))("are painted by WebGL2: %s", async (method) => {
    const source = join(ROOT, "samples/scene.mp4");
    const times = await pictureTimes(source);
    const kept = join(app.dataDir, `${method}.cmx`);
    await withPage(app, "/studio", async ({ page }) => divideAndWatch(page, source, kept, method));
    await withPage(app, "/watch?display=webgl2", async ({ page }) => {
      await chooseFile(page, kept);
      await playThroughCm(page);
      expect(await page.getAttribute(".video-canvas", "data-display")).toBe("webgl2");
      await pressPause(page);
      await waitForState(page, "paused");
      expect(await likenessToSource(page, source, times)).toBeGreaterThan(LEAST_PSNR);
      await clickSeekBar(page, 0.6);
      await waitForPicture(page, await position(page), (times[1] ?? 0) - (times[0] ?? 0));
      expect(await likenessToSource(page, source, times)).toBeGreaterThan(LEAST_PSNR);
    });
  });

  it.each(sampleOf(METHODS, 1))(
    "are painted as small as they are seen, and anew when the window changes: %s",
    async (method) => {
      const source = join(ROOT, "samples/scene.mp4");
      const times = await pictureTimes(source);
      const kept = join(app.dataDir, `small-${method}.cmx`);
      await withPage(app, "/studio", async ({ page }) => divideAndWatch(page, source, kept, method));
      await withPage(app, "/watch", async ({ page }) => {
        await chooseFile(page, kept);
        await playThroughCm(page);
        await pressPause(page);
        await waitForState(page, "paused");
        // Smaller than the scene, larger, and less than half.
        for (const [width, height] of [
          [500, 500],
          [2000, 1400],
          [320, 640],
        ] as const) {
          await page.setViewportSize({ width, height });
          const seen = await seenSize(page);
          await page.waitForFunction(
            (columns) => document.querySelector<HTMLCanvasElement>(".video-canvas")?.width === columns,
            Math.min(seen.width, SCENE.width),
          );
          const shown = await shownPicture(page);
          expect([shown.width, shown.height]).toEqual([
            Math.min(seen.width, SCENE.width),
            Math.min(seen.height, SCENE.height),
          ]);
          expect(await likenessToSource(page, source, times)).toBeGreaterThan(LEAST_PSNR);
        }
      });
    },
  );
});

/** Of the picture's place on screen, in pixels of the device. */
function seenSize(page: Page): Promise<{ width: number; height: number }> {
  return page.evaluate(
    () =>
      new Promise((resolve) => {
        const observer = new ResizeObserver(([entry]) => {
          const [size] = entry?.devicePixelContentBoxSize ?? [];
          observer.disconnect();
          resolve({ width: size?.inlineSize ?? 0, height: size?.blockSize ?? 0 });
        });
        const canvas = document.querySelector(".video-canvas");
        if (canvas !== null) observer.observe(canvas, { box: "device-pixel-content-box" });
      }),
  );
}
