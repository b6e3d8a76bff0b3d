/** The coders that are compared with each other, each lap on one and the same core. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Lap } from "./lap.ts";

const run = promisify(execFile);

/** The last one: systems put their own work on the first. */
const CORE = String(cpus().length - 1);
const GOP = ["-g", "30", "-bf", "0"];

/** On one core where the machine has `taskset`, as Linux does. */
async function pinned(command: string, args: string[]): Promise<{ stdout: string; stderr: string }> {
  const options = { maxBuffer: 64 << 20 };
  if (process.platform !== "linux") return run(command, args, options);
  return run("taskset", ["-c", CORE, command, ...args], options);
}

export async function lap(task: string, input: string, quality = 4, output = "", bPictures = 0): Promise<Lap> {
  const program = join(import.meta.dirname, "lap.js");
  const { stdout } = await pinned(process.execPath, [program, task, input, String(quality), output, String(bPictures)]);
  return JSON.parse(stdout.slice(stdout.lastIndexOf("{"))) as Lap;
}

/** CPU seconds of a native ffmpeg run, all of its threads. */
async function ffmpegSeconds(args: string[]): Promise<number> {
  const { stderr } = await pinned("ffmpeg", ["-y", "-benchmark", "-threads", "1", ...args]);
  const [, user, system] = /bench: utime=([\d.]+)s stime=([\d.]+)s/.exec(stderr) ?? [];
  if (user === undefined || system === undefined) throw new Error(`ffmpeg told no times: ${stderr.slice(-300)}`);
  return Number(user) + Number(system);
}

/** Encodes with one thread; what reading the input costs is taken off. */
export async function ffmpegEncode(y4m: string, quality: number, output: string, options: string[] = []): Promise<Lap> {
  const codec = ["-c:v", "mpeg1video", "-threads", "1", "-q:v", `${quality}`, ...GOP, ...options];
  const reading = await ffmpegSeconds(["-i", y4m, "-c:v", "wrapped_avframe", "-f", "null", "-"]);
  const whole = await ffmpegSeconds(["-i", y4m, ...codec, "-f", "mpeg1video", output]);
  const { size } = await stat(output);
  return { pictures: await countPictures(output), cpuSeconds: whole - reading, bytes: size, slaveBytes: 0 };
}

export async function ffmpegDecode(stream: string): Promise<Lap> {
  const cpuSeconds = await ffmpegSeconds(["-i", stream, "-f", "null", "-"]);
  return { pictures: await countPictures(stream), cpuSeconds, bytes: (await stat(stream)).size, slaveBytes: 0 };
}

async function countPictures(stream: string): Promise<number> {
  const args = ["-v", "error", "-count_packets", "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0", stream];
  return Number.parseInt((await run("ffprobe", args)).stdout, 10);
}

/** Over all samples of all planes, as ffmpeg decodes the stream and counts; dB. */
export async function psnrOf(stream: string, y4m: string): Promise<number> {
  const filter = "[0:v]settb=1/25,setpts=N[a];[1:v]settb=1/25,setpts=N[b];[a][b]psnr";
  const { stderr } = await run("ffmpeg", ["-i", stream, "-i", y4m, "-lavfi", filter, "-f", "null", "-"]);
  const average = /average:([\d.]+)/.exec(stderr)?.[1];
  if (average === undefined) throw new Error(`ffmpeg told no PSNR of ${stream}`);
  return Number(average);
}

/** The first half of a file's SHA-256: names what was measured. */
export async function hashOf(path: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(path))
    .digest("hex")
    .slice(0, 32);
}
