/** Rotation, pixel aspect, colour range and edit lists: what our player shows against the browser's own <video> on the undivided file. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sampleOf } from "../support/sample.ts";
import { ROOT, SHARED_MEDIA } from "../support/tree.ts";
import { startApp, type TestApp } from "./support/app.ts";
import {
  clickSeekBar,
  divideAndWatch,
  playThroughCm,
  position,
  pressPause,
  waitForPicture,
  withPage,
} from "./support/pages.ts";
import { pictureTimes, psnr, shownPicture } from "./support/pictures.ts";

const run = promisify(execFile);

/** Both are scaled by the browser, in different ways. */
const LEAST_PSNR = 30;

let app: TestApp;

beforeAll(async () => {
  app = await startApp(1);
});

afterAll(async () => {
  await app?.close();
});

/** Our scene, coded again in another form. @param edit options of a second pass, which copies */
async function variant(name: string, filter: string, output: string[], edit?: string[]): Promise<string> {
  const path = join(app.dataDir, name);
  const coded = edit === undefined ? path : join(app.dataDir, `coded-${name}`);
  await run("ffmpeg", [
    ...["-v", "error", "-y", "-i", join(ROOT, "samples/scene.mp4"), "-t", "4", "-an", "-vf", filter],
    ...["-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-g", "30", ...output, coded],
  ]);
  if (edit !== undefined) await run("ffmpeg", ["-v", "error", "-y", ...edit, "-i", coded, "-c", "copy", path]);
  return path;
}

/** Our scene with a display matrix. @param matrix a, b, c, d of ISO/IEC 14496-12 8.3.2.3 */
async function turned(
  name: string,
  matrix: [number, number, number, number],
  filter = "null",
  output: string[] = [],
): Promise<string> {
  const path = await variant(name, filter, output);
  const file = await readFile(path);
  const head = file.indexOf("tkhd") - 4;
  const version = file.readUInt8(head + 8);
  const at = head + (version === 1 ? 60 : 48);
  const [a, b, c, d] = matrix.map((value) => value * 0x10000);
  const rows = [a, b, 0, c, d];
  for (const [i, value] of rows.entries()) file.writeInt32BE(value ?? 0, at + i * 4);
  await writeFile(path, file);
  return path;
}

const FORMS: Record<string, () => Promise<string>> = {
  "turned by 90 degrees": () => turned("turned-90.mp4", [0, 1, -1, 0]),
  "mirrored and turned": () => turned("mirrored-90.mp4", [0, 1, 1, 0]),
  "turned by 180 degrees, at uneven times, in MOV": () =>
    turned("turned-180.mov", [-1, 0, 0, -1], "select=lt(mod(n\\,7)\\,4)", ["-fps_mode", "vfr"]),
  "pixels of 2:1": () => variant("wide.mp4", "scale=320:360,setsar=2", []),
  "full range, BT.709": () =>
    variant("full-709.mp4", "scale=out_range=pc:out_color_matrix=bt709", [
      ...["-pix_fmt", "yuvj420p", "-color_range", "pc"],
      ...["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"],
    ]),
  "an edit list that begins inside": () => variant("edited.mp4", "null", ["-bf", "2"], ["-ss", "1.5"]),
};
const SHARED = ["iphone4s_sideways_rot90.mov", "phone_fire_720p_rot180_vfr.mp4", "camera_1080p_fullrange.mp4"];

/** What a <video> of the undivided file shows at `seconds`, in a box as large as ours. */
async function reference(source: string, seconds: number, size: { width: number; height: number }): Promise<Buffer> {
  const page = await app.browser.newPage();
  try {
    await page.route("http://reference.test/**", (route) =>
      route.request().url().endsWith("/video")
        ? route.fulfill({ path: source, contentType: "video/mp4" })
        : route.fulfill({ contentType: "text/html", body: "<!doctype html><body style='margin:0;background:#000'>" }),
    );
    await page.goto("http://reference.test/");
    await page.evaluate(
      async ({ time, width, height }) => {
        const video = document.createElement("video");
        video.muted = true;
        video.style.cssText = `display:block;width:${width}px;height:${height}px`;
        const shown = new Promise<void>((resolve) => video.requestVideoFrameCallback(() => resolve()));
        video.src = URL.createObjectURL(await (await fetch("/video")).blob());
        document.body.append(video);
        await shown;
        const sought = new Promise<void>((resolve) => video.requestVideoFrameCallback(() => resolve()));
        video.currentTime = time;
        await sought;
      },
      { time: seconds, ...size },
    );
    return await page.locator("video").screenshot();
  } finally {
    await page.close();
  }
}

/** A screenshot made small: what two ways of scaling agree in. */
async function small(png: Buffer): Promise<Uint8Array> {
  const path = join(app.dataDir, "look.png");
  await writeFile(path, png);
  const filter = "scale=32:32:flags=area";
  const { stdout } = await run(
    "ffmpeg",
    ["-v", "error", "-i", path, "-vf", filter, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgba", "-"],
    { encoding: "buffer" },
  );
  return stdout;
}

async function proveDisplay(page: Page, source: string): Promise<void> {
  const times = await pictureTimes(source);
  const longest = Math.max(...times.slice(1).map((time, i) => time - (times[i] ?? 0)));
  await divideAndWatch(page, source, join(app.dataDir, `${basename(source)}.cmx`), "Keep as it is");
  await playThroughCm(page);
  await pressPause(page);
  await clickSeekBar(page, 0.6);
  await waitForPicture(page, await position(page), longest);
  const { timeSeconds } = await shownPicture(page);
  // The picture, without what the page shows over it.
  await page.mouse.move(0, 0);
  await page.locator(".controls").evaluate((controls) => {
    (controls as HTMLElement).style.visibility = "hidden";
  });
  const picture = page.locator(".video-canvas");
  const box = await picture.boundingBox();
  if (box === null) throw new Error("the picture is not on the screen");
  const ours = await picture.screenshot();
  const theirs = await reference(source, timeSeconds + 0.001, box);
  const likeness = psnr(await small(ours), await small(theirs));
  console.info(`${basename(source)} at ${timeSeconds.toFixed(3)} s: ${likeness.toFixed(1)} dB`);
  expect(likeness).toBeGreaterThan(LEAST_PSNR);
}

const ROWS: [string, () => Promise<string>][] = [
  ...Object.entries(FORMS),
  ...SHARED.map((name) => [name, join(SHARED_MEDIA, "mp4", name)] as const)
    .filter(([, path]) => existsSync(path))
    .map(([name, path]): [string, () => Promise<string>] => [name, async () => path]),
];

describe("shown as <video> shows it", () => {
  for (const [name, make] of sampleOf(ROWS, 1))
    it(`D5: ${name}`, async () => {
      const source = await make();
      await withPage(app, "/studio", ({ page }) => proveDisplay(page, source));
    });
});
