/**
 * Makes the sample videos, samples/scene.mp4 and samples/house-cm.mp4, from the drawings and notes in scripts/samples/, and divides the
 * scene into samples/scene.cmx and samples/scene.cms. Needs ffmpeg with libx264 for the coding, and the built program for dividing. The
 * same sources and the same ffmpeg give the same videos; a division has new ids and a new secret each time.
 *
 *   node scripts/make-samples.mjs              the videos and the pair
 *   node scripts/make-samples.mjs --pair       the pair only, from the videos that are there
 *   node scripts/make-samples.mjs --y4m FILE   the scene's first 60 frames, uncompressed, and nothing else
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Canvas } from "./samples/canvas.mjs";
import { dividePair } from "./samples/divide-pair.mjs";
import { composeHouseCm, drawHouseCm, HOUSE_CM } from "./samples/house-cm.mjs";
import { composeScene, drawScene, SCENE } from "./samples/scene.mjs";
import { SAMPLE_RATE } from "./samples/sound.mjs";

const SAMPLES = fileURLToPath(new URL("../samples/", import.meta.url));
const Y4M_FRAMES = 60;
const KEY_FRAMES_SECONDS = 1;

const words = (text) => text.split(" ");

/** Feeds frames to ffmpeg, one at a time. */
async function encode({ width, height, framesPerSecond }, draw, frames, options) {
  const input = words(
    `-hide_banner -loglevel error -y -f rawvideo -pix_fmt rgb24 -s ${width}x${height} -r ${framesPerSecond} -i pipe:0`,
  );
  const ffmpeg = spawn("ffmpeg", [...input, ...options], { stdio: ["pipe", "inherit", "inherit"] });
  const ended = new Promise((resolve, reject) => {
    ffmpeg.once("exit", resolve);
    ffmpeg.once("error", (cause) =>
      reject(new Error(`ffmpeg cannot be started (${cause.message}): install it with scripts/install-test-tools.sh`)),
    );
  });
  ended.catch(() => {}); // awaited below, but perhaps only after it has failed
  ffmpeg.stdin.on("error", () => {}); // ffmpeg ended early: its exit code below says so
  for (let frame = 0; frame < frames; frame++) {
    const canvas = new Canvas(width, height);
    draw(canvas, frame);
    if (!ffmpeg.stdin.write(canvas.toRgb24())) await Promise.race([once(ffmpeg.stdin, "drain"), ended]);
  }
  ffmpeg.stdin.end();
  const code = await ended;
  if (code !== 0) throw new Error(`ffmpeg ended with code ${code}; its message stands above`);
}

/** ffmpeg's own conversion from red, green and blue, to the colours of HD video. */
const TO_YUV = ["-vf", "scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int,format=yuv420p"];

function codingOptions({ framesPerSecond }) {
  return words(
    `-c:v libx264 -profile:v high -preset slow -crf 26 -threads 1 -g ${framesPerSecond * KEY_FRAMES_SECONDS} ` +
      "-colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv " +
      "-c:a aac -b:a 128k -movflags +faststart -fflags +bitexact -flags:v +bitexact -flags:a +bitexact",
  );
}

async function makeMp4(file, format, draw, sound) {
  const folder = await mkdtemp(join(tmpdir(), "cmix-samples-"));
  try {
    const pcm = join(folder, "sound.pcm");
    await writeFile(pcm, sound.toPcm16());
    const made = join(folder, "video.mp4");
    const soundInput = [...words(`-f s16le -ar ${SAMPLE_RATE} -ac 2 -i`), pcm];
    await encode(format, draw, format.frames, [...soundInput, ...TO_YUV, ...codingOptions(format), made]);
    await copyFile(made, `${file}.new`);
    await rename(`${file}.new`, file); // nobody meets a file that is half there
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const { values } = parseArgs({ options: { y4m: { type: "string" }, pair: { type: "boolean" } } });
if (values.y4m !== undefined) {
  await mkdir(dirname(values.y4m), { recursive: true });
  await encode(SCENE, drawScene, Y4M_FRAMES, [...TO_YUV, "-f", "yuv4mpegpipe", values.y4m]);
} else {
  const scene = join(SAMPLES, "scene.mp4");
  if (!values.pair) {
    await mkdir(SAMPLES, { recursive: true });
    await makeMp4(scene, SCENE, drawScene, composeScene());
    await makeMp4(join(SAMPLES, "house-cm.mp4"), HOUSE_CM, drawHouseCm, composeHouseCm());
  }
  await dividePair(scene, { title: "Bay and valley (sample)", copyright: "Cmix contributors, MIT", genre: "sample" });
}
