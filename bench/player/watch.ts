/** The player beside its targets (bench/RESULTS.md): first picture, work of playing, pictures not shown, the main thread. */
import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Browser, Page } from "playwright";
import { median, type Ratio, ROOT } from "../measure.ts";
import { type DividedBy, launchChromium, openAndPlay, type Service, withService } from "./play-divided.ts";
import { cpuBetween, processUse } from "./processes.ts";

const run = promisify(execFile);

const STARTS = 10;
const CM_SECONDS = 2;
const PLAYED_SECONDS = 20;
const FRAMES_PER_SECOND = 30;
const TARGETS = {
  firstPictureMilliseconds: { compress: 1000, samples: 1000, mpeg: 500 },
  coreShare: 0.2,
  interlacedCoreShare: 0.3,
};

/** What is played, made of the project's scene. */
interface PlayedClip {
  name: string;
  /** Whose ending tells the container. */
  file: string;
  options: readonly string[];
  picturesPerSecond: number;
  targetShare: number;
}

const progressive = (height: number, method: DividedBy): PlayedClip => ({
  name: `${height}p30 ${method}`,
  file: `scene-${height}.${method === "compress" ? "y4m" : "mp4"}`,
  options: [
    ...["-vf", `scale=-2:${height}`, "-r", String(FRAMES_PER_SECOND)],
    ...(method === "compress"
      ? ["-an", "-pix_fmt", "yuv420p"]
      : ["-c:v", "libx264", "-preset", "veryfast", "-c:a", "aac", "-movflags", "+faststart"]),
  ],
  picturesPerSecond: FRAMES_PER_SECOND,
  targetShare: TARGETS.coreShare,
});

/** Fields of different moments, which are shown as pictures of their own. */
const interlaced = (size: string, megabits: number): PlayedClip => ({
  name: `${size}i25 mpeg`,
  file: `scene-${size}.ts`,
  options: [
    ...["-vf", `scale=${size.replace("x", ":")},fps=50,tinterlace=interleave_top`, "-c:v", "mpeg2video"],
    ...["-flags", "+ilme+ildct", "-g", "12", "-bf", "2", "-b:v", `${megabits}M`, "-maxrate", `${megabits}M`],
    ...["-bufsize", "2M", "-c:a", "mp2"],
  ],
  picturesPerSecond: 50,
  targetShare: TARGETS.interlacedCoreShare,
});

/** @returns ratios to the target: 1 and more reaches it */
export function benchStarts(): Promise<Ratio[]> {
  return withService(async (service) => {
    const scene = await service.divide(join(ROOT, "samples/scene.mp4"), "samples");
    return [
      await firstPicture(service, "compress", join(ROOT, "samples/scene.cmx")),
      await firstPicture(service, "samples", scene),
      await firstPicture(service, "mpeg", await divideClip(service, interlaced("720x576", 6), "mpeg")),
    ];
  }, CM_SECONDS);
}

/** @returns ratios to the targets: 1 and more reaches them */
export function benchPlaying(method: DividedBy): Promise<Ratio[]> {
  return withService(async (service) => {
    const ratios: Ratio[] = [];
    const clips =
      method === "mpeg"
        ? [interlaced("720x576", 6), interlaced("1920x1080", 20)]
        : [720, 1080].map((height) => progressive(height, method));
    for (const clip of clips) ratios.push(...(await playing(service, clip, method)));
    return ratios;
  }, CM_SECONDS);
}

async function withPage<T>({ url }: Service, use: (page: Page, browser: Browser) => Promise<T>): Promise<T> {
  const browser = await launchChromium();
  try {
    return await use(await browser.newPage({ baseURL: url }), browser);
  } finally {
    await browser.close();
  }
}

/** From the CM's end to the first picture of the video. */
async function firstPicture(service: Service, method: DividedBy, main: string): Promise<Ratio> {
  const milliseconds = await withPage(service, async (page) => {
    const times: number[] = [];
    for (let start = 0; start < STARTS; start++) {
      await openAndPlay(page, main);
      times.push(await page.evaluate(timeFirstPicture));
    }
    return times;
  });
  return {
    name: `first picture after the CM, ${method}, local file`,
    peer: "target",
    ours: 1000 / median(milliseconds),
    theirs: 1000 / TARGETS.firstPictureMilliseconds[method],
    unit: "starts/s",
    details: { milliseconds: milliseconds.map(Math.round) },
  };
}

/** The project's scene, with sound where the method takes it from the command line. @returns the main's path */
async function divideClip(service: Service, clip: PlayedClip, method: DividedBy): Promise<string> {
  const source = join(service.folder, clip.file);
  await run("ffmpeg", [
    ...["-v", "error", "-y", "-stream_loop", "2", "-i", join(ROOT, "samples/scene.mp4")],
    ...["-t", String(PLAYED_SECONDS + 4), ...clip.options, source],
  ]);
  const main = await service.divide(source, method);
  await rm(source);
  return main;
}

async function playing(service: Service, clip: PlayedClip, method: DividedBy): Promise<Ratio[]> {
  const { name, picturesPerSecond, targetShare } = clip;
  const main = await divideClip(service, clip, method);
  const { cpu, shown, longTasks } = await withPage(service, async (page, browser) => {
    await page.goto("/watch");
    await page.evaluate(watchLongTasks);
    await page.setInputFiles('input[type="file"]', main);
    await page.locator('.stage[data-state="ready"]').waitFor();
    await page.waitForTimeout(1000); // until a viewer has found the button
    await page.locator(".play-large").click();
    await page.locator('.stage[data-state="playing"]').waitFor();
    await page.waitForTimeout(1000);
    const before = await processUse(browser);
    const found = await page.evaluate(countPictures, PLAYED_SECONDS);
    return { cpu: cpuBetween(before, await processUse(browser)), ...found };
  });
  const painting = ((cpu.renderer ?? 0) + (cpu.GPU ?? 0)) / 1000 / PLAYED_SECONDS;
  const wanted = PLAYED_SECONDS * picturesPerSecond;
  return [
    {
      name: `${name}: playing, one core`,
      peer: "target",
      ours: 1 / painting,
      theirs: 1 / targetShare,
      unit: "videos a core",
      details: { share: `${(painting * 100).toFixed(1)} %`, cpuMilliseconds: JSON.stringify(cpu) },
    },
    {
      name: `${name}: pictures shown`,
      peer: "target",
      ours: shown / PLAYED_SECONDS,
      theirs: picturesPerSecond,
      unit: "pictures/s",
      details: {
        missing: Math.max(0, wanted - shown),
        longTasksWhilePlaying: longTasks.playing.map(Math.round).join(", ") || "none",
        longTasksBefore: longTasks.before.map(Math.round).join(", ") || "none",
      },
    },
  ];
}

// ---- In the page ----

/** Milliseconds from the CM's end to the first picture of the video. */
function timeFirstPicture(): Promise<number> {
  return new Promise((resolve) => {
    const [view, canvas] = [".player-view", ".video-canvas"].map((name) => document.querySelector<HTMLElement>(name));
    if (!view || !canvas) throw new Error("there is no player");
    let end = 0;
    new MutationObserver(() => {
      if (view.dataset.state === "releasing") end = performance.now();
      else if (end > 0 && canvas.dataset.pictureSeconds !== undefined) resolve(performance.now() - end);
    }).observe(view, { attributes: true, subtree: true });
  });
}

/** Tasks of the main thread over 50 ms, from here on. */
function watchLongTasks(): void {
  const tasks: PerformanceEntry[] = [];
  new PerformanceObserver((list) => tasks.push(...list.getEntries())).observe({ type: "longtask" });
  Object.assign(globalThis, { longTasks: tasks });
}

interface Counted {
  /** In the whole time. */
  shown: number;
  /** Milliseconds each. */
  longTasks: Record<"before" | "playing", number[]>;
}

async function countPictures(seconds: number): Promise<Counted> {
  const canvas = document.querySelector<HTMLElement>(".video-canvas");
  if (canvas === null) throw new Error("there is no player");
  /** When the player told how many pictures it had shown. */
  const told: { milliseconds: number; pictures: number }[] = [];
  const start = performance.now();
  const observer = new MutationObserver(() => {
    told.push({ milliseconds: performance.now(), pictures: Number(canvas.dataset.shownPictures) });
  });
  observer.observe(canvas, { attributes: true, attributeFilter: ["data-shown-pictures"] });
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  observer.disconnect();
  const [first, last] = [told[0], told.at(-1)];
  if (first === undefined || last === undefined || last === first) throw new Error("no pictures are shown");
  const shown = Math.round(
    ((last.pictures - first.pictures) / (last.milliseconds - first.milliseconds)) * 1000 * seconds,
  );
  const { longTasks } = globalThis as unknown as { longTasks: PerformanceEntry[] };
  const lengths = (isWanted: (task: PerformanceEntry) => boolean) =>
    longTasks.filter(isWanted).map(({ duration }) => duration);
  return {
    shown,
    longTasks: {
      before: lengths(({ startTime }) => startTime < start),
      playing: lengths(({ startTime }) => startTime >= start),
    },
  };
}
