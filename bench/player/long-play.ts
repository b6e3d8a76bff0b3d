/**
 * `npm run test:long-play [-- --minutes N]`, 60 unless told otherwise: plays a clip of flashes and beeps on and on, with a seek to its start every 10 minutes, and reads
 * what is seen and heard. Prints, minute by minute, how far sound and picture are apart and what memory Chromium's processes hold; ends with exit
 * code 1 where they drift or memory grows.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Page } from "playwright";
import { flashesAndBeeps, makeFlashAndBeep, tapSound } from "../../test/support/flash-and-beep.ts";
import { median } from "../measure.ts";
import { launchChromium, openAndPlay, withService } from "./play-divided.ts";
import { processUse } from "./processes.ts";

const CLIP_MINUTES = 10;
const LOOK_MILLISECONDS = 5000;
/** One picture of 25 a second. */
const FRAME_MILLISECONDS = 40;
/** Of the page's process, from the second minute on: garbage that was not collected yet. */
const GROWTH_BYTES = 64 << 20;

const { values } = parseArgs({ options: { minutes: { type: "string", default: "60" } } });
const minutes = Number(values.minutes);
if (!Number.isInteger(minutes) || minutes < 1) {
  console.error(`--minutes ${values.minutes}: give a whole number from 1 on`);
  process.exit(2);
}

const offsets: number[] = [];
const memory: number[] = [];
await withService(async ({ url, folder, divide }) => {
  const clip = join(folder, "flash-and-beep.mp4");
  await makeFlashAndBeep(clip, CLIP_MINUTES * 60, "640x360");
  const main = await divide(clip, "samples");
  const browser = await launchChromium();
  try {
    const context = await browser.newContext({ baseURL: url });
    await context.addInitScript(tapSound);
    const page = await context.newPage();
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") console.log(`console: ${message.text()}`);
    });
    await openAndPlay(page, main);
    await page.locator('.stage[data-state="playing"]').waitFor();
    const start = Date.now();
    for (let minute = 1; minute <= minutes; minute++) {
      await page.waitForTimeout(Math.max(0, start + minute * 60_000 - LOOK_MILLISECONDS - 5000 - Date.now()));
      const { flashes, beeps } = await flashesAndBeeps(page, LOOK_MILLISECONDS);
      const apart = flashes.flatMap((flash) => {
        const nearest = beeps.toSorted((a, b) => Math.abs(a - flash) - Math.abs(b - flash))[0];
        return nearest === undefined || Math.abs(nearest - flash) > 500 ? [] : [nearest - flash];
      });
      const use = await processUse(browser);
      // On a machine that is too busy to play, nothing is seen: such a minute counts as one that failed.
      const offset = apart.length === 0 ? Number.POSITIVE_INFINITY : median(apart);
      offsets.push(offset);
      memory.push(use.renderer?.bytes ?? 0);
      console.log(
        `minute ${minute}, ${await page.locator(".stage").getAttribute("data-state")}: sound behind the picture by ${offset.toFixed(0)} ms ` +
          `(${apart.map(Math.round).join(", ")}; ${flashes.length} flashes, ${beeps.length} beeps); ` +
          `page ${mebibytes(use.renderer?.bytes)} MiB, GPU process ${mebibytes(use.GPU?.bytes)} MiB, heap ${mebibytes(await heapBytes(page))} MiB`,
      );
      if (minute % CLIP_MINUTES === 0 && minute < minutes) await page.keyboard.press("Home");
    }
  } finally {
    await browser.close();
  }
}, 2);

const drift = Math.max(...offsets) - Math.min(...offsets);
const growth = (memory.at(-1) ?? 0) - (memory[1] ?? memory[0] ?? 0);
const worst = Math.max(...offsets.map(Math.abs));
console.log(
  `over ${minutes} min: at most ${worst.toFixed(0)} ms apart, drift ${drift.toFixed(0)} ms; memory ${mebibytes(growth)} MiB more than after two minutes`,
);
if (!(worst <= FRAME_MILLISECONDS) || growth > GROWTH_BYTES) process.exitCode = 1;

function mebibytes(bytes = 0): string {
  return (bytes / 2 ** 20).toFixed(0);
}

/** After a collection of garbage. */
async function heapBytes(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return usedSize;
}
