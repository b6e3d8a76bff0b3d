/** Streams without tables in the Studio and the player (row D5), and what this browser cannot decode. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sampleOf } from "../support/sample.ts";
import { ROOT } from "../support/tree.ts";
import { startApp, type TestApp } from "./support/app.ts";
import { keepAndWatch } from "./support/kept-and-watched.ts";
import { chooseFile, withPage } from "./support/pages.ts";

const run = promisify(execFile);
/** Of the sample scene. */
const RATE = 30;
const scene = join(ROOT, "samples/scene.mp4");

let app: TestApp;

beforeAll(async () => {
  app = await startApp(1);
});

afterAll(async () => {
  await app?.close();
});

/** The scene in another form; only what cannot be copied into it is coded anew. */
async function make(name: string, ...options: string[]): Promise<string> {
  const path = join(app.dataDir, name);
  await run("ffmpeg", ["-v", "error", "-y", "-i", scene, ...options, path]);
  return path;
}

describe("D5: kept as it is, and watched:", () => {
  const rows: [string, string, string[]][] = [
    ["raw H.264", "scene.264", ["-c:v", "copy", "-an", "-t", "5"]],
    ["H.264 in a transport stream", "scene.ts", ["-c", "copy", "-t", "5"]],
    [
      "VP8 in IVF",
      "scene.ivf",
      ["-c:v", "libvpx", "-b:v", "1M", "-deadline", "realtime", "-g", "30", "-an", "-t", "5"],
    ],
  ];
  it.each(sampleOf(rows, 1))("%s", async (_name, file, options) => {
    const source = await make(file, ...options);
    await keepAndWatch(app, source, RATE);
  });

  it("says before dividing that sound of a transport stream is not played", async () => {
    const source = await make("sound.ts", "-c:v", "copy", "-c:a", "dca", "-strict", "-2", "-ar", "48000", "-t", "4");
    await withPage(app, "/studio", async ({ page }) => {
      await chooseFile(page, source);
      await page.getByText("the sound of this transport stream goes along, but the player cannot play it").waitFor();
      await page.getByLabel("Compress and divide").check();
      expect(await page.getByText("the sound of this transport stream").count()).toBe(0);
    });
  });

  it("tells the sound of a transport stream as it tells an MP4's", async () => {
    const source = await make("sound.ts", "-c", "copy", "-t", "4");
    await withPage(app, "/studio", async ({ page }) => {
      await chooseFile(page, source);
      await page.getByText("mp4a.40.2").waitFor();
      expect(await page.getByText(/the sound of a transport stream|cannot play the sound/).count()).toBe(0);
    });
  });
});

describe("what this browser cannot decode", () => {
  const rows: [string, string, string[], RegExp][] = [
    ["HEVC", "hevc.mp4", ["-c:v", "libx265", "-x265-params", "log-level=none", "-preset", "ultrafast"], /hev1/],
    ["MPEG-4 part 2", "part2.mp4", ["-c:v", "mpeg4"], /mp4v/],
  ];
  it.each(sampleOf(rows, 1))(
    "%s: said before dividing, and before a commercial is shown",
    async (_name, file, options, codec) => {
      const source = await make(file, "-t", "3", "-c:a", "copy", ...options);
      await withPage(app, "/studio", async ({ page }) => {
        await chooseFile(page, source);
        const warning = page.locator(".notice-warning").filter({ hasText: "This browser does not decode" });
        await warning.waitFor();
        expect(await warning.innerText()).toMatch(codec);
        expect(await warning.innerText()).toMatch(/convert it to H\.264 first/);
        expect(await page.getByText("Recommended").count()).toBe(0);
        await page.getByText("This browser cannot show a preview of this file.").waitFor();
        await page.getByRole("button", { name: "Divide", exact: true }).click();
        await page.getByText("The service holds the slave").waitFor({ timeout: 60_000 });
        const plays: string[] = [];
        page.on("request", (request) => void (request.url().includes("/api/plays") && plays.push(request.url())));
        await page.getByRole("button", { name: "Watch it now" }).click();
        expect(await page.getByRole("alert").innerText()).toMatch(/This browser does not decode this video/);
        expect(plays).toEqual([]);
      });
    },
  );
});
