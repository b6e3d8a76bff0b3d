/** Divided videos play in Chromium, Firefox and WebKit, and show the source's pictures (rows D5, D10, P3). */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT, startTestServer, type TestServer } from "./support/app.ts";
import { CLIPS, makeClip, SCENE } from "./support/clips.ts";
import { ENGINES, type EnginePage, waitUntil } from "./support/engines.ts";
import { pictureTimes, psnr, shownPicture, sourcePicture } from "./support/pictures.ts";

const run = promisify(execFile);
const LEAST_PSNR = 30;
/** The loudest sample given to the loudspeakers: the scene's music, neither silence nor out of scale. */
const HEARD = [0.05, 1.1] as const;
/** Longest distance of two pictures in these clips. */
const FRAME_SECONDS = 0.051;
const CLIP_SECONDS = 4;
const PLAYED_ON_SECONDS = 0.3;

const cli = join(ROOT, "dist/node/cli/cmix.js");
const sharedMedia = process.env.SHARED_MEDIA ?? join(ROOT, "../shared/media");

interface Video {
  main: string;
  source: string;
}

let server: TestServer;

const made = [CLIPS.H264, CLIPS.VP9, CLIPS.AV1].map((clip) => ({
  name: clip.name,
  hasMusic: true,
  source: () => makeClip(server.dataDir, clip, CLIP_SECONDS),
}));
const shared = ["mp4/clip_270p_aac.mp4", "webm/bbb_642x642_768kbps_30fps_vp9.webm", "mp4/av1_1080x720.mp4"]
  .map((name) => ({ name, hasMusic: false, source: async () => join(sharedMedia, name) }))
  .filter(({ name }) => {
    const isHere = existsSync(join(sharedMedia, name));
    if (!isHere) console.warn(`SKIPPED: ${name} is not at hand, clips of our own scene are tried`);
    return isHere;
  });

const divided = new Map<string, Video>();

beforeAll(async () => {
  server = await startTestServer();
  divided.set("compress", { main: join(ROOT, "samples/scene.cmx"), source: SCENE }); // the server has its slave
  for (const { name, source } of [...made, ...shared]) divided.set(name, await divide(await source()));
});

afterAll(async () => {
  await server?.close();
});

/** Divides a file as it is by the command, and gives the slave to the server. */
async function divide(source: string): Promise<Video> {
  const out = join(server.dataDir, `of-${basename(source)}`);
  const args = ["divide", source, "--out", out, "--method", "samples", "--json"];
  const { mainPath, slavePath } = JSON.parse((await run(process.execPath, [cli, ...args])).stdout);
  const { slaveId } = JSON.parse((await run(process.execPath, [cli, "inspect", mainPath, "--json"])).stdout);
  const sent = await fetch(`${server.url}/api/slaves/${slaveId}`, {
    method: "PUT",
    headers: { "content-type": "application/octet-stream" },
    body: await readFile(slavePath),
  });
  expect(sent.status).toBe(201);
  return { main: mainPath, source };
}

// The engines side by side: a play mostly waits for its CM.
for (const engine of ENGINES.filter(({ isHere }) => isHere())) {
  describe.concurrent(engine.name, () => {
    let page: EnginePage;
    beforeAll(async () => {
      page = await engine.open();
    });
    afterAll(async () => {
      await page?.close();
    });

    for (const { name, hasMusic } of [{ name: "compress", hasMusic: true }, ...made, ...shared]) {
      it.sequential(`D5 P3: ${name} plays with the source's pictures, after seeks too`, async () => {
        const { main, source } = divided.get(name) as Video;
        const times = await pictureTimes(source);
        await page.goto(`${server.url}/watch`);
        await waitUntil(page, 15, () => document.querySelector('input[type="file"]') !== null);
        await page.evaluate(watchLoudest);
        await page.setFiles('input[type="file"]', main);
        await waitForState(page, "ready");
        await page.click(".play-large");
        await page.evaluate(pauseWhenPlaying);
        await waitForState(page, "paused");
        const likenesses = [await expectSource(page, source, times)];
        for (const share of [0.7, 0.3]) {
          await page.click("input.seek", share);
          await waitUntil(page, 15, isPictureOfPosition, FRAME_SECONDS);
          likenesses.push(await expectSource(page, source, times));
        }
        console.info(`${engine.name}, ${name}: ${likenesses.map((value) => value.toFixed(1)).join(", ")} dB`);
        await page.click(".controls button");
        await waitUntil(page, 15, isPictureAfter, (await shownTime(page)) + PLAYED_ON_SECONDS);
        if (!hasMusic) return;
        const loudest = await page.evaluate(() => (globalThis as { loudest?: number }).loudest);
        expect(loudest).toBeGreaterThan(HEARD[0]);
        expect(loudest).toBeLessThan(HEARD[1]);
      });
    }
  });
}

const waitForState = (page: EnginePage, state: string): Promise<void> =>
  waitUntil(page, 30, (name) => document.querySelector<HTMLElement>(".stage")?.dataset.state === name, state);

/** Holds what is on screen against ffmpeg's picture of the same time. */
async function expectSource(page: EnginePage, source: string, times: number[]): Promise<number> {
  const shown = await shownPicture(page);
  const number = times.findIndex((time) => Math.abs(time - Math.max(0, shown.timeSeconds)) < 0.002);
  expect(number, `a picture at ${shown.timeSeconds} s`).toBeGreaterThanOrEqual(0);
  const likeness = psnr(shown.data, await sourcePicture(source, number));
  expect(likeness).toBeGreaterThan(LEAST_PSNR);
  return likeness;
}

// ---- In the page ----

function isPictureOfPosition(frameSeconds: number): boolean {
  const position = Number(document.querySelector<HTMLInputElement>("input.seek")?.value);
  const time = Number(document.querySelector<HTMLCanvasElement>(".video-canvas")?.dataset.pictureSeconds);
  return time <= position + 1e-3 && time > position - frameSeconds - 1e-3;
}

const shownTime = (page: EnginePage): Promise<number> =>
  page.evaluate(() => Number(document.querySelector<HTMLCanvasElement>(".video-canvas")?.dataset.pictureSeconds));

const isPictureAfter = (seconds: number): boolean =>
  Number(document.querySelector<HTMLCanvasElement>(".video-canvas")?.dataset.pictureSeconds) >= seconds;

/** Presses Pause as soon as the CM is over and the video plays: a short clip would be over before a driver's click came. */
function pauseWhenPlaying(): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setInterval(() => {
      const state = document.querySelector<HTMLElement>(".stage")?.dataset.state;
      if (state === "error") reject(new Error(document.querySelector<HTMLElement>('[role="alert"]')?.innerText));
      else if (state === "playing") {
        document.querySelector<HTMLElement>(".controls button")?.click();
        resolve();
      } else return;
      clearInterval(timer);
    }, 10);
  });
}

/** Notes the loudest sample that is scheduled; there may be no sound device to hear it. */
function watchLoudest(): void {
  const page = globalThis as { loudest?: number };
  page.loudest = 0;
  const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (this: AudioBufferSourceNode, ...when) {
    for (let channel = 0; channel < (this.buffer?.numberOfChannels ?? 0); channel++)
      for (const sample of this.buffer?.getChannelData(channel) ?? [])
        page.loudest = Math.max(page.loudest ?? 0, Math.abs(sample));
    start.apply(this, when);
  };
}
