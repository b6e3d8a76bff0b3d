/** Method `samples` in a real browser: kept as it is, divided, watched (rows D2, D5, S4, S11). */
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loudestSound } from "../support/flash-and-beep.ts";
import { sampleOf } from "../support/sample.ts";
import { SHARED_MEDIA } from "../support/tree.ts";
import { screenshot, sourceVideo, startApp, type TestApp } from "./support/app.ts";
import { CLIPS, makeClip } from "./support/clips.ts";
import { countMedia, mediaCount } from "./support/frame-count.ts";
import { watchAndSeek } from "./support/kept-and-watched.ts";
import {
  chooseFile,
  clickSeekBar,
  divideAndWatch,
  playThroughCm,
  position,
  pressPause,
  waitForPicture,
  waitForState,
  withPage,
} from "./support/pages.ts";
import { likenessToSource, makeLongClip, makeLowRateClip, pictureTimes } from "./support/pictures.ts";

const LEAST_PSNR = 30;
const HEARD = 0.004;
/** Pictures are looked up by their time; the longest distance of two of them in these clips. */
const FRAME_SECONDS = 0.051;

let app: TestApp;

beforeAll(async () => {
  app = await startApp(2);
});

afterAll(async () => {
  await app?.close();
});

/** Holds what is on screen against ffmpeg's picture of the same time. */
async function expectSource(page: Page, source: string, times: number[]): Promise<void> {
  expect(await likenessToSource(page, source, times)).toBeGreaterThan(LEAST_PSNR);
}

/** Divides a source as it is, watches it, and compares pictures while playing on, and after seeks. */
async function proveSource(page: Page, source: string, kept: string): Promise<void> {
  const times = await pictureTimes(source);
  await divideAndWatch(page, source, kept, "Keep as it is");
  await watchAndSeek(page, FRAME_SECONDS, () => expectSource(page, source, times));
}

describe("Keep as it is", () => {
  it("D2 D5 P3: an MP4 is divided at its own size and plays with its sound; every frame is closed", async () => {
    const source = join(app.dataDir, "short.mp4");
    await makeLongClip(source, 6, "320x180");
    await withPage(app, "/studio", async ({ page }) => {
      countMedia(page);
      await proveSource(page, source, join(app.dataDir, "short.cmx"));
      await page.getByRole("button", { name: "Play", exact: true }).first().click();
      expect(await loudestSound(page, 25)).toBeGreaterThan(HEARD);
      await waitForState(page, "ended", 30_000);
      // Two seeks and an end are behind it: nothing that a decoder gave out is left open.
      for (const { opened, closed } of Object.values(await mediaCount(page))) {
        expect(opened).toBeGreaterThan(100);
        expect(closed).toBe(opened);
      }
    });
  });

  it("D2: a clip with moov where its maker put it", async () => {
    const source = sourceVideo("flower_540p.mp4");
    const kept = join(app.dataDir, "flower.cmx");
    await withPage(app, "/studio", async ({ page }) => {
      await chooseFile(page, source);
      await page.getByLabel("Keep as it is").waitFor();
      expect(await page.getByLabel("Keep as it is").isChecked()).toBe(true);
      await page.getByText("More settings").click();
      expect(await page.getByLabel("Quality").count()).toBe(0);
      await screenshot(page, "studio-method");
      await proveSource(page, source, kept);
      const { size } = await stat(source);
      expect((await stat(kept)).size).toBeLessThan(size * 1.01 + 20_000); // with the poster
    });
  });

  it("S4: at a very low bit rate a seek fetches its target, not what lies before it", async () => {
    const source = join(app.dataDir, "low.mp4");
    await makeLowRateClip(source, 600);
    await withPage(app, "/studio", async ({ page }) => {
      await divideAndWatch(page, source, join(app.dataDir, "low.cmx"), "Keep as it is");
      await playThroughCm(page);
      await pressPause(page);
      const asked: number[] = [];
      page.on("request", (request) => {
        const from = new URL(request.url()).searchParams.get("from");
        if (from !== null) asked.push(Number(from));
      });
      const seekTo = async (share: number) => {
        asked.length = 0;
        await clickSeekBar(page, share);
        await waitForPicture(page, await position(page), 0.21);
        return asked;
      };
      const last = Math.max(...(await seekTo(0.5)));
      // A minute further: 80 kB, fifteen segments, of which the reading ahead of the first seek may have some.
      expect(Math.min(...(await seekTo(0.6)))).toBeGreaterThan(last + 8);
    });
  });

  const rows = [
    { clip: CLIPS.VP9, real: "webm/Big_Buck_Bunny_180_10s.webm" },
    { clip: CLIPS.AV1, real: "mp4/av1_1080x720.mp4" },
  ];
  for (const { clip, real } of sampleOf(rows, 1)) {
    it(`D5: ${clip.name}`, async () => {
      const path = join(SHARED_MEDIA, real);
      const source = existsSync(path) ? path : await makeClip(app.dataDir, clip, 4);
      await withPage(app, "/studio", async ({ page }) => {
        await proveSource(page, source, join(app.dataDir, "shared.cmx"));
      });
    });
  }
});
