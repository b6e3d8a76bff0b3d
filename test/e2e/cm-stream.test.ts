/** A CM plays while it arrives, in each engine, and the whole of it is looked at before the secret is asked for (S4, S5). */
import { readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sampleOf } from "../support/sample.ts";
import { ROOT } from "../support/tree.ts";
import { startTestServer, type TestServer } from "./support/app.ts";
import { shortSamples } from "./support/clips.ts";
import { CmProxy } from "./support/cm-proxy.ts";
import { ENGINES, type EnginePage, waitUntil } from "./support/engines.ts";

const MAIN = join(ROOT, "samples/scene.cmx");
const HOUSE_CM = join(ROOT, "samples/house-cm.mp4");
/** The house CM, 6 s with its index at the start, takes so long on its way: it has to wait for its bytes, too. */
const ARRIVING_SECONDS = 8;
/** The first picture comes so long before the last byte at least, on a machine that is slow to start a video. */
const AHEAD_SECONDS = 2;
/** Of the CM with its index at the end. */
const SHORT_SECONDS = 3;

let server: TestServer;
let proxy: CmProxy;
let houseCmBytes: number;
/** Its index is at the end. It is off until its test. */
let shortCm: Uint8Array<ArrayBuffer>;
let shortCmId: string;

beforeAll(async () => {
  server = await startTestServer();
  houseCmBytes = (await stat(HOUSE_CM)).size;
  const folder = await shortSamples(SHORT_SECONDS); // as ffmpeg writes it: what is in it comes first, then where
  shortCm = await readFile(join(folder, "house-cm.mp4"));
  await rm(folder, { recursive: true });
  shortCmId = (await send("/api/cms", "POST", "application/octet-stream", shortCm)).id;
});
afterAll(() => server?.close());
beforeEach(async () => {
  proxy = await CmProxy.before(server.url);
});
afterEach(() => proxy.close());

for (const engine of sampleOf(
  ENGINES.filter(({ isHere }) => isHere()),
  2,
)) {
  describe(engine.name, () => {
    let page: EnginePage;
    beforeAll(async () => {
      page = await engine.open();
    });
    afterAll(async () => {
      await page?.close();
    });

    it("S4: a CM's first picture is on screen before its last byte was sent, and then the video plays", async () => {
      proxy.bytesPerSecond = houseCmBytes / ARRIVING_SECONDS;
      await startPlay(page);
      await waitForState(page, "playing");
      const { first, times } = await noted(page);
      const { lastByteAt = 0 } = proxy;
      console.info(
        `${engine.name}: first picture ${((lastByteAt - first.at) / 1000).toFixed(1)} s before the last byte`,
      );
      expect(lastByteAt - first.at).toBeGreaterThan(AHEAD_SECONDS * 1000);
      expect(times.length).toBeGreaterThan(5);
      expect(Math.max(...times)).toBeGreaterThan(4);
    });

    it("S4 S5: a CM that was changed on the way is shown, and its secret is never asked for", async () => {
      proxy.bytesPerSecond = houseCmBytes / ARRIVING_SECONDS;
      proxy.damageAt = houseCmBytes - 2000;
      await startPlay(page);
      await waitForState(page, "cm");
      await waitForState(page, "error");
      await waitUntil(page, 5, () => document.body.innerText.includes("arrived damaged"));
      expect(proxy.asked.filter((path) => path.endsWith("/secret"))).toEqual([]);
      expect((await noted(page)).times.length).toBeGreaterThan(0);
    });
  });
}

it("S4: a CM with its index at the end is shown once all of it is there", async () => {
  // Sponsored, it goes before the house CM.
  const fields = { title: "Short", sponsor: "Short", active: true, ageLimit: 0 };
  await send(`/api/cms/${shortCmId}`, "PATCH", "application/json", JSON.stringify(fields));
  const page = await ENGINES[0]?.open();
  try {
    if (page === undefined) throw new Error("there is no browser");
    proxy.bytesPerSecond = shortCm.length / SHORT_SECONDS;
    await startPlay(page);
    await waitForState(page, "playing");
    const { first, times } = await noted(page);
    expect(first.at).toBeGreaterThan(proxy.lastByteAt ?? Number.POSITIVE_INFINITY);
    expect(Math.max(...times)).toBeGreaterThan(SHORT_SECONDS - 0.5);
  } finally {
    await page?.close();
  }
});

/** As the administrator. */
async function send(path: string, method: string, type: string, body: BodyInit): Promise<{ id: string }> {
  const headers = { ...(await server.administrator()), "Content-Type": type };
  const answer = await fetch(server.url + path, { method, headers, body });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as { id: string };
}

/** Opens the sample, notes what the CM's element shows, and presses Play. */
async function startPlay(page: EnginePage): Promise<void> {
  await page.goto(`${proxy.url}/watch`);
  await waitUntil(page, 15, () => document.querySelector('input[type="file"]') !== null);
  await page.setFiles('input[type="file"]', MAIN);
  await waitForState(page, "ready");
  await page.evaluate(noteFrames);
  await page.click(".play-large");
}

const waitForState = (page: EnginePage, state: string): Promise<void> =>
  waitUntil(page, 30, (name) => document.querySelector<HTMLElement>(".stage")?.dataset.state === name, state);

interface Frame {
  at: number;
  mediaTime: number;
}

async function noted(page: EnginePage): Promise<{ first: Frame; times: number[] }> {
  const frames = await page.evaluate(() => (globalThis as unknown as { cmFrames: Frame[] }).cmFrames);
  const [first] = frames;
  if (first === undefined) throw new Error("no picture of the CM was on screen");
  return { first, times: frames.map(({ mediaTime }) => mediaTime) };
}

// ---- In the page ----

/** Notes each picture of the CM that comes to the screen. */
function noteFrames(): void {
  const frames: { at: number; mediaTime: number }[] = [];
  (globalThis as unknown as { cmFrames: typeof frames }).cmFrames = frames;
  const video = document.querySelector<HTMLVideoElement>(".cm-video");
  if (video === null) throw new Error("there is no CM");
  const next = () =>
    video.requestVideoFrameCallback((_, { mediaTime }) => {
      frames.push({ at: Date.now(), mediaTime });
      next();
    });
  next();
}
