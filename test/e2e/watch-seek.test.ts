/** The player: seeking, the end, and what it says when it cannot play. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../support/tree.ts";
import { openPage, startApp, type TestApp } from "./support/app.ts";
import {
  chooseFile,
  clickSeekBar,
  divideAndWatch,
  playThroughCm,
  position,
  pressPause,
  pressPlay,
  seekBar,
  waitForPicture,
  waitForPosition,
  waitForState,
  withPage,
} from "./support/pages.ts";
import { makeLongClip, pictureTimes, psnr, shownPicture, sourcePicture } from "./support/pictures.ts";

let app: TestApp;
/** The first test's `.cmx`. */
let kept: string;

beforeAll(async () => {
  app = await startApp(2);
  kept = join(app.dataDir, "long.cmx");
});

afterAll(async () => {
  await app?.close();
});

describe("Watch", () => {
  it("S4: seeks in a long video beyond what was sent, as far and as often as the service lets it", async () => {
    const clip = join(app.dataDir, "long.mp4");
    await makeLongClip(clip, 150, "160x120");
    const times = await pictureTimes(clip);
    await withPage(app, "/studio", async ({ page, expectProblem }) => {
      expectProblem("425"); // units beyond the allowance, which the browser reports
      expectProblem("429"); // seeks beyond the rate, likewise
      const seeks: number[] = [];
      page.on("response", (response) => {
        if (response.url().endsWith("/seek")) seeks.push(response.status());
      });
      await divideAndWatch(page, clip, kept);
      await playThroughCm(page);
      await pressPause(page);
      for (const share of [0.8, 0.5, 0.3]) {
        await clickSeekBar(page, share);
        const target = await position(page);
        expect(target / 150).toBeCloseTo(share, 1);
        await waitForPicture(page, target, 0.04);
        const shown = await shownPicture(page);
        const number = times.findIndex((time) => Math.abs(time - shown.timeSeconds) < 0.01);
        expect(psnr(shown.data, await sourcePicture(clip, number, shown))).toBeGreaterThan(30);
      }
      expect(seeks).toEqual([200, 200, 200]);
      await pressPlay(page);
      const start = await position(page);
      await waitForPosition(page, Math.min(149, start + 4)); // keeps going on what each second allows
      // Back to what was sent before: no seek is asked for.
      await seekBar(page).press("Home");
      await waitForState(page, "playing");
      await waitForPosition(page, 0.5);
      expect(seeks).toHaveLength(3);
    });
  });

  it("plays to the end, then offers a new play", async () => {
    await withPage(app, "/watch", async ({ page }) => {
      await chooseFile(page, join(ROOT, "samples/scene.cmx"));
      await playThroughCm(page);
      await waitForState(page, "ended", 30_000);
      expect(await page.getByText("Playing again starts with a commercial.").isVisible()).toBe(true);
    });
  });

  it("says plainly that a file is no .cmx, and that one is cut", async () => {
    const renamed = join(app.dataDir, "renamed.cmx");
    await writeFile(renamed, await readFile(join(ROOT, "samples/scene.mp4")));
    const cut = join(app.dataDir, "cut.cmx");
    const whole = await readFile(kept);
    await writeFile(cut, whole.subarray(0, whole.length - 1000));
    await withPage(app, "/watch", async ({ page }) => {
      await chooseFile(page, renamed);
      expect(await page.getByRole("alert").innerText()).toMatch(
        /not a whole \.cmx file[\s\S]*its first bytes are others/,
      );
      await chooseFile(page, cut);
      await page.getByText("its end is missing").waitFor();
      await chooseFile(page, kept); // and a good one still opens
      await waitForState(page, "ready");
      expect(await page.getByRole("alert").count()).toBe(0);
    });
  });

  it("says plainly that the slave is not here", async () => {
    const other = await startApp();
    try {
      const opened = await openPage(other, "/watch");
      opened.expectProblem("404");
      await chooseFile(opened.page, kept);
      await waitForState(opened.page, "ready");
      await pressPlay(opened.page);
      expect(await opened.page.getByRole("alert").innerText()).toMatch(/does not hold the slave/);
      expect(opened.problems).toEqual([]);
    } finally {
      await other.close();
    }
  });
});
