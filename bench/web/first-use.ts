/** How soon a page can be used by who comes for the first time, on a slow line and a slow machine (bench/RESULTS.md). */
import type { Browser, Page } from "playwright";
import { median, type Ratio } from "../measure.ts";
import { launchChromium, withService } from "../player/play-divided.ts";

/** A phone on a mobile network: 1.6 Mbit/s, 150 ms there and back, a fourth of this machine's CPU. */
const LINE = { offline: false, downloadThroughput: 200_000, uploadThroughput: 93_750, latency: 150 };
const SLOWDOWN = 4;
const VIEWPORT = { width: 360, height: 740 };
const RUNS = 3;
const MOST_SHIFT = 0.05;
const MOST_TASK_MILLISECONDS = 200;
/** What moves later than this moves by itself, not because the page comes. */
const WATCHED_MILLISECONDS = 3000;

interface FirstUse {
  name: string;
  path: string;
  /** What a visitor came for; it answers once it is there. */
  usable: string;
  targetSeconds: number;
}

interface Measured {
  seconds: number;
  /** Of everything that was fetched until then. */
  bytes: number;
  /** Cumulative layout shift. */
  shift: number;
  /** Longest task of the main thread, milliseconds; 0 where none took 50. */
  longestTask: number;
}

/** @returns ratios to the targets: 1 and more reaches them */
export function benchFirstUse(): Promise<Ratio[]> {
  return withService(async ({ url }) => {
    const { videos } = (await (await fetch(`${url}/api/videos`)).json()) as { videos: { mainId: string }[] };
    const pages: FirstUse[] = [
      { name: "/", path: "/", usable: ".video-card a", targetSeconds: 3 },
      {
        name: "/watch",
        path: `/watch?main=${videos[0]?.mainId}`,
        usable: '.stage[data-state="ready"] .play-large',
        targetSeconds: 4,
      },
      { name: "/studio", path: "/studio", usable: '.drop-zone input[type="file"]', targetSeconds: 3.5 },
    ];
    const browser = await launchChromium();
    try {
      const ratios: Ratio[] = [];
      for (const page of pages) ratios.push(...(await ratiosOf(browser, url, page)));
      return ratios;
    } finally {
      await browser.close();
    }
  });
}

async function ratiosOf(browser: Browser, url: string, use: FirstUse): Promise<Ratio[]> {
  const runs: Measured[] = [];
  for (let i = 0; i < RUNS; i++) runs.push(await visit(browser, url, use));
  const of = (name: keyof Measured): number => median(runs.map((run) => run[name]));
  const details = { bytes: of("bytes"), runs: RUNS };
  const ratio = (what: string, unit: string, ours: number, target: number): Ratio => ({
    name: `${use.name} ${what}`,
    peer: "target",
    ours: 1 / Math.max(ours, target / 100), // nothing at all is a hundred times the target
    theirs: 1 / target,
    unit,
    details: { ...details, measured: ours, target },
  });
  return [
    ratio("usable", "1/s", of("seconds"), use.targetSeconds),
    ratio("longest task", "1/ms", of("longestTask"), MOST_TASK_MILLISECONDS),
    ratio("layout shift", "1/shift", of("shift"), MOST_SHIFT),
  ];
}

/** A first visit: nothing is in the browser's store. */
async function visit(browser: Browser, url: string, { path, usable }: FirstUse): Promise<Measured> {
  const context = await browser.newContext({ baseURL: url, viewport: VIEWPORT, serviceWorkers: "block" });
  try {
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    let bytes = 0;
    devtools.on("Network.loadingFinished", ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    await devtools.send("Network.enable");
    await devtools.send("Network.emulateNetworkConditions", LINE);
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWDOWN });
    await page.addInitScript(watchPage);
    const begin = performance.now();
    await page.goto(path, { waitUntil: "commit" });
    await page.locator(usable).first().waitFor({ state: "attached", timeout: 60_000 });
    const seconds = (performance.now() - begin) / 1000;
    const loaded = bytes;
    await page.waitForTimeout(WATCHED_MILLISECONDS);
    return { seconds, bytes: loaded, ...(await watched(page)) };
  } finally {
    await context.close();
  }
}

const watched = (page: Page): Promise<Pick<Measured, "shift" | "longestTask">> =>
  page.evaluate(() => (globalThis as unknown as { watched: { shift: number; longestTask: number } }).watched);

// ---- In the page ----

function watchPage(): void {
  const found = { shift: 0, longestTask: 0 };
  Object.assign(globalThis, { watched: found });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[])
      if (!entry.hadRecentInput) found.shift += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) found.longestTask = Math.max(found.longestTask, duration);
  }).observe({ type: "longtask", buffered: true });
}
