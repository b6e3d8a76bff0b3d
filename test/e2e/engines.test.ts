/** Chromium, Firefox and WebKit divide videos and play them, and show the source's pictures (rows D5, D10, P3). */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { PASSWORD } from "../server/test-accounts.ts";
import { ALL_MEDIA } from "../support/media.ts";
import { sampleOf } from "../support/sample.ts";
import { ROOT, SHARED_MEDIA } from "../support/tree.ts";
import { sendFile } from "../support/upload.ts";
import { startTestServer, type TestServer } from "./support/app.ts";
import { CLIPS, type CodecClip, cutClip, MPEG_CLIPS, makeClip, SCENE, SOUND_CLIPS } from "./support/clips.ts";
import { ENGINES, type EnginePage, waitUntil } from "./support/engines.ts";
import { likenessToSource, mpegPictureTimes, pictureTimes } from "./support/pictures.ts";

const run = promisify(execFile);
const LEAST_PSNR = 30;
/** Of a black picture to the scene's. */
const COVERED_PSNR = 15;
/** The loudest sample given to the loudspeakers: the scene's music, neither silence nor out of scale. */
const HEARD = [0.05, 1.1] as const;
/** Longest distance of two pictures in these clips. */
const FRAME_SECONDS = 0.051;
const CLIP_SECONDS = 4;
const PLAYED_ON_SECONDS = 0.3;

const cli = join(ROOT, "dist/node/cli/cmix.js");

/** How a video gets into the page, and what its pictures are held against. */
interface Row {
  name: string;
  hasMusic: boolean;
  /** Shown field by field. */
  hasFields?: boolean;
  /** Leaves the page with the main opened. @returns the source's path */
  open(page: EnginePage): Promise<string>;
}

const sources = new Map<CodecClip, string>();
const sourceOf = (clip: CodecClip): string => sources.get(clip) as string;
let cutSource: string;
/** By their sources: a file is divided once for all engines. */
const mains = new Map<string, Promise<string>>();

const byCommand = (name: string, hasMusic: boolean, source: () => string): Row => ({
  name,
  hasMusic,
  open: async (page) => {
    const main = mains.get(source()) ?? divide(source());
    mains.set(source(), main);
    await openMain(page, await main);
    return source();
  },
});

const inStudio = (method: "samples" | "compress", source: () => string): Row => ({
  name: `divided by ${method} in the Studio`,
  hasMusic: true,
  open: async (page) => {
    await divideInStudio(page, source(), method);
    return source();
  },
});

const made = [CLIPS.H264, CLIPS.VP9, CLIPS.AV1, ...SOUND_CLIPS];
const ROWS: Row[] = [
  {
    name: "method compress",
    hasMusic: true,
    open: async (page) => {
      await openMain(page, join(ROOT, "samples/scene.cmx")); // the server has its slave
      return SCENE;
    },
  },
  ...made.map((clip) => byCommand(clip.name, true, () => sourceOf(clip))),
  ...MPEG_CLIPS.map((clip) => ({
    ...byCommand(clip.name, !clip.file.endsWith(".m2v"), () => sourceOf(clip)),
    hasFields: clip.file.endsWith(".ts"),
  })),
  byCommand("a clip that begins before time 0", true, () => cutSource),
  inStudio("samples", () => sourceOf(CLIPS.H264)),
  inStudio("compress", () => cutSource),
  ...["mp4/clip_270p_aac.mp4", "webm/bbb_642x642_768kbps_30fps_vp9.webm", "mp4/av1_1080x720.mp4"].flatMap((name) => {
    const path = join(SHARED_MEDIA, name);
    if (existsSync(path)) return [byCommand(name, false, () => path)];
    console.info(`${name} is not at hand: clips of our own scene are tried`);
    return [];
  }),
];

let server: TestServer;
/** The library's sample. */
let sampleId: string;
let captions: string;

beforeAll(async () => {
  server = await startTestServer(2);
  const { videos } = (await (await fetch(`${server.url}/api/videos`)).json()) as { videos: { mainId: string }[] };
  sampleId = videos[0]?.mainId ?? "";
  captions = join(server.dataDir, "bay.vtt");
  await writeFile(captions, "WEBVTT\n\n00:00.000 --> 00:20.000\nThe bay\n");
  for (const clip of [...made, ...MPEG_CLIPS]) sources.set(clip, await makeClip(server.dataDir, clip, CLIP_SECONDS));
  cutSource = await cutClip(sourceOf(CLIPS.H264));
});

afterAll(async () => {
  await server?.close();
});

/** Divides a file as it is by the command, and gives the slave to the server. @returns the main's path */
async function divide(source: string, how: readonly string[] = ["--method", "auto"]): Promise<string> {
  const out = join(server.dataDir, `of-${basename(source)}-${how.at(-1)}`);
  const args = ["divide", source, "--out", out, ...how, "--json"];
  const { mainPath, slavePath } = JSON.parse((await run(process.execPath, [cli, ...args])).stdout);
  const { slaveId } = JSON.parse((await run(process.execPath, [cli, "inspect", mainPath, "--json"])).stdout);
  const sent = await sendFile(server.url, "slave", slaveId, await readFile(slavePath), await server.administrator());
  expect(sent.status).toBe(201);
  return mainPath;
}

const STOP = 'button:is([aria-label="Stop"], [aria-label="停止"])';
const FILE_INPUT = 'input[type="file"]';

async function openPage(page: EnginePage, path: string): Promise<void> {
  await page.goto(server.url + path);
  await waitForElement(page, FILE_INPUT);
  await page.evaluate(watchLoudest);
}

async function openMain(page: EnginePage, main: string): Promise<void> {
  await openPage(page, "/watch");
  await page.setFiles(FILE_INPUT, main);
}

async function divideInStudio(page: EnginePage, source: string, method: "samples" | "compress"): Promise<void> {
  await server.administrator(); // has an account from here on
  await openPage(page, "/studio");
  await page.evaluate(signIn, { login: "administrator@example.org", password: PASSWORD });
  await page.setFiles(FILE_INPUT, source);
  await waitForElement(page, `input[id$="-${method}"]`);
  await page.click(`input[id$="-${method}"]`);
  await page.click('.studio-foot button[type="submit"]'); // the dialogue to sign in has one too
  const watchIt = ".sizes ~ .actions button:enabled"; // once the slave is sent
  await waitForElement(page, watchIt, 60);
  await page.click(watchIt);
}

// The engines side by side: a play mostly waits for its CM.
// Chromium does all of this in the other files too, so that it is tried here in the long run only.
for (const engine of ENGINES.filter(({ name, isHere }) => (ALL_MEDIA || name !== "Chromium") && isHere())) {
  // On a busy machine WebKitGTK leaves out so many of a CM's pictures that the player asks its viewer to play again.
  describe.concurrent(engine.name, { retry: engine.name === "WebKit" ? 1 : 0 }, () => {
    // A browser of its own for each test: WebKitGTK's pages sometimes fall over when they are left.
    let page: EnginePage;
    beforeEach(async () => {
      page = await engine.open();
    });
    afterEach(async () => {
      await page?.close();
    });

    it.sequential("P3: the app's page, then a main that is played, stopped, left and opened again", async () => {
      await page.goto(server.url);
      await waitForElement(page, `a[href*="/watch?main="]`);
      for (const isAgain of [false, true]) {
        await openMain(page, join(ROOT, "samples/scene.cmx"));
        await waitForState(page, "ready");
        if (isAgain) break;
        await page.click(".play-large");
        await waitForState(page, "playing");
        await page.click(STOP);
        await waitForState(page, "last-cm");
        await waitForState(page, "ended");
      }
    });

    it.sequential("P3 P5: by keys alone, with captions, and full screen", async () => {
      await page.goto(`${server.url}/watch?main=${sampleId}`);
      await waitForState(page, "ready");
      await page.press("Enter"); // Play has the focus
      await waitForState(page, "cm");
      await page.press("ArrowRight");
      await waitUntil(page, 5, hasText, [".stage-refusal", /cannot be skipped|飛ばせません/.source] as const);
      await waitForState(page, "playing");
      await page.press("k");
      await waitForState(page, "paused");
      await page.press("5");
      await waitUntil(page, 15, isPictureOfPosition, FRAME_SECONDS);
      expect(await shownTime(page)).toBeCloseTo(5, 1);
      await page.press("ArrowLeft");
      await waitUntil(page, 15, isPictureOfPosition, FRAME_SECONDS);
      expect(await shownTime(page)).toBeCloseTo(0, 1);

      await page.setFiles("input[data-captions]", captions);
      await waitUntil(page, 5, hasText, [".captions", "The bay"] as const);
      await page.press("c");
      await waitUntil(page, 5, () => document.querySelector(".captions") === null);
      await page.click(".control[aria-haspopup]");
      await waitForElement(page, "[role=menu]");
      await page.click("[role=menuitemradio]:nth-child(2)");
      await waitUntil(page, 5, hasText, [".captions", "The bay"] as const);
      expect(await page.evaluate(() => document.querySelector("[role=menu]"))).toBe(null);
      await page.press("ArrowUp"); // from the button to the picture

      await page.press("f");
      const isFull = () => document.fullscreenElement?.matches(".player") === true;
      await waitUntil(page, 5, isFull);
      await page.press("Enter");
      expect(await page.evaluate(() => document.activeElement?.matches(".controls [data-entry]"))).toBe(true);
      await page.press("Enter");
      await waitForState(page, "playing");
      await page.press("f");
      await waitUntil(page, 5, () => document.fullscreenElement === null);
    });

    it.sequential("P2: a main is kept on the device, where the browser stores files, and opened from there", async () => {
      await server.administrator(); // has an account from here on
      await page.goto(server.url);
      await waitForElement(page, ".video-card .card-menu");
      await page.evaluate(signIn, { login: "administrator@example.org", password: PASSWORD });
      const canStore = await page.evaluate(async () => {
        try {
          return (await navigator.storage.getDirectory()) !== undefined;
        } catch {
          return false;
        }
      });
      expect(canStore).toBe(engine.name !== "WebKit"); // WebKitGTK stores nothing for pages
      await page.click(".video-card .card-menu");
      await waitForElement(page, "[role=menuitem]");
      if (!canStore) return expect(await page.evaluate(() => document.querySelector("[data-keep]"))).toBeNull();
      await page.click("[data-keep]");
      await waitForElement(page, '.shelf-row a[href*="/watch?main="]');
      await page.click('.shelf-row a[href*="/watch?main="]');
      await waitForState(page, "ready");
      expect(await page.evaluate(() => document.querySelector(".panel .keep button"))).toBeNull();
    });

    it.sequential("R4: what is hidden is covered for a visitor, and shown to whoever it is not hidden from", async () => {
      const source = sources.get(MPEG_CLIPS[2] as CodecClip) as string;
      const parts = join(server.dataDir, "parts.json");
      const part = { startSeconds: 2.5, endSeconds: 3.2 };
      await writeFile(parts, JSON.stringify({ version: 1, parts: [part] }));
      const main = await divide(source, ["--method", "compress", "--restrict", "black", "--marks", parts]);
      const times = await timesOf(source, false);
      for (const isOwner of [false, true]) {
        await openPage(page, "/watch");
        if (isOwner) await page.evaluate(signIn, { login: "administrator@example.org", password: PASSWORD });
        await openMain(page, main);
        await waitForState(page, "ready");
        await page.click(".play-large");
        await page.evaluate(pauseWhenPlaying);
        await waitForState(page, "paused");
        await page.click("input.seek", 0.7);
        await waitUntil(page, 15, isPictureOfPosition, FRAME_SECONDS);
        const likeness = await likenessToSource(page, source, times);
        if (isOwner) expect(likeness).toBeGreaterThan(LEAST_PSNR);
        else expect(likeness).toBeLessThan(COVERED_PSNR);
      }
    });

    for (const { name, hasMusic, hasFields = false, open } of sampleOf(ROWS, 1)) {
      it.sequential(`D5 P3: ${name}: plays with the source's pictures, after seeks too`, async () => {
        const source = await open(page);
        const times = await timesOf(source, hasFields);
        await waitForState(page, "ready");
        await page.click(".play-large");
        await page.evaluate(pauseWhenPlaying);
        await waitForState(page, "paused");
        const likeness = () => expectSource(page, source, times, hasFields ? 2 : 1);
        const likenesses = [await likeness()];
        for (const share of [0.7, 0.3]) {
          await page.click("input.seek", share);
          await waitUntil(page, 15, isPictureOfPosition, FRAME_SECONDS);
          likenesses.push(await likeness());
        }
        console.info(`${engine.name}, ${name}: ${likenesses.map((value) => value.toFixed(1)).join(", ")} dB`);
        await page.click(".controls [aria-label=Play]");
        await waitUntil(page, 15, isPictureAfter, (await shownTime(page)) + PLAYED_ON_SECONDS);
        if (!hasMusic) return;
        const loudest = await page.evaluate(() => (globalThis as { loudest?: number }).loudest);
        expect(loudest).toBeGreaterThan(HEARD[0]);
        expect(loudest).toBeLessThan(HEARD[1]);
      });
    }
  });
}

const waitForElement = (page: EnginePage, selector: string, seconds = 15): Promise<void> =>
  waitUntil(page, seconds, (wanted) => document.querySelector(wanted) !== null, selector);

const waitForState = (page: EnginePage, state: string): Promise<void> =>
  waitUntil(page, 30, (name) => document.querySelector<HTMLElement>(".stage")?.dataset.state === name, state);

function hasText([selector, pattern]: readonly [string, string]): boolean {
  return new RegExp(pattern).test(document.querySelector<HTMLElement>(selector)?.innerText ?? "");
}

/** Of a source's pictures, or of their fields. */
async function timesOf(source: string, hasFields: boolean): Promise<number[]> {
  if (source.endsWith(".m2v")) return Array.from({ length: CLIP_SECONDS * 25 }, (_, i) => i / 25);
  if (!/\.(ts|vob|mpg)$/.test(source)) return pictureTimes(source);
  const times = await mpegPictureTimes(source);
  return hasFields ? times.flatMap((time) => [time, time + 0.02]) : times;
}

async function expectSource(page: EnginePage, source: string, times: number[], timesAPicture: number): Promise<number> {
  const likeness = await likenessToSource(page, source, times, timesAPicture);
  expect(likeness).toBeGreaterThan(LEAST_PSNR);
  return likeness;
}

// ---- In the page ----

async function signIn(account: { login: string; password: string }): Promise<void> {
  const headers = { "content-type": "application/json" };
  const { ok, status } = await fetch("/api/session", { method: "POST", headers, body: JSON.stringify(account) });
  if (!ok) throw new Error(`not signed in: ${status}`);
}

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
        document.querySelector<HTMLElement>(".controls [aria-label=Pause]")?.click();
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
