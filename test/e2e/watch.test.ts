/** The player: sound, seeking, the end, and what it says when it cannot play. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { flashesAndBeeps, loudestSound, makeFlashAndBeep } from "../support/flash-and-beep.ts";
import { ROOT } from "../support/tree.ts";
import { openPage, startApp, type TestApp } from "./support/app.ts";
import {
  chooseFile,
  clickSeekBar,
  divideAndWatch,
  playThroughCm,
  position,
  pressPlay,
  seekBar,
  waitForPicture,
  waitForPosition,
  waitForState,
  withPage,
} from "./support/pages.ts";
import { makeLongClip, pictureTimes, psnr, shownPicture, sourcePicture } from "./support/pictures.ts";

const HEARD = 0.004;
const SILENT = 0.0005;
/** The ramp of SoundOutput down to that, 60 ms, and the 93 ms that a look goes back. */
const SILENCED_MILLISECONDS = 250;
/** One and a half pictures at 25 a second; viewers notice from 45 to 125 ms on (ITU-R BT.1359). */
const SYNC_MILLISECONDS = 60;

let app: TestApp;
/** The first test's `.cmx`. */
let kept: string;

beforeAll(async () => {
  app = await startApp(2);
  kept = join(app.dataDir, "kept.cmx");
});

afterAll(async () => {
  await app?.close();
});

describe("Watch", () => {
  it("P3: sound plays in step with the picture, stops with a pause, follows mute and seek", async () => {
    // A flash and a beep of 120 ms at every full second; flower_540p's own sound is silence.
    const clip = join(app.dataDir, "flash and beep.mp4");
    await makeFlashAndBeep(clip, 8);
    await withPage(app, "/studio", async ({ page }) => {
      await divideAndWatch(page, clip, kept);
      await playThroughCm(page);
      const onsets = await flashesAndBeeps(page, 3500);
      console.info(`flashes at ${onsets.flashes.map(Math.round)} ms, beeps at ${onsets.beeps.map(Math.round)} ms`);
      expect(onsets.flashes.length).toBeGreaterThanOrEqual(3);
      for (const flash of onsets.flashes) {
        const apart = Math.min(...onsets.beeps.map((beep) => Math.abs(beep - flash)));
        expect(apart, `flash at ${flash} ms`).toBeLessThan(SYNC_MILLISECONDS);
      }
      await page.getByRole("button", { name: "Mute" }).click();
      await page.waitForTimeout(SILENCED_MILLISECONDS);
      expect(await loudestSound(page, 22)).toBeLessThan(SILENT);
      await page.getByRole("button", { name: "Unmute" }).click();
      const bar = seekBar(page);
      await bar.press("Home");
      await waitForState(page, "playing");
      expect(await loudestSound(page, 22)).toBeGreaterThan(HEARD);
      const again = await flashesAndBeeps(page, 2500);
      for (const flash of again.flashes)
        expect(Math.min(...again.beeps.map((beep) => Math.abs(beep - flash)))).toBeLessThan(SYNC_MILLISECONDS);
      await page.getByLabel("Speed").selectOption("1.5");
      await bar.press("Home");
      await waitForState(page, "playing");
      const fast = await flashesAndBeeps(page, 2000);
      console.info(`at 1.5: flashes at ${fast.flashes.map(Math.round)} ms, beeps at ${fast.beeps.map(Math.round)} ms`);
      expect(fast.beeps.length).toBeGreaterThanOrEqual(2);
      expect(fast.flashes.length).toBeGreaterThanOrEqual(1);
      for (const flash of fast.flashes)
        expect(Math.min(...fast.beeps.map((beep) => Math.abs(beep - flash)))).toBeLessThan(SYNC_MILLISECONDS);
      await page.getByLabel("Speed").selectOption("1");
      await page.getByRole("button", { name: "Pause" }).click();
      await page.waitForTimeout(SILENCED_MILLISECONDS);
      expect(await loudestSound(page, 22)).toBeLessThan(SILENT);
      await pressPlay(page);
      expect(await loudestSound(page, 22)).toBeGreaterThan(HEARD);
      await page.getByRole("button", { name: "Stop" }).click();
      await page.waitForTimeout(SILENCED_MILLISECONDS);
      expect(await loudestSound(page, 22)).toBeLessThan(SILENT);
    });
  });

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
      await divideAndWatch(page, clip, join(app.dataDir, "long.cmx"));
      await playThroughCm(page);
      await page.getByRole("button", { name: "Pause" }).click();
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
      await chooseFile(page, kept);
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
      expect(await page.getByRole("alert").innerText()).toMatch(/not a whole \.cmx file[\s\S]*not a Cmix main file/);
      await chooseFile(page, cut);
      await page.getByText("main file is cut").waitFor();
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
