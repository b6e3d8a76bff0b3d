/** Painting by WebGL2, on an emulated GPU; without one the player paints pixels, as all other tests do. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT, startApp, type TestApp } from "./support/app.ts";
import { shortSamples } from "./support/clips.ts";
import {
  chooseFile,
  clickSeekBar,
  divideAndWatch,
  type MethodName,
  playThroughCm,
  position,
  waitForPicture,
  waitForState,
  withPage,
} from "./support/pages.ts";
import { likenessToSource, pictureTimes } from "./support/pictures.ts";

/** The scene, compressed below its own size, is at 31 to 33 dB; wrong colours or planes are below 20. */
const LEAST_PSNR = 28;

let app: TestApp;
beforeAll(async () => {
  app = await startApp(await shortSamples());
});
afterAll(async () => {
  await app?.close();
});

describe("P3 pictures", () => {
  it.each(["Compress and divide", "Keep as it is"] as MethodName[])("are painted by WebGL2: %s", async (method) => {
    const source = join(ROOT, "samples/scene.mp4");
    const times = await pictureTimes(source);
    const kept = join(app.dataDir, `${method}.cmx`);
    await withPage(app, "/studio", async ({ page }) => divideAndWatch(page, source, kept, method));
    await withPage(app, "/watch?display=webgl2", async ({ page }) => {
      await chooseFile(page, kept);
      await playThroughCm(page);
      expect(await page.getAttribute(".video-canvas", "data-display")).toBe("webgl2");
      await page.getByRole("button", { name: "Pause" }).click();
      await waitForState(page, "paused");
      expect(await likenessToSource(page, source, times)).toBeGreaterThan(LEAST_PSNR);
      await clickSeekBar(page, 0.6);
      await waitForPicture(page, await position(page), (times[1] ?? 0) - (times[0] ?? 0));
      expect(await likenessToSource(page, source, times)).toBeGreaterThan(LEAST_PSNR);
    });
  });
});
