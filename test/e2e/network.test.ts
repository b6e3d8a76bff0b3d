/** The network goes away while a video plays, and comes back; so does the service (rows P3, S11). */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningServer, startServer } from "../../server/main.ts";
import { ROOT } from "../support/tree.ts";
import { launchChromium, screenshot, type TestApp } from "./support/app.ts";
import { shortSamples } from "./support/clips.ts";
import { CutProxy } from "./support/cut-proxy.ts";
import {
  chooseFile,
  clickSeekBar,
  playThroughCm,
  stateOf,
  waitForPosition,
  waitForState,
  withPage,
} from "./support/pages.ts";

const LOST = "Connection lost, trying again …";

let samples: string;
let dataDir: string;
let server: RunningServer;
let proxy: CutProxy;
let browser: Browser;

const start = async (): Promise<RunningServer> =>
  startServer({
    port: 0,
    host: "127.0.0.1",
    dataDir,
    webDir: join(ROOT, "dist/web"),
    wasmPath: join(ROOT, "dist/wasm/kernels.wasm"),
    samplesDir: samples,
    log: () => {},
  });

const portOf = ({ url }: RunningServer): number => Number(new URL(url).port);

beforeAll(async () => {
  samples = await shortSamples();
  dataDir = await mkdtemp(join(tmpdir(), "cmix-network-"));
  server = await start();
  proxy = await CutProxy.before(portOf(server));
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  await proxy?.close();
  await server?.close();
  for (const folder of [samples, dataDir]) if (folder) await rm(folder, { recursive: true, force: true });
});

/** A visitor's page behind the cable; what was asked of the plays is noted. */
async function withVisitor(path: string, use: (page: Page, asked: string[]) => Promise<void>): Promise<void> {
  const app = { url: proxy.url, browser } as TestApp;
  await withPage(
    app,
    path,
    async ({ page, expectProblem }) => {
      expectProblem("net::ERR_"); // the browser reports each request that the cut ends
      const asked: string[] = [];
      page.on("request", (request) => {
        const { pathname } = new URL(request.url());
        if (request.method() !== "GET" || pathname.endsWith("/cm"))
          asked.push(`${request.method()} ${pathname.replace(/[0-9a-f]{32}/, "ID")}`);
      });
      await use(page, asked);
    },
    { isSignedIn: false },
  );
}

describe("Watch on a network that fails", () => {
  it("P3 S11: a video that is streamed goes on to its end after a cut and a restart of the service, with one CM before it", async () => {
    const { videos } = (await (await fetch(`${server.url}/api/videos`)).json()) as { videos: { mainId: string }[] };
    await withVisitor(`/watch?main=${videos[0]?.mainId}`, async (page, asked) => {
      await playThroughCm(page);
      await waitForPosition(page, 0.5);
      const before = asked.filter((request) => request === "POST /api/plays").length;
      proxy.cut();
      await page.getByText(LOST).waitFor({ timeout: 30_000 });
      expect(await stateOf(page)).toBe("buffering");
      await screenshot(page, "watch-connection-lost");
      await server.close();
      server = await start();
      proxy.targetPort = portOf(server);
      proxy.restore();
      await waitForState(page, "playing", 30_000);
      await clickSeekBar(page, 0.85);
      await page.waitForFunction(
        () => Number(document.querySelector<HTMLCanvasElement>(".video-canvas")?.dataset.pictureSeconds) > 9.9,
        undefined,
        { timeout: 30_000 },
      );
      expect(asked.filter((request) => request === "POST /api/plays")).toHaveLength(before);
      await waitForState(page, "ended", 30_000);
      // One CM before the video, one behind it.
      expect(asked.filter((request) => request === "GET /api/plays/ID/cm")).toHaveLength(2);
    });
  });

  it("P3: during a cut that lasts, the viewer may try again or stop, and a seek is made up for", async () => {
    await withVisitor("/watch", async (page, asked) => {
      await chooseFile(page, join(ROOT, "samples/scene.cmx"));
      await page.route("**/units*", (route) => route.abort()); // only the CM comes
      await waitForState(page, "ready");
      await page.locator(".play-large").click();
      await waitForState(page, "cm");
      proxy.cut();
      await page.unroute("**/units*");
      await page.getByText(LOST).waitFor(); // the CM plays to its end, then its secret is not to be had
      const [refused] = [proxy.refused];
      await page.waitForTimeout(1000);
      expect(proxy.refused).toBeGreaterThan(refused); // it is tried meanwhile
      proxy.restore();
      await page.getByRole("button", { name: "Try again now" }).click();
      await waitForState(page, "playing");
      await clickSeekBar(page, 0.9);
      await waitForPosition(page, 8.5);
      expect(asked.filter((request) => request === "POST /api/plays")).toHaveLength(1);

      proxy.cut();
      await page.getByRole("button", { name: "Stop" }).click();
      await page.getByText(LOST).waitFor(); // for the last CM
      await page.context().setOffline(true);
      proxy.restore();
      await page.waitForTimeout(200);
      await page.context().setOffline(false); // the device is on line: tried at once
      await waitForState(page, "last-cm");
    });
  });
});
