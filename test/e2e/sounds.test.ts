/** Sound that the browser does not decode itself, and the menu of a video's sounds (rows D5, P3). */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loudestSound, soundHertz } from "../support/flash-and-beep.ts";
import { sampleOf } from "../support/sample.ts";
import { startApp, type TestApp } from "./support/app.ts";
import {
  chooseFile,
  divideAndWatch,
  playThroughCm,
  position,
  pressPause,
  waitForPosition,
  waitForState,
  withPage,
} from "./support/pages.ts";

const run = promisify(execFile);
const SECONDS = 12;
/** Half of full scale, as a sine's root mean square. */
const LEVEL = 0.5 * Math.SQRT1_2;
const LEVEL_DB = 1.5;

let app: TestApp;

beforeAll(async () => {
  app = await startApp(1);
});

afterAll(async () => {
  await app?.close();
});

/** A picture, and a tone a sound. */
async function make(name: string, hertz: readonly number[], ...options: string[]): Promise<string> {
  const path = join(app.dataDir, name);
  const tones = hertz.flatMap((one) => [
    ...["-f", "lavfi", "-i"],
    `aevalsrc=0.5*sin(2*PI*${one}*t)|0.5*sin(2*PI*${one}*t):sample_rate=48000:duration=${SECONDS}`,
  ]);
  const maps = hertz.flatMap((_, i) => ["-map", `${i + 1}:a`]);
  const picture = ["-f", "lavfi", "-i", `testsrc=size=320x180:rate=25:duration=${SECONDS}`];
  const video = ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", "25"];
  await run("ffmpeg", ["-v", "error", "-y", ...picture, ...tones, "-map", "0:v", ...maps, ...video, ...options, path]);
  return path;
}

async function divideAndPlay(page: Page, source: string, name: string): Promise<void> {
  await divideAndWatch(page, source, join(app.dataDir, `${name}.cmx`), "Keep as it is");
  await playThroughCm(page);
  await waitForPosition(page, 1);
}

async function expectTone(page: Page, hertz: number): Promise<void> {
  // What is heard while one sound gives way to another is neither.
  await expect.poll(async () => Math.abs((await soundHertz(page)) - hertz), { timeout: 10_000 }).toBeLessThan(20);
}

async function expectLevel(page: Page): Promise<void> {
  const level = await loudestSound(page, 8);
  expect(Math.abs(20 * Math.log10(level / LEVEL))).toBeLessThan(LEVEL_DB);
}

const openMenu = (page: Page): Promise<void> => page.getByRole("button", { name: "Sound", exact: true }).click();
const entry = (page: Page, name: string | RegExp) => page.getByRole("menuitemradio", { name });

async function choose(page: Page, name: string | RegExp): Promise<void> {
  await openMenu(page);
  await entry(page, name).click();
}

describe("is heard, loud as it is:", () => {
  const rows: [string, string, string[]][] = [
    ["MP2 beside H.264 in a transport stream", "mp2.ts", ["-c:a", "mp2", "-b:a", "192k"]],
    ["AC-3 in Matroska", "ac3.mkv", ["-c:a", "ac3", "-b:a", "192k"]],
    ["E-AC-3 in MP4", "eac3.mp4", ["-c:a", "eac3", "-b:a", "192k"]],
    ["MP2 in Matroska", "mp2.mkv", ["-c:a", "mp2", "-b:a", "192k"]],
    ["MP2 in MP4, which calls it as MP3", "mp2.mp4", ["-c:a", "mp2", "-b:a", "192k"]],
  ];
  it.each(sampleOf(rows, 1))("%s", async (_name, file, options) => {
    const source = await make(file, [440], ...options);
    await withPage(app, "/studio", async ({ page }) => {
      await divideAndPlay(page, source, file);
      await expectTone(page, 440);
      await expectLevel(page);
      expect(await page.getByRole("button", { name: "Sound", exact: true }).count()).toBe(0);
    });
  });
});

describe("the menu of sounds", () => {
  it("changes the language of an MP4 where it stands, and is remembered", async () => {
    const languages = ["-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=jpn"];
    const source = await make("languages.mp4", [440, 1000], "-c:a", "aac", ...languages);
    const kept = join(app.dataDir, "languages.mp4.cmx");
    await withPage(app, "/studio", async ({ page }) => {
      await divideAndPlay(page, source, "languages.mp4");
      await expectTone(page, 440);
      const before = await position(page);
      await choose(page, "Japanese");
      await expectTone(page, 1000);
      await waitForState(page, "playing");
      expect(Math.abs((await position(page)) - before)).toBeLessThan(4);
      await openMenu(page);
      expect(await entry(page, "Japanese").getAttribute("aria-checked")).toBe("true");
      await entry(page, "English").click();
      await expectTone(page, 440);
      await choose(page, "Japanese");
      await expectTone(page, 1000);

      await page.goto(`${app.url}/watch`);
      await chooseFile(page, kept);
      await playThroughCm(page);
      await waitForPosition(page, 1);
      await expectTone(page, 1000);
    });
  });

  it("changes between MP2 and AC-3 of a transport stream, also while it is paused", async () => {
    const languages = ["-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=ger"];
    const codings = ["-c:a:0", "mp2", "-c:a:1", "ac3", "-b:a", "192k"];
    const source = await make("two.ts", [300, 1200], ...codings, ...languages);
    await withPage(app, "/studio", async ({ page }) => {
      await divideAndPlay(page, source, "two.ts");
      await expectTone(page, 300);
      await pressPause(page);
      await waitForState(page, "paused");
      const before = await position(page);
      await choose(page, "German");
      await page.getByRole("button", { name: "Play", exact: true }).click();
      await expectTone(page, 1200);
      await expectLevel(page);
      expect(await position(page)).toBeGreaterThan(before - 0.3);
    });
  });

  it("names what cannot be played, and plays the other", async () => {
    const codings = ["-c:a:0", "dca", "-strict", "-2", "-c:a:1", "ac3"];
    const source = await make("dts.mkv", [300, 1200], ...codings);
    await withPage(app, "/studio", async ({ page }) => {
      await divideAndPlay(page, source, "dts.mkv");
      await expectTone(page, 1200);
      await openMenu(page);
      const silent = entry(page, /DTS: cannot be played here/);
      expect(await silent.getAttribute("aria-disabled")).toBe("true");
      await silent.click({ force: true });
      await expectTone(page, 1200);
    });
  });
});
