/**
 * `npm run test:long-play [-- --minutes N]`, 60 unless told otherwise: plays a clip of flashes and beeps on and on, with a seek to its start every 10 minutes, and reads
 * what is seen and heard. Prints, minute by minute, how far sound and picture are apart and what memory Chromium's processes hold; ends with exit
 * code 1 where they drift or memory grows.
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import type { Page } from "playwright";
import { median } from "../measure.ts";
import { launchChromium, openAndPlay, withService } from "./play-divided.ts";
import { processUse } from "./processes.ts";

const run = promisify(execFile);

const CLIP_MINUTES = 10;
const LOOK_MILLISECONDS = 5000;
/** One picture of 25 a second. */
const FRAME_MILLISECONDS = 40;
/** Of the page's process, from the second minute on: garbage that was not collected yet. */
const GROWTH_BYTES = 64 << 20;

const { values } = parseArgs({ options: { minutes: { type: "string", default: "60" } } });
const minutes = Number(values.minutes);
if (!Number.isInteger(minutes) || minutes < 1) {
  console.error(`--minutes ${values.minutes}: give a whole number from 1 on`);
  process.exit(2);
}

const offsets: number[] = [];
const memory: number[] = [];
await withService(async ({ url, folder, divide }) => {
  const clip = join(folder, "flash-and-beep.mp4");
  await makeFlashAndBeep(clip, CLIP_MINUTES * 60);
  const main = await divide(clip, "samples");
  const browser = await launchChromium();
  try {
    const context = await browser.newContext({ baseURL: url });
    await context.addInitScript(tapSound);
    const page = await context.newPage();
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") console.log(`console: ${message.text()}`);
    });
    await openAndPlay(page, main);
    await page.locator('.stage[data-state="playing"]').waitFor();
    const start = Date.now();
    for (let minute = 1; minute <= minutes; minute++) {
      await page.waitForTimeout(Math.max(0, start + minute * 60_000 - LOOK_MILLISECONDS - 5000 - Date.now()));
      const { flashes, beeps } = await page.evaluate(flashesAndBeeps, LOOK_MILLISECONDS);
      const apart = flashes.flatMap((flash) => {
        const nearest = beeps.toSorted((a, b) => Math.abs(a - flash) - Math.abs(b - flash))[0];
        return nearest === undefined || Math.abs(nearest - flash) > 500 ? [] : [nearest - flash];
      });
      const use = await processUse(browser);
      // On a machine that is too busy to play, nothing is seen: such a minute counts as one that failed.
      const offset = apart.length === 0 ? Number.POSITIVE_INFINITY : median(apart);
      offsets.push(offset);
      memory.push(use.renderer?.bytes ?? 0);
      console.log(
        `minute ${minute}, ${await page.locator(".stage").getAttribute("data-state")}: sound behind the picture by ${offset.toFixed(0)} ms ` +
          `(${apart.map(Math.round).join(", ")}; ${flashes.length} flashes, ${beeps.length} beeps); ` +
          `page ${mebibytes(use.renderer?.bytes)} MiB, GPU process ${mebibytes(use.GPU?.bytes)} MiB, heap ${mebibytes(await heapBytes(page))} MiB`,
      );
      if (minute % CLIP_MINUTES === 0 && minute < minutes) await page.keyboard.press("Home");
    }
  } finally {
    await browser.close();
  }
}, 2);

const drift = Math.max(...offsets) - Math.min(...offsets);
const growth = (memory.at(-1) ?? 0) - (memory[1] ?? memory[0] ?? 0);
const worst = Math.max(...offsets.map(Math.abs));
console.log(
  `over ${minutes} min: at most ${worst.toFixed(0)} ms apart, drift ${drift.toFixed(0)} ms; memory ${mebibytes(growth)} MiB more than after two minutes`,
);
if (!(worst <= FRAME_MILLISECONDS) || growth > GROWTH_BYTES) process.exitCode = 1;

function mebibytes(bytes = 0): string {
  return (bytes / 2 ** 20).toFixed(0);
}

/** A flash and a beep of 120 ms at every full second. */
async function makeFlashAndBeep(path: string, seconds: number): Promise<void> {
  const on = "lt(mod(t\\,1)\\,0.12)";
  await run("ffmpeg", [
    ...["-v", "error", "-y", "-f", "lavfi", "-i", `color=black:size=640x360:rate=25:duration=${seconds}`],
    ...["-f", "lavfi", "-i", `aevalsrc=0.4*sin(2*PI*1000*t)*${on}:sample_rate=44100:duration=${seconds}`],
    ...["-vf", `drawbox=color=white:thickness=fill:enable='${on}'`, "-c:v", "libx264", "-preset", "veryfast"],
    ...["-pix_fmt", "yuv420p", "-c:a", "aac", "-movflags", "+faststart", path],
  ]);
}

/** After a collection of garbage. */
async function heapBytes(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return usedSize;
}

// ---- In the page ----

/** Measures what is connected to the loudspeakers on the way. */
function tapSound(): void {
  const connect = AudioNode.prototype.connect as (this: AudioNode, ...values: unknown[]) => unknown;
  AudioNode.prototype.connect = function (this: AudioNode, ...values: unknown[]) {
    if (values[0] instanceof AudioDestinationNode) {
      const tap = this.context.createAnalyser();
      tap.fftSize = 256;
      connect.call(this, tap);
      Object.assign(globalThis, { soundTap: tap });
    }
    return connect.apply(this, values);
  } as typeof AudioNode.prototype.connect;
}

/** When the picture turns white and the sound starts, milliseconds from now, as seen and heard. */
async function flashesAndBeeps(milliseconds: number): Promise<{ flashes: number[]; beeps: number[] }> {
  const tap = (globalThis as unknown as { soundTap: AnalyserNode }).soundTap;
  const shown = document.querySelector<HTMLCanvasElement>(".video-canvas");
  const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  if (shown === null || context === null) throw new Error("there is no canvas");
  const samples = new Float32Array(tap.fftSize);
  const latency = ((tap.context as AudioContext).outputLatency ?? 0) * 1000;
  const found = { flashes: [] as number[], beeps: [] as number[] };
  let [white, loud, lastLoud] = [true, true, 0]; // what is on at the start has begun earlier
  const start = performance.now();
  for (let now = 0; now < milliseconds; now = performance.now() - start) {
    context.drawImage(shown, shown.width / 2, shown.height / 2, 1, 1, 0, 0, 1, 1);
    const isWhite = (context.getImageData(0, 0, 1, 1).data[1] ?? 0) > 128;
    if (isWhite && !white) found.flashes.push(now);
    white = isWhite;
    tap.getFloatTimeDomainData(samples);
    const isLoud = samples.some((sample) => Math.abs(sample) > 0.05);
    if (isLoud) lastLoud = now;
    if (isLoud && !loud) found.beeps.push(now + latency);
    loud = isLoud || now - lastLoud < 50;
    await new Promise((resolve) => setTimeout(resolve, 4));
  }
  return found;
}
