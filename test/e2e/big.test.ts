/** Large files in the Studio: from disk to disk, in bounded memory. `npm run test:big` takes 2 GB, otherwise it is a small sample of that. */
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchStored, startApp, type TestApp } from "./support/app.ts";
import { combinedHash, makeLongFile, nextSlave, peakMemory, saveMain, sha256Of } from "./support/long-files.ts";
import { chooseFile, waitForProgress } from "./support/pages.ts";

const BYTES = Number(process.env.CMIX_BIG_BYTES ?? 60_000_000);
/** A page with its preview and what is under way take 380 MB; the rest are tables: a file of 0.7 Mbit/s has 850 samples a megabyte. */
const MEMORY_MAX_BYTES = 640e6 + 0.1 * BYTES; // 100 to 200 MB of it while the seek bar's small pictures are decoded, at most 100 of them
const LONG = 1_800_000;

let app: TestApp;
let profile: string;
let context: BrowserContext;
let source: string;
let sourceHash: string;

beforeAll(async () => {
  app = await startApp();
  source = join(app.dataDir, "big.mp4");
  await makeLongFile(source, BYTES);
  sourceHash = await sha256Of(source);
  profile = join(app.dataDir, "profile");
  context = await launchStored(app, profile);
}, LONG);

afterAll(async () => {
  await context?.close();
  await app?.close();
});

async function openStudio(): Promise<Page> {
  const page = await context.newPage();
  await page.goto("/studio");
  return page;
}

const divide = (page: Page) => page.getByRole("button", { name: "Divide", exact: true }).click();

/** Saves the pair, combines it by the command line, and tells what the Studio says of its speed. */
async function proveResult(page: Page, slave: Promise<string>, what: string): Promise<void> {
  const main = join(app.dataDir, "big.cmx");
  await saveMain(page, main);
  const peak = peakMemory(profile);
  const said = await page.locator(".result > .quiet").first().innerText();
  console.info(`${what}: ${said}; most memory of a browser process ${((peak ?? 0) / 1e6).toFixed(0)} MB`);
  if (peak === undefined) console.warn("SKIPPED: memory is measured where there is /proc");
  else expect(peak).toBeLessThan(MEMORY_MAX_BYTES);
  expect(await combinedHash(main, await slave, join(app.dataDir, "combined.mp4"))).toBe(sourceHash);
}

describe(`a file of ${(BYTES / 1e6).toFixed(0)} MB in the Studio`, () => {
  it(
    "divides from disk to disk in bounded memory, and the pair gives it back",
    async () => {
      const page = await openStudio();
      const slave = nextSlave(app, page);
      await chooseFile(page, source);
      await divide(page);
      await proveResult(page, slave, "in one go");
      await page.close();
    },
    LONG,
  );

  it(
    "goes on after the page was loaded again in the middle",
    async () => {
      const page = await openStudio();
      await chooseFile(page, source);
      await divide(page);
      await waitForProgress(page, 40);
      await page.reload();
      const card = page.getByRole("region", { name: "big" });
      await card.getByText(/% of big\.mp4 .* is divided and kept/).waitFor();
      const slave = nextSlave(app, page);
      await card.locator('input[type="file"]').setInputFiles(source);
      await proveResult(page, slave, "after a reload");
      await page.close();
    },
    LONG,
  );
});
