/** P3: pictures of parts that nobody has seen yet: made in the Studio, released with the slave, shown over the seek bar. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startApp, type TestApp } from "./support/app.ts";
import { divideAndWatch, playThroughCm, pressPause, seekBar, waitForState, withPage } from "./support/pages.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startApp(1);
});
afterAll(() => app?.close());

/** Which half of the preview is brighter, and its width. */
const look = (page: Page) =>
  page.locator(".seek-preview img").evaluate(async (image: HTMLImageElement) => {
    await image.decode();
    const canvas = new OffscreenCanvas(2, 1);
    const context = canvas.getContext("2d");
    context?.drawImage(image, 0, 0, 2, 1);
    const [left = 0, , , , right = 0] = context?.getImageData(0, 0, 2, 1).data ?? [];
    return { width: image.naturalWidth, isLeftBrighter: left > right };
  });

it("P3: a part that was not seen has its picture, from the release on and not before", async () => {
  // The left half is bright in the first 20 s, the right one behind them; noise makes it large enough for a storyboard.
  const clip = join(app.dataDir, "halves.mp4");
  const noise = "noise=alls=40:allf=t";
  const half = (left: string, right: string) =>
    `color=${left}:s=160x180:d=20[a];color=${right}:s=160x180:d=20[b];[a][b]hstack`;
  const graph = `${half("white", "black")}[one];${half("black", "white").replaceAll("[a]", "[c]").replaceAll("[b]", "[d]")}[two];[one][two]concat,${noise}[v]`;
  const coding = ["-c:v", "libx264", "-preset", "ultrafast", "-b:v", "4M", "-g", "50"];
  await promisify(execFile)("ffmpeg", ["-v", "error", "-filter_complex", graph, "-map", "[v]", ...coding, clip]);

  await withPage(app, "/studio", async ({ page }) => {
    await divideAndWatch(page, clip, join(app.dataDir, "halves.cmx"), "Keep as it is");
    await playThroughCm(page);
    await pressPause(page);
    await waitForState(page, "paused");
    const box = await seekBar(page).boundingBox();
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await seekBar(page).hover({ position: { x: (box?.width ?? 0) * 0.8, y: 5 } });
    await page.locator(".seek-preview img").waitFor();
    expect(await look(page)).toEqual({ width: 160, isLeftBrighter: false });
    await seekBar(page).hover({ position: { x: (box?.width ?? 0) * 0.3, y: 5 } });
    await expect.poll(() => look(page)).toEqual({ width: 160, isLeftBrighter: true });
    expect(asked.filter((url) => url.includes("/api/"))).toEqual([]);
  });
});
