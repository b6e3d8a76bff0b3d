/** The player's sound, measured against its picture while both play. */
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { flashesAndBeeps, loudestSound, makeFlashAndBeep } from "../support/flash-and-beep.ts";
import { withEdits } from "../support/iso-bytes.ts";
import { readBytes } from "../support/media.ts";
import { startApp, type TestApp } from "./support/app.ts";
import {
  clickSeekBar,
  divideAndWatch,
  playThroughCm,
  pressPause,
  pressPlay,
  seekBar,
  waitForState,
  withPage,
} from "./support/pages.ts";

const run = promisify(execFile);
const HEARD = 0.004;
const SILENT = 0.0005;
/** The ramp of SoundOutput down to that, 60 ms, and the 93 ms that a look goes back. */
const SILENCED_MILLISECONDS = 250;
/** One and a half pictures at 25 a second; viewers notice from 45 to 125 ms on (ITU-R BT.1359). */
const SYNC_MILLISECONDS = 60;

let app: TestApp;

beforeAll(async () => {
  app = await startApp(2);
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
      await divideAndWatch(page, clip, join(app.dataDir, "kept.cmx"));
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
      await pressPause(page);
      await page.waitForTimeout(SILENCED_MILLISECONDS);
      expect(await loudestSound(page, 22)).toBeLessThan(SILENT);
      await pressPlay(page);
      expect(await loudestSound(page, 22)).toBeGreaterThan(HEARD);
      await page.getByRole("button", { name: "Stop" }).click();
      await page.waitForTimeout(SILENCED_MILLISECONDS);
      expect(await loudestSound(page, 22)).toBeLessThan(SILENT);
    });
  });

  it("P3: the sound of a transport stream plays in step with the picture, after a seek too", async () => {
    const clip = join(app.dataDir, "flash and beep, to be copied.mp4");
    await makeFlashAndBeep(clip, 12);
    const stream = join(app.dataDir, "flash and beep.ts");
    const keys = ["-c:v", "libx264", "-preset", "veryfast", "-g", "25", "-c:a", "copy"];
    await run("ffmpeg", ["-v", "error", "-y", "-i", clip, ...keys, stream]);
    await withPage(app, "/studio", async ({ page }) => {
      await divideAndWatch(page, stream, join(app.dataDir, "stream.cmx"), "Keep as it is");
      await playThroughCm(page);
      for (const place of ["from the start", "after a seek"]) {
        if (place === "after a seek") {
          await clickSeekBar(page, 0.55);
          await waitForState(page, "playing");
        }
        const { flashes, beeps } = await flashesAndBeeps(page, 3000);
        console.info(`${place}: flashes at ${flashes.map(Math.round)} ms, beeps at ${beeps.map(Math.round)} ms`);
        expect(flashes.length).toBeGreaterThanOrEqual(2);
        for (const flash of flashes)
          expect(Math.min(...beeps.map((beep) => Math.abs(beep - flash))), place).toBeLessThan(SYNC_MILLISECONDS);
      }
    });
  });

  it("P3: a film compressed by an edit list of several parts has its sound in step", async () => {
    const clip = join(app.dataDir, "flash and beep, to be cut.mp4");
    await makeFlashAndBeep(clip, 8);
    const behind = join(app.dataDir, "its index behind.mp4");
    await run("ffmpeg", ["-v", "error", "-y", "-i", clip, "-c", "copy", behind]);
    const rows = [
      { milliseconds: 2000, from: 500 },
      { milliseconds: 3000, from: 4200 },
      { milliseconds: 2000, from: 1700 },
    ];
    const edited = join(app.dataDir, "edited.mp4");
    writeFileSync(edited, withEdits(readBytes(behind), rows));
    await withPage(app, "/studio", async ({ page }) => {
      await divideAndWatch(page, edited, join(app.dataDir, "edited.cmx"), "Compress and divide");
      await playThroughCm(page);
      expect(Number(await seekBar(page).getAttribute("max"))).toBeCloseTo(7, 1);
      const { flashes, beeps } = await flashesAndBeeps(page, 5800);
      console.info(`flashes at ${flashes.map(Math.round)} ms, beeps at ${beeps.map(Math.round)} ms`);
      expect(flashes.length).toBeGreaterThanOrEqual(5);
      for (const flash of flashes)
        expect(Math.min(...beeps.map((beep) => Math.abs(beep - flash)))).toBeLessThan(SYNC_MILLISECONDS);
    });
  });
});
