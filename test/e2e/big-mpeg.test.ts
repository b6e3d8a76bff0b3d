/** A long MPEG-2 file in the Studio, in bounded memory: a small sample here, with CMIX_BIG_MPEG_BYTES as long as is wanted (`npm run test:big`: 1 GB). */
import { execFile } from "node:child_process";
import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ROOT } from "../support/tree.ts";
import { launchStored, startApp, type TestApp } from "./support/app.ts";
import { combinedHash, nextSlave, peakMemory, saveMain, sha256Of } from "./support/long-files.ts";
import { chooseFile } from "./support/pages.ts";

const run = promisify(execFile);
const BYTES = Number(process.env.CMIX_BIG_MPEG_BYTES ?? 8_000_000);
/** A page with two workers; nothing of it grows with the file but the tables at its ends. */
const MEMORY_MAX_BYTES = 450e6 + 0.02 * BYTES;
const LONG = 1_800_000;

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(async () => {
  await app?.close();
});

/** The scene in MPEG-2, again and again: an elementary stream may be put together so. */
async function makeLongMpeg(path: string): Promise<void> {
  const coding = ["-c:v", "mpeg2video", "-b:v", "4M", "-g", "15", "-bf", "2", "-an", "-f", "mpeg2video"];
  const once = `${path}.once`;
  await run("ffmpeg", ["-v", "error", "-y", "-i", join(ROOT, "samples/scene.mp4"), ...coding, once]);
  const piece = await readFile(once);
  for (let written = 0; written < BYTES; written += piece.length) await appendFile(path, piece);
}

it(
  `D4 ${(BYTES / 1e6).toFixed(0)} MB of MPEG-2 are divided in bounded memory, and the pair gives them back`,
  async () => {
    const source = join(app.dataDir, "long.m2v");
    await makeLongMpeg(source);
    const profile = join(app.dataDir, "profile");
    const context = await launchStored(app, profile);
    try {
      const page = await context.newPage();
      await page.goto("/studio");
      const slave = nextSlave(app, page);
      await chooseFile(page, source);
      await page.getByRole("button", { name: "Divide", exact: true }).click();
      const main = join(app.dataDir, "long.cmx");
      await saveMain(page, main);
      const said = await page.locator(".result > .quiet").first().innerText();
      const peak = peakMemory(profile);
      console.info(`${said}; most memory of a browser process ${((peak ?? 0) / 1e6).toFixed(0)} MB`);
      if (peak === undefined) console.warn("SKIPPED: memory is measured where there is /proc");
      else expect(peak).toBeLessThan(MEMORY_MAX_BYTES);
      expect(await combinedHash(main, await slave, join(app.dataDir, "combined.m2v"))).toBe(await sha256Of(source));
    } finally {
      await context.close();
    }
  },
  LONG,
);
