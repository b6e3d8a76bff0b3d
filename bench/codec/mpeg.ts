/**
 * Method `mpeg`: dividing and combining, both ways of coding the main, decoding, and combining with decoding, beside ffmpeg decoding the same
 * file on one thread; decoding MPEG-1 beside jsmpeg, too.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { concatBytes, MemorySink, sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { openMpeg } from "../../codec/containers/open-mpeg.ts";
import { videoBytes } from "../../codec/containers/video-bytes.ts";
import { loadNodeKernels } from "../../codec/hosts/node/kernels.ts";
import { createNodePool } from "../../codec/hosts/node/pool.ts";
import { divideVideo } from "../../codec/methods/divide-video.ts";
import type { DivisionJob } from "../../codec/methods/method.ts";
import { MpegDecoder, type MpegPicture } from "../../codec/methods/mpeg/mpeg-decoder.ts";
import { type CutMpeg, cutMpeg, mergeMpeg, openMpegSegment } from "../../codec/methods/mpeg/segment-bytes.ts";
import { type MpegSegment, planMpeg } from "../../codec/methods/mpeg/segment-planner.ts";
import type { Kernels } from "../../codec/wasm/load-kernels.ts";
import { median, type Ratio, ROOT } from "../measure.ts";
import { lap } from "./coders.ts";

const run = promisify(execFile);
const FILES = [
  "susi_mpeg2_progressive.m2v",
  "enc_flower_mpeg2_interlaced_tff.m2v",
  "IPB_ALL.m1v",
  "orion_mpeg1_es.mpg",
  "enc_flower_dvd.vob",
  "dvb_sd_interlaced_025.ts",
  "bbb_1080p_mpeg2.ts",
];
const TURNS = 5;
/** User time of warming up, and of a turn at least: files are short, and the steady state is meant. */
const WARM_SECONDS = 1.5;
const TURN_SECONDS = 0.3;

/** With `CMIX_MEDIA=all` of every MPEG file, and as the table of bench/RESULTS.md. */
export async function benchMpeg(): Promise<Ratio[]> {
  const folder = join(process.env.SHARED_MEDIA ?? join(ROOT, "../shared/media"), "mpeg");
  const kernels = await loadNodeKernels();
  const ratios: Ratio[] = [];
  const wantsAll = process.env.CMIX_MEDIA === "all" && existsSync(folder);
  for (const name of wantsAll ? (await readdir(folder)).sort() : FILES) {
    const path = join(folder, name);
    if (!existsSync(path)) {
      console.log(`  ${name}: ${path} is not at hand, left out`);
      continue;
    }
    const bytes = new Uint8Array(await readFile(path));
    const found = await speedOf(name, path, bytes, kernels);
    ratios.push(...found);
    if (wantsAll && found.length > 0) console.log(await tableRow(name, bytes, found));
  }
  ratios.push(...(await interlacedSpeed(kernels)));
  return ratios;
}

/** 1080i50 of 20 Mbit/s, made of the project's own scene. */
async function interlacedSpeed(kernels: Kernels): Promise<Ratio[]> {
  const folder = await mkdtemp(join(tmpdir(), "cmix-bench-"));
  try {
    const path = join(folder, "1080i50.m2v");
    const fields = "fps=50,scale=1920:1080,tinterlace=interleave_top,fieldorder=tff";
    const rate = ["-b:v", "20M", "-minrate", "20M", "-maxrate", "20M", "-bufsize", "2M", "-bf", "2", "-g", "12"];
    const coder = ["-c:v", "mpeg2video", "-threads", "1", "-pix_fmt", "yuv420p", "-flags", "+ildct+ilme", ...rate];
    const source = join(ROOT, "samples/scene.mp4");
    await run("ffmpeg", ["-v", "error", "-y", "-i", source, "-t", "3", "-an", "-vf", fields, ...coder, path]);
    return await speedOf("1080i50, 20 Mbit/s", path, new Uint8Array(await readFile(path)), kernels);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Bytes, main and slave of the source, the slave of both, then Mbit/s: ffmpeg, divide and combine recompressed, divide and combine with codes kept. */
async function tableRow(name: string, bytes: Uint8Array, ratios: readonly Ratio[]): Promise<string> {
  const sinks = { main: new MemorySink(), slave: new MemorySink() };
  const job: DivisionJob = {
    source: sourceFromBytes(bytes),
    protection: "sealed",
    title: "",
    mainName: "a.cmx",
    slaveName: "a.cms",
  };
  const pool = createNodePool(1);
  await divideVideo("mpeg", job, sinks, pool).finally(() => pool.close());
  const [main, slave] = [sinks.main.bytes().length, sinks.slave.bytes().length];
  const share = (part: number, whole: number, digits: number) => `${((100 * part) / whole).toFixed(digits)} %`;
  const undecoded = ratios.filter(({ name: what }) => !what.includes("decode"));
  const speeds = [ratios[0]?.theirs ?? 0, ...undecoded.map(({ ours }) => ours)].map((speed) => speed.toFixed(0));
  return `| ${[name, bytes.length, share(main + slave, bytes.length, 1), share(slave, main + slave, 1), ...speeds].join(" | ")} |`;
}

async function speedOf(name: string, path: string, bytes: Uint8Array, kernels: Kernels): Promise<Ratio[]> {
  const source = sourceFromBytes(bytes);
  const found = await openMpeg(source);
  if (found === undefined) return [];
  const segments: MpegSegment[] = [];
  for await (const segment of planMpeg(source, found)) segments.push(segment);
  const megabits = (bytes.length * 8) / 1e6;
  const pieces: Uint8Array[] = [];
  for await (const piece of videoBytes(source, found.container)) pieces.push(piece);
  const stream = concatBytes(...pieces);
  const decoder = new MpegDecoder(kernels);
  let pictures = 0;
  const count = (shown: Iterable<MpegPicture>): void => {
    for (const _picture of shown) pictures += 1;
  };
  const decode = async (): Promise<void> => {
    pictures = 0;
    decoder.reset();
    count(decoder.decode(stream));
    count(decoder.end());
  };
  const ways = [true, false].flatMap((recompress) => {
    let cuts: CutMpeg[] = [];
    const divide = async (): Promise<void> => {
      cuts = [];
      for (const { start, end, runs, context } of segments)
        cuts.push(
          await cutMpeg(kernels, bytes.slice(start, end), { runs, context, factor: 0, recompress, patent: false }),
        );
    };
    const combine = async (): Promise<void> => {
      for (const { publicBytes, withheld } of cuts) await mergeMpeg(kernels, publicBytes, withheld);
    };
    const combineAndDecode = async (): Promise<void> => {
      decoder.reset();
      for (const { publicBytes, withheld } of cuts)
        count(decoder.decodeSegment(await openMpegSegment(publicBytes, withheld)));
      count(decoder.end());
    };
    const said = recompress ? "recompressed" : "codes kept";
    return [
      { name: `mpeg divide, ${said}, ${name}`, work: divide, seconds: [] as number[] },
      { name: `mpeg combine, ${said}, ${name}`, work: combine, seconds: [] as number[] },
      { name: `mpeg combine + decode, ${said}, ${name}`, work: combineAndDecode, seconds: [] as number[] },
    ];
  });
  ways.push({ name: `mpeg decode, ${name}`, work: decode, seconds: [] });
  const theirs: number[] = [];
  for (const { work } of ways) await secondsEach(work, WARM_SECONDS);
  // In turns, so that a busy machine slows all alike.
  for (let turn = 0; turn < TURNS; turn++) {
    for (const { work, seconds } of ways) seconds.push(await secondsEach(work, TURN_SECONDS));
    theirs.push(await ffmpegSeconds(path));
  }
  await decode();
  const [rate, seconds] = found.video.frameRate;
  const details = { megabits: Number(megabits.toFixed(1)), pictures, playSeconds: (pictures * seconds) / rate };
  decoder.close();
  const ratios: Ratio[] = ways.map(({ name: what, seconds }) => ({
    name: what,
    peer: "ffmpeg -threads 1, decoding",
    ours: megabits / median(seconds),
    theirs: megabits / median(theirs),
    unit: "Mbit/s",
    details,
  }));
  const ours = ratios.at(-1)?.ours ?? Number.NaN;
  const jsmpeg = found.video.mpeg2 ? undefined : await jsmpegSeconds(stream);
  if (jsmpeg !== undefined) {
    const theirs = megabits / jsmpeg;
    ratios.push({ name: `mpeg decode, ${name}`, peer: "jsmpeg wasm", ours, theirs, unit: "Mbit/s", details });
  }
  return ratios;
}

/** Of decoding an MPEG-1 stream once; it passes over B-pictures. */
async function jsmpegSeconds(stream: Uint8Array): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "cmix-bench-"));
  try {
    const path = join(folder, "video.m1v");
    await writeFile(path, stream);
    return median(
      [await lap("jsmpeg", path), await lap("jsmpeg", path), await lap("jsmpeg", path)].map((one) => one.cpuSeconds),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** User time of one `work`, which is done until that of all is `least`. */
async function secondsEach(work: () => Promise<void>, least: number): Promise<number> {
  const before = process.cpuUsage();
  let seconds = 0;
  let count = 0;
  while (seconds < least) {
    await work();
    count += 1;
    seconds = process.cpuUsage(before).user / 1e6;
  }
  return seconds / count;
}

/** User time of decoding the video once, of many turns; what starting takes, which is the same for one picture, is taken off. */
async function ffmpegSeconds(path: string): Promise<number> {
  const time = async (before: string[], after: string[]): Promise<number> => {
    const args = ["-hide_banner", "-nostdin", "-benchmark", "-threads", "1", ...before, "-i", path, "-map", "0:v:0"];
    const { stderr } = await run("ffmpeg", [...args, ...after, "-f", "null", "-"]);
    return Number(/utime=([\d.]+)s/.exec(stderr)?.[1]);
  };
  const start = await time([], ["-frames:v", "1"]);
  const turns = Math.ceil(TURN_SECONDS / Math.max(0.002, (await time([], [])) - start));
  return Math.max(0.001, (await time(["-stream_loop", String(turns - 1)], [])) - start) / turns;
}
