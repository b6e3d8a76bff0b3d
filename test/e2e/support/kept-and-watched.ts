/** A file that the Studio keeps as it is, from choosing it to the last seek. */
import { basename, join } from "node:path";
import type { Page } from "playwright";
import { expect } from "vitest";
import type { TestApp } from "./app.ts";
import { combinedHash, nextSlave, sha256Of } from "./long-files.ts";
import {
  clickSeekBar,
  divideAndWatch,
  playThroughCm,
  position,
  pressPause,
  waitForPicture,
  waitForPosition,
  waitForState,
  withPage,
} from "./pages.ts";
import { psnr, shownPicture, sourcePicture } from "./pictures.ts";

const LEAST_PSNR = 30;

/** Divides, combines to the source again, plays, and holds what is shown against the source, after seeks too. @param rate pictures a second */
export function keepAndWatch(app: TestApp, source: string, rate: number): Promise<void> {
  const name = basename(source);
  return withPage(app, "/studio", async ({ page }) => {
    const kept = join(app.dataDir, `${name}.cmx`);
    const slave = nextSlave(app, page);
    await divideAndWatch(page, source, kept, "Keep as it is");
    expect(await combinedHash(kept, await slave, join(app.dataDir, `combined-${name}`))).toBe(await sha256Of(source));
    await watchAndSeek(page, 1.5 / rate, () => expectSource(page, source, rate));
  });
}

/** Plays an opened main and looks at its picture while it is paused, and after a seek forward and one back. */
export async function watchAndSeek(page: Page, frameSeconds: number, look: () => Promise<void>): Promise<void> {
  await playThroughCm(page);
  await waitForPosition(page, 0.6);
  await pressPause(page);
  await waitForState(page, "paused");
  await look();
  for (const share of [0.7, 0.3]) {
    await clickSeekBar(page, share);
    await waitForPicture(page, await position(page), frameSeconds);
    await look();
  }
}

/** Holds what is on screen against the source's picture of that number. */
export async function expectSource(page: Page, source: string, rate: number): Promise<void> {
  const shown = await shownPicture(page);
  const number = Math.round(shown.timeSeconds * rate);
  const likeness = psnr(shown.data, await sourcePicture(source, number, shown));
  console.info(
    `${basename(source)}: picture ${number} at ${shown.timeSeconds.toFixed(3)} s: ${likeness.toFixed(1)} dB`,
  );
  expect(likeness).toBeGreaterThan(LEAST_PSNR);
}
