/**
 * Whatever people own, kept as it is: the Studio and the player tell length and size as ffprobe does, and the player shows ffmpeg's pictures,
 * or both say before dividing that it will not play. All files in the long run (`npm run test:browsers`), else a few.
 */
import { execFile } from "node:child_process";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mediaFiles } from "../support/media.ts";
import { ownFiles } from "../support/own-media.ts";
import { sampleOf } from "../support/sample.ts";
import { startApp, type TestApp } from "./support/app.ts";
import { chooseFile, clickSeekBar, divideAndWatch, seekBar, waitForState, withPage } from "./support/pages.ts";
import { psnr, shownPicture, sourcePicture } from "./support/pictures.ts";

const run = promisify(execFile);
const LEAST_PSNR = 28;
/** Players begin at a picture's time, files at a track's. */
const LENGTH_TOLERANCE_SECONDS = 0.25;
/** Pictures of shorter files are over before a click on Pause comes. */
const WATCHED_FROM_SECONDS = 1;
/** No video, pictures that ffmpeg itself does not decode or of which it takes the transparency for colour, or another method's. */
const LEFT_OUT = /alpha|\.(md|jsv|avc|h264|m2v)$|FM1_FT_E|sp2_bt_b|CVSE3|SL1_SVA|QCIF_2P/;

interface Probe {
  width: number;
  height: number;
  seconds: number;
  /** Of each picture that ffmpeg decodes, in the order in which it gives them; from the first one on. */
  times: number[];
}

async function probe(path: string): Promise<Probe> {
  const { stdout } = await run(
    "ffprobe",
    [
      ...["-v", "error", "-select_streams", "V:0", "-of", "json"],
      ...[
        "-show_entries",
        "stream=width,height,duration,r_frame_rate:format=duration:frame=best_effort_timestamp_time",
        path,
      ],
    ],
    { maxBuffer: 256 << 20 },
  );
  const { streams, frames, format } = JSON.parse(stdout) as {
    streams: { width: number; height: number; duration?: string; r_frame_rate: string }[];
    frames: { best_effort_timestamp_time?: string }[];
    format: { duration?: string };
  };
  const [stream] = streams;
  // Raw streams tell no times.
  const [pictures = 25, seconds = 1] = stream?.r_frame_rate.split("/").map(Number) ?? [];
  const times = frames.map(({ best_effort_timestamp_time: time }, i) =>
    time === undefined || time === "N/A" ? (i * seconds) / pictures : Number(time),
  );
  const first = times[0] ?? 0;
  return {
    width: stream?.width ?? 0,
    height: stream?.height ?? 0,
    seconds: Number(stream?.duration ?? format.duration ?? Number.NaN),
    times: times.map((time) => time - first),
  };
}

const fact = (page: Page, name: string): Promise<string> =>
  page.locator(`.facts dt:text-is("${name}") + dd`).first().innerText();

const secondsOf = (text: string): number => text.split(":").reduce((seconds, part) => seconds * 60 + Number(part), 0);

let app: TestApp;

beforeAll(async () => {
  app = await startApp(1);
});

afterAll(async () => {
  await app?.close();
});

/** Where the player stands still: its picture is ffmpeg's of the same time. @param firstSeconds when the player shows the first one */
async function expectPicture(page: Page, path: string, { times }: Probe, firstSeconds: number): Promise<void> {
  const shown = await shownPicture(page);
  const at = shown.timeSeconds - firstSeconds;
  const distances = times.map((time) => Math.abs(time - at));
  const number = distances.indexOf(Math.min(...distances));
  const likeness = psnr(shown.data, await sourcePicture(path, number, shown));
  console.info(`${basename(path)}: picture ${number} at ${shown.timeSeconds.toFixed(3)} s: ${likeness.toFixed(1)} dB`);
  expect(likeness).toBeGreaterThan(LEAST_PSNR);
}

const files = [...ownFiles("mp4", "webm", "h264"), ...mediaFiles("faults", "mp4", "webm", "h264")].filter(
  (path) => !LEFT_OUT.test(path),
);

describe("D5: from the Studio to the last seek:", () => {
  it.each(sampleOf(files, 1).map((path) => [basename(path), path]))("%s", async (name, path) => {
    const told = await probe(path);
    await withPage(app, "/studio", async ({ page }) => {
      await chooseFile(page, path);
      await page.getByText("Keep as it is").first().waitFor();
      const seconds = secondsOf(await fact(page, "Length"));
      if (Number.isFinite(told.seconds))
        expect(Math.abs(seconds + 0.5 - told.seconds)).toBeLessThan(0.5 + LENGTH_TOLERANCE_SECONDS);
      expect(await fact(page, "Picture")).toContain(`${told.width} × ${told.height}`);
      const refusals = /does not decode|will not play/;
      if (refusals.test(await page.locator(".methods").innerText())) return console.info(`${name}: said not to play`);
      await divideAndWatch(page, path, join(app.dataDir, "any.cmx"), "Keep as it is");
      await waitForState(page, "ready");
      const length = Number(await seekBar(page).getAttribute("max"));
      expect(Math.abs(Math.floor(length) - seconds)).toBeLessThanOrEqual(LENGTH_TOLERANCE_SECONDS);
      if (length < WATCHED_FROM_SECONDS) return;
      await page.evaluate(pauseWhenPlaying);
      await page.getByRole("button", { name: "Play", exact: true }).first().click();
      await waitForState(page, "paused");
      await clickSeekBar(page, 0);
      const { timeSeconds: firstSeconds } = await shownPicture(page);
      expect(firstSeconds).toBeLessThan(0.5 + LENGTH_TOLERANCE_SECONDS);
      await expectPicture(page, path, told, firstSeconds);
      await clickSeekBar(page, 0.5);
      await page.waitForFunction((first) => {
        const time = Number(document.querySelector<HTMLCanvasElement>(".video-canvas")?.dataset.pictureSeconds);
        return time > first;
      }, firstSeconds);
      await expectPicture(page, path, told, firstSeconds);
    });
  });
});

/** Presses Pause as soon as the CM is over and the video plays. */
function pauseWhenPlaying(): void {
  const timer = setInterval(() => {
    const state = document.querySelector<HTMLElement>(".stage")?.dataset.state;
    if (state !== "playing" && state !== "error") return;
    if (state === "playing") document.querySelector<HTMLElement>(".controls [aria-label=Pause]")?.click();
    clearInterval(timer);
  }, 10);
}
