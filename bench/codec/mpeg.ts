/** Method `mpeg`: dividing and combining, both ways of coding the main, beside ffmpeg decoding the same file on one thread. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { loadNodeKernels } from "../../cli/node-kernels.ts";
import { sourceFromBytes } from "../../codec/format/bytes.ts";
import { openMpeg } from "../../codec/methods/mpeg/open-mpeg.ts";
import { type CutMpeg, cutMpeg, mergeMpeg } from "../../codec/methods/mpeg/segment-bytes.ts";
import { type MpegSegment, planMpeg } from "../../codec/methods/mpeg/segment-planner.ts";
import type { Kernels } from "../../codec/wasm/load-kernels.ts";
import { median, type Ratio, ROOT } from "../measure.ts";

const run = promisify(execFile);
const FILES = [
  "susi_mpeg2_progressive.m2v",
  "enc_flower_mpeg2_interlaced_tff.m2v",
  "IPB_ALL.m1v",
  "orion_mpeg1_es.mpg",
  "enc_flower_dvd.vob",
  "dvb_sd_interlaced_025.ts",
];
const TURNS = 5;
/** User time of warming up, and of a turn at least: files are short, and the steady state is meant. */
const WARM_SECONDS = 1.5;
const TURN_SECONDS = 0.3;

export async function benchMpeg(): Promise<Ratio[]> {
  const shared = process.env.SHARED_MEDIA ?? join(ROOT, "../shared/media");
  const kernels = await loadNodeKernels();
  const ratios: Ratio[] = [];
  for (const name of FILES) {
    const path = join(shared, "mpeg", name);
    if (existsSync(path)) ratios.push(...(await speedOf(name, path, kernels)));
    else console.log(`  ${name}: ${path} is not at hand, left out`);
  }
  return ratios;
}

async function speedOf(name: string, path: string, kernels: Kernels): Promise<Ratio[]> {
  const bytes = new Uint8Array(await readFile(path));
  const source = sourceFromBytes(bytes);
  const found = await openMpeg(source);
  if (found === undefined) throw new Error(`${path}: no MPEG video`);
  const segments: MpegSegment[] = [];
  for await (const segment of planMpeg(source, found)) segments.push(segment);
  const megabits = (bytes.length * 8) / 1e6;
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
    const said = recompress ? "recompressed" : "codes kept";
    return [
      { name: `mpeg divide, ${said}, ${name}`, work: divide, seconds: [] as number[] },
      { name: `mpeg combine, ${said}, ${name}`, work: combine, seconds: [] as number[] },
    ];
  });
  const theirs: number[] = [];
  for (const { work } of ways) await secondsEach(work, WARM_SECONDS);
  // In turns, so that a busy machine slows all alike.
  for (let turn = 0; turn < TURNS; turn++) {
    for (const { work, seconds } of ways) seconds.push(await secondsEach(work, TURN_SECONDS));
    theirs.push(await ffmpegSeconds(path));
  }
  return ways.map(({ name: what, seconds }) => ({
    name: what,
    peer: "ffmpeg -threads 1, decoding",
    ours: megabits / median(seconds),
    theirs: megabits / median(theirs),
    unit: "Mbit/s",
    details: { megabits: Number(megabits.toFixed(1)) },
  }));
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

/** User time of decoding the video; what starting takes, which is the same for one picture, is taken off. */
async function ffmpegSeconds(path: string): Promise<number> {
  const time = async (...more: string[]): Promise<number> => {
    const args = ["-hide_banner", "-nostdin", "-benchmark", "-threads", "1", "-i", path, "-map", "0:v:0", ...more];
    const { stderr } = await run("ffmpeg", [...args, "-f", "null", "-"]);
    return Number(/utime=([\d.]+)s/.exec(stderr)?.[1]);
  };
  return Math.max(0.001, (await time()) - (await time("-frames:v", "1")));
}
