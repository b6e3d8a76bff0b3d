/** Compressing 1080p in the Studio in bounded memory: a few seconds here, with CMIX_BIG_SECONDS as long as is wanted (`npm run test:big`: 60). */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ROOT } from "../support/tree.ts";
import { launchStored, startApp, type TestApp } from "./support/app.ts";
import { peakMemory } from "./support/long-files.ts";
import { chooseFile, chooseMethod } from "./support/pages.ts";

const run = promisify(execFile);
const SECONDS = Number(process.env.CMIX_BIG_SECONDS ?? 4);
/** A page with a decoder for 1080p and two encoders; what waits for the encoders is 96 MB of it. */
const MEMORY_MAX_BYTES = 600e6;
const LONG = 1_800_000;

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(async () => {
  await app?.close();
});

it(
  `D3 ${SECONDS} s of 1080p are compressed in bounded memory`,
  async () => {
    const source = join(app.dataDir, "wide.mp4");
    const input = ["-stream_loop", "-1", "-i", join(ROOT, "samples/scene.mp4"), "-t", `${SECONDS}`];
    const coding = ["-vf", "scale=1920:1080", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-an"];
    await run("ffmpeg", ["-v", "error", "-y", ...input, ...coding, source]);
    const profile = join(app.dataDir, "profile");
    const context = await launchStored(app, profile);
    try {
      const page = await context.newPage();
      await page.goto("/studio");
      await chooseFile(page, source);
      await chooseMethod(page, "Compress and divide");
      await page.getByRole("button", { name: "Divide", exact: true }).click();
      await page.getByRole("link", { name: "Save .cmx" }).waitFor({ timeout: LONG });
      const said = await page.locator(".result > .quiet").first().innerText();
      const peak = peakMemory(profile);
      console.info(`${said}; most memory of a browser process ${((peak ?? 0) / 1e6).toFixed(0)} MB`);
      if (peak === undefined) console.warn("SKIPPED: memory is measured where there is /proc");
      else expect(peak).toBeLessThan(MEMORY_MAX_BYTES);
    } finally {
      await context.close();
    }
  },
  LONG,
);
