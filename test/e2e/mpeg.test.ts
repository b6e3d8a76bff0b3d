/** Method `mpeg` in a real browser: recognised by its content, kept as it is, watched with its sound (rows D4, D5, P3). */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeTools } from "../support/mpeg-writer.ts";
import { sampleOf } from "../support/sample.ts";
import { ROOT } from "../support/tree.ts";
import { startApp, type TestApp } from "./support/app.ts";
import { combinedHash, nextSlave, sha256Of } from "./support/long-files.ts";
import {
  chooseFile,
  clickSeekBar,
  divideAndWatch,
  playThroughCm,
  position,
  waitForPicture,
  waitForPosition,
  waitForState,
  withPage,
} from "./support/pages.ts";
import { psnr, shownPicture, sourcePicture } from "./support/pictures.ts";

const run = promisify(execFile);
const scene = join(ROOT, "samples/scene.mp4");
const LEAST_PSNR = 30;
const RATE = 25;

let app: TestApp;

beforeAll(async () => {
  app = await startApp(1);
});

afterAll(async () => {
  await app?.close();
});

/** The scene in MPEG, 6 s. */
async function make(name: string, ...options: string[]): Promise<string> {
  const path = join(app.dataDir, name);
  const filters = ["-vf", "scale=720:576,fps=25,setsar=16/15"];
  const cut = ["-v", "error", "-y", "-t", "6"];
  await run("ffmpeg", [...cut, "-i", scene, ...filters, "-b:v", "4M", "-g", "12", "-bf", "2", ...options, path]);
  return path;
}

describe("D4 D5 P3: divided as it is, and watched with its sound:", () => {
  const rows: [string, string, string[]][] = [
    ["MPEG-1 and MP2 in a program stream", "film.mpg", ["-c:v", "mpeg1video", "-c:a", "mp2"]],
    [
      "MPEG-2 and AC-3 of a DVD",
      "film.vob",
      ["-f", "dvd", "-c:v", "mpeg2video", "-c:a", "ac3", "-muxrate", "10080000"],
    ],
    ["MPEG-2 and MP2 in a transport stream", "film.ts", ["-c:v", "mpeg2video", "-c:a", "mp2"]],
    ["MPEG-2 alone", "film.m2v", ["-c:v", "mpeg2video", "-an"]],
  ];
  it.each(sampleOf(rows, 2))("%s", async (_name, file, options) => {
    const source = await make(file, ...options);
    await withPage(app, "/studio", async ({ page }) => {
      const kept = join(app.dataDir, `${file}.cmx`);
      const slave = nextSlave(app, page);
      await divideAndWatch(page, source, kept, "Keep as it is");
      expect(await combinedHash(kept, await slave, join(app.dataDir, `combined-${file}`))).toBe(await sha256Of(source));
      await playThroughCm(page);
      await waitForPosition(page, 0.6);
      await page.getByRole("button", { name: "Pause" }).click();
      await waitForState(page, "paused");
      const likeness = async (): Promise<number> => {
        const shown = await shownPicture(page);
        const number = Math.round(shown.timeSeconds * RATE);
        const decibels = psnr(shown.data, await sourcePicture(source, number, shown));
        console.info(`${file}: picture ${number} at ${shown.timeSeconds.toFixed(3)} s: ${decibels.toFixed(1)} dB`);
        return decibels;
      };
      expect(await likeness()).toBeGreaterThan(LEAST_PSNR);
      for (const share of [0.7, 0.3]) {
        await clickSeekBar(page, share);
        await waitForPicture(page, await position(page), 1.5 / RATE);
        expect(await likeness()).toBeGreaterThan(LEAST_PSNR);
      }
    });
  });
});

it("D4 the Studio knows an MPEG-2 file whatever its name", async () => {
  const source = join(app.dataDir, "film.bin");
  await writeFile(source, writeTools(1).bytes);
  await withPage(app, "/studio", async ({ page }) => {
    await chooseFile(page, source);
    await page.getByText("MPEG elementary stream").waitFor();
    await page.getByRole("button", { name: "Divide" }).click();
    await page.getByText("The service holds the slave").waitFor({ timeout: 60_000 });
  });
});
