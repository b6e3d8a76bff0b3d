/** Files that are written otherwise than most, through the Studio and the player: as long as they are, from their first picture on. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { openIndex } from "../../codec/containers/open-index.ts";
import { withEdits, withLaterFragments } from "../support/iso-bytes.ts";
import { readBytes } from "../support/media.ts";
import { ownFiles } from "../support/own-media.ts";
import { sampleOf } from "../support/sample.ts";
import { ROOT, SHARED_MEDIA } from "../support/tree.ts";
import { startApp, type TestApp } from "./support/app.ts";
import {
  chooseFile,
  divideAndWatch,
  playThroughCm,
  pressPause,
  seekBar,
  waitForPosition,
  waitForState,
  withPage,
} from "./support/pages.ts";
import { psnr, shownPicture, sourcePicture } from "./support/pictures.ts";

const LEAST_PSNR = 30;
const RATE = 30;
const SCENE = join(ROOT, "samples/scene.mp4");
const faults = (name: string): string => join(SHARED_MEDIA, "faults", name);

let app: TestApp;

beforeAll(async () => {
  app = await startApp(1);
});

afterAll(async () => {
  await app?.close();
});

const own = (folder: string, name: string): string => ownFiles(folder).find((path) => path.endsWith(`/${name}`)) ?? "";

/** Divides the file as it is and plays it; gives its length and a picture from the middle of the first seconds. */
async function play(
  path: string,
  atSeconds: number,
  onPicture: (shown: Awaited<ReturnType<typeof shownPicture>>) => Promise<void>,
  method: "Keep as it is" | "Compress and divide" = "Keep as it is",
) {
  let seconds = 0;
  await withPage(app, "/studio", async ({ page }) => {
    await divideAndWatch(page, path, join(app.dataDir, "odd.cmx"), method);
    await playThroughCm(page);
    await waitForPosition(page, atSeconds);
    await pressPause(page);
    await waitForState(page, "paused");
    await onPicture(await shownPicture(page));
    seconds = Number(await seekBar(page).getAttribute("max"));
  });
  return seconds;
}

/** When the file's first picture is shown, in seconds. */
async function firstPictureSeconds(bytes: Uint8Array): Promise<number> {
  const index = await openIndex(sourceFromBytes(bytes));
  const times: number[] = [];
  for await (const batch of index.samples())
    times.push(...batch.filter(({ stream }) => stream === index.film).map(({ timeMicroseconds }) => timeMicroseconds));
  return Math.min(...times) / 1e6;
}

async function made(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(app.dataDir, name);
  writeFileSync(path, bytes);
  return path;
}

describe("D5: odd files kept as they are, and watched:", () => {
  it("fragments that begin at an hour", async () => {
    const bytes = withLaterFragments(readBytes(own("mp4", "own-fragmented.mp4")), 3600);
    const first = await firstPictureSeconds(bytes);
    const path = await made("hour.mp4", bytes);
    const seconds = await play(path, 0.6, async (shown) => {
      expect(shown.timeSeconds).toBeLessThan(5);
      const number = Math.round((shown.timeSeconds - first) * RATE);
      expect(psnr(shown.data, await sourcePicture(SCENE, number, shown))).toBeGreaterThan(LEAST_PSNR);
    });
    expect(seconds).toBeLessThan(20);
  });

  it("two parts of a film in another order", async () => {
    const film = own("mp4", "own-b-frames.mp4");
    /** In media time, by which edit lists count. */
    const first = await firstPictureSeconds(withEdits(readBytes(film), [{ milliseconds: 3000, from: 0 }]));
    const rows = [
      { milliseconds: 500, from: 2000 },
      { milliseconds: 1500, from: 500 },
    ];
    const seconds = await play(await made("parts.mp4", withEdits(readBytes(film), rows)), 0.9, async (shown) => {
      expect(shown.timeSeconds).toBeGreaterThan(0.5);
      const number = Math.round((shown.timeSeconds - 0.5 + 0.5 - first) * RATE);
      expect(psnr(shown.data, await sourcePicture(film, number, shown))).toBeGreaterThan(LEAST_PSNR);
    });
    expect(seconds).toBeCloseTo(2, 1);
  });

  /** The first half second, a picture that is held for a second, then from the third second on. */
  const HELD = [
    { milliseconds: 500, from: 0 },
    { milliseconds: 1000, from: 500, isHeld: true as const },
    { milliseconds: 900, from: 2000 },
  ];
  for (const method of sampleOf(["Keep as it is", "Compress and divide"] as const, 1)) {
    it(`an edit list of several parts and a picture that is held: ${method}`, async () => {
      const film = own("mp4", "own-b-frames.mp4");
      const first = await firstPictureSeconds(withEdits(readBytes(film), [{ milliseconds: 3000, from: 0 }]));
      const path = await made("held.mp4", withEdits(readBytes(film), HELD));
      const seen: number[] = [];
      const length = await play(
        path,
        0.9,
        async (shown) => {
          expect(shown.timeSeconds).toBeLessThan(0.55);
          seen.push(psnr(shown.data, await sourcePicture(film, Math.floor((0.5 - first) * RATE + 0.01), shown)));
        },
        method,
      );
      await play(
        path,
        1.8,
        async (shown) => {
          expect(shown.timeSeconds).toBeGreaterThan(1.5);
          const number = Math.round((shown.timeSeconds - 1.5 + 2 - first) * RATE);
          seen.push(psnr(shown.data, await sourcePicture(film, number, shown)));
        },
        method,
      );
      expect(length).toBeCloseTo(2.4, 1);
      console.info(`${method}: ${seen.map((one) => one.toFixed(1)).join(", ")} dB`);
      for (const one of seen) expect(one).toBeGreaterThan(LEAST_PSNR);
    });
  }

  it("a transport stream that begins between key pictures", async () => {
    const whole = readBytes(own("mpeg", "own-h264-keys.ts"));
    const keys: number[] = [];
    for await (const batch of (await openIndex(sourceFromBytes(whole))).samples())
      keys.push(...batch.filter(({ key }) => key).map(({ offset }) => offset));
    const path = await made("between.ts", whole.subarray((keys[1] ?? 0) + 5 * 188 + 77));
    await play(path, 1, async (shown) => expect(shown.timeSeconds).toBeGreaterThan(0.4));
  });

  it.skipIf(!existsSync(faults("21-annex-b-in-matroska.mkv")))(
    "Annex B in Matroska without configuration",
    async () => {
      const path = faults("21-annex-b-in-matroska.mkv");
      const seconds = await play(path, 0.6, async (shown) => expect(shown.timeSeconds).toBeGreaterThan(0.3));
      expect(seconds).toBeCloseTo(35.2, 0);
    },
  );

  it.skipIf(!existsSync(faults("20-mkv-zlib.mkv")))(
    "packed Matroska is divided, with a word that it will not play",
    async () => {
      await withPage(app, "/studio", async ({ page }) => {
        await chooseFile(page, faults("20-mkv-zlib.mkv"));
        await page.getByText("The player will not play this").waitFor();
        expect(await page.getByLabel("Keep as it is").isChecked()).toBe(true);
      });
    },
  );
});
