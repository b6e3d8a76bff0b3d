/** A clip of flashes and beeps, and when a page that plays it flashes and beeps; what a page plays at all, read on its way to the loudspeakers. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Page } from "playwright";

const run = promisify(execFile);

/** A clip that is white and beeps in the first 120 ms of every second, black and silent otherwise. @param size as ffmpeg takes it */
export async function makeFlashAndBeep(path: string, seconds: number, size = "320x180"): Promise<void> {
  const on = "lt(mod(t\\,1)\\,0.12)";
  await run("ffmpeg", [
    ...["-v", "error", "-y"],
    ...["-f", "lavfi", "-i", `color=black:size=${size}:rate=25:duration=${seconds}`],
    ...["-f", "lavfi", "-i", `aevalsrc=0.4*sin(2*PI*1000*t)*${on}:sample_rate=44100:duration=${seconds}`],
    ...["-vf", `drawbox=color=white:thickness=fill:enable='${on}'`, "-preset", "veryfast"],
    ...["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", "-movflags", "+faststart", path],
  ]);
}

/** Runs in the page, before its scripts: whatever is connected to the loudspeakers is measured on the way. */
export function tapSound(): void {
  const taps: AnalyserNode[] = [];
  const connect = AudioNode.prototype.connect as (this: AudioNode, ...values: unknown[]) => unknown;
  AudioNode.prototype.connect = function (this: AudioNode, ...values: unknown[]) {
    if (values[0] instanceof AudioDestinationNode) {
      const tap = this.context.createAnalyser();
      tap.fftSize = 4096;
      connect.call(this, tap);
      taps.push(tap);
    }
    return connect.apply(this, values);
  } as typeof AudioNode.prototype.connect;
  Object.assign(globalThis, {
    soundLevel: () => {
      const tap = taps.at(-1);
      if (tap === undefined || tap.context.state === "closed") return 0; // closed, it holds what came last
      const samples = new Float32Array(tap.fftSize);
      tap.getFloatTimeDomainData(samples);
      return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
    },
    soundHertz: () => {
      const tap = taps.at(-1);
      if (tap === undefined || tap.context.state === "closed") return 0;
      const samples = new Float32Array(tap.fftSize);
      tap.getFloatTimeDomainData(samples);
      const rises = samples.filter((sample, i) => i > 0 && sample >= 0 && (samples[i - 1] as number) < 0).length;
      return (rises * tap.context.sampleRate) / tap.fftSize;
    },
    newestSample: () => {
      const tap = taps.at(-1);
      if (tap === undefined) return 0;
      const samples = new Float32Array(tap.fftSize);
      tap.getFloatTimeDomainData(samples);
      return Math.max(...samples.subarray(-256).map(Math.abs));
    },
    soundLatency: () => (taps.at(-1)?.context as AudioContext | undefined)?.outputLatency ?? 0,
  });
}

/** Root mean square of the newest 4096 samples on their way to the loudspeakers. */
export function soundLevel(page: Page): Promise<number> {
  return page.evaluate(() => (globalThis as unknown as { soundLevel(): number }).soundLevel());
}

/** How high the newest tone on its way to the loudspeakers is. */
export function soundHertz(page: Page): Promise<number> {
  return page.evaluate(() => (globalThis as unknown as { soundHertz(): number }).soundHertz());
}

/** The loudest of several looks, 50 ms apart: music has pauses. */
export async function loudestSound(page: Page, looks: number): Promise<number> {
  let loudest = 0;
  for (let i = 0; i < looks; i++) {
    loudest = Math.max(loudest, await soundLevel(page));
    await page.waitForTimeout(50);
  }
  return loudest;
}

interface SoundTap {
  newestSample(): number;
  soundLatency(): number;
}

/** When, in milliseconds from now, the picture turns white and the sound starts, as seen and heard. */
export function flashesAndBeeps(page: Page, milliseconds: number): Promise<{ flashes: number[]; beeps: number[] }> {
  return page.evaluate(async (length) => {
    const tap = globalThis as unknown as SoundTap;
    const shown = document.querySelector<HTMLCanvasElement>(".video-canvas");
    const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    if (shown === null || context === null) throw new Error("there is no canvas");
    const found = { flashes: [] as number[], beeps: [] as number[] };
    let [white, loud, lastLoud] = [true, true, 0]; // what is on at the start has begun earlier
    const start = performance.now();
    for (let now = 0; now < length; now = performance.now() - start) {
      context.drawImage(shown, shown.width / 2, shown.height / 2, 1, 1, 0, 0, 1, 1);
      const isWhite = (context.getImageData(0, 0, 1, 1).data[1] ?? 0) > 128;
      if (isWhite && !white) found.flashes.push(now);
      white = isWhite;
      const isLoud = tap.newestSample() > 0.05;
      if (isLoud) lastLoud = now;
      if (isLoud && !loud) found.beeps.push(now + tap.soundLatency() * 1000);
      loud = isLoud || now - lastLoud < 50;
      await new Promise((resolve) => setTimeout(resolve, 4));
    }
    return found;
  }, milliseconds);
}
