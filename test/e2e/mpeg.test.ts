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
import { expectSource, keepAndWatch } from "./support/kept-and-watched.ts";
import {
  chooseFile,
  chooseMethod,
  playThroughCm,
  pressPause,
  waitForPosition,
  waitForState,
  withPage,
} from "./support/pages.ts";
import { psnr, sourcePicture } from "./support/pictures.ts";

const run = promisify(execFile);
const scene = join(ROOT, "samples/scene.mp4");
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
  it.each(sampleOf(rows, 1))("%s", async (_name, file, options) => {
    const source = await make(file, ...options);
    await keepAndWatch(app, source, RATE);
  });
});

it("D3 D9 the Studio shows pictures of an MPEG-2 file, and compresses it to a video that plays", async () => {
  const source = await make("small.ts", "-c:v", "mpeg2video", "-c:a", "mp2");
  await withPage(app, "/studio", async ({ page }) => {
    await chooseFile(page, source);
    const still = page.locator("img.preview");
    await still.waitFor();
    const stillPicture = () =>
      still.evaluate(async (image: HTMLImageElement) => {
        await image.decode();
        const { naturalWidth: width, naturalHeight: height } = image;
        const context = new OffscreenCanvas(width, height).getContext("2d");
        context?.drawImage(image, 0, 0);
        return { width, height, data: [...(context?.getImageData(0, 0, width, height).data ?? [])] };
      });
    /** Of the still and a picture of the file. */
    const likeness = async (number: number): Promise<number> => {
      const { width, height, data } = await stillPicture();
      return psnr(Buffer.from(data), await sourcePicture(source, number, { width, height }));
    };
    const { width, height } = await stillPicture();
    expect([width, height]).toEqual([320, 240]); // 720 x 576 pixels of 16:15
    expect(await likeness(0.6 * RATE)).toBeGreaterThan(25);
    await page.getByText("0:06").first().waitFor();
    await page.getByText("mp2", { exact: true }).waitFor();
    const before = await still.getAttribute("src");
    await page.getByRole("slider", { name: "Picture at" }).fill("4");
    await page.waitForFunction((src) => document.querySelector("img.preview")?.getAttribute("src") !== src, before);
    expect(await likeness(4 * RATE)).toBeGreaterThan(25);
    await chooseMethod(page, "Compress and divide");
    await page.getByRole("button", { name: "Divide", exact: true }).click();
    const teaser = page.locator(".studio-teaser video");
    await teaser.waitFor({ timeout: 120_000 });
    await page.waitForFunction(
      () => (document.querySelector<HTMLVideoElement>(".studio-teaser video")?.duration ?? 0) > 4,
    );
    await page.getByRole("button", { name: "Watch it now" }).click();
    await playThroughCm(page);
    await waitForPosition(page, 0.6);
    await pressPause(page);
    await waitForState(page, "paused");
    await expectSource(page, source, RATE);
  });
});

it("D4 the Studio knows an MPEG-2 file whatever its name", async () => {
  const source = join(app.dataDir, "film.bin");
  await writeFile(source, writeTools(1).bytes);
  await withPage(app, "/studio", async ({ page }) => {
    await chooseFile(page, source);
    await page.getByText("MPEG elementary stream").waitFor();
    await page.getByRole("button", { name: "Divide", exact: true }).click();
    await page.getByText("The service holds the slave").waitFor({ timeout: 60_000 });
  });
});
