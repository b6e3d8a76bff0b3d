/** Clips made of the project's own scene, so that tests of codecs need no other media. */
import { execFile } from "node:child_process";
import { mkdtemp, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "./app.ts";

const run = promisify(execFile);

export const SCENE: string = join(ROOT, "samples/scene.mp4");

export interface CodecClip {
  name: string;
  file: string;
  /** The first of these that ffmpeg has. */
  encoders: readonly string[];
  options: readonly string[];
}

const AAC = ["-c:a", "aac"];
const OPUS = ["-c:a", "libopus"];
const H264: CodecClip = {
  name: "H.264 and AAC in MP4",
  file: "h264.mp4",
  encoders: ["libx264"],
  options: ["-preset", "veryfast", ...AAC],
};
const VP9: CodecClip = {
  name: "VP9 and Opus in WebM",
  file: "vp9.webm",
  encoders: ["libvpx-vp9"],
  options: ["-deadline", "realtime", "-cpu-used", "8", ...OPUS],
};
const AV1: CodecClip = {
  name: "AV1 and AAC in MP4",
  file: "av1.mp4",
  encoders: ["libsvtav1", "libaom-av1"],
  options: AAC,
};
const VP8: CodecClip = {
  name: "VP8 and Opus in WebM",
  file: "vp8.webm",
  encoders: ["libvpx"],
  options: ["-deadline", "realtime", "-cpu-used", "8", ...OPUS],
};
const HEVC: CodecClip = {
  name: "HEVC and AAC in MP4",
  file: "hevc.mp4",
  encoders: ["libx265"],
  options: ["-preset", "veryfast", "-tag:v", "hvc1", "-x265-params", "log-level=error", ...AAC],
};
export const CLIPS = { H264, VP8, VP9, AV1, HEVC };

/**
 * @param source a video of ours; its first `seconds` are taken
 * @throws Error ffmpeg has no encoder for it: a machine for tests has one
 */
export async function makeClip(
  folder: string,
  clip: CodecClip,
  seconds: number,
  source: string = SCENE,
): Promise<string> {
  const { stdout } = await run("ffmpeg", ["-v", "error", "-encoders"]);
  const encoder = clip.encoders.find((name) => new RegExp(`\\s${name}\\s`).test(stdout));
  if (encoder === undefined) throw new Error(`${clip.name}: ffmpeg has none of ${clip.encoders.join(", ")}`);
  const speed = { libsvtav1: ["-preset", "10"], "libaom-av1": ["-usage", "realtime", "-cpu-used", "8"] }[encoder] ?? [];
  const path = join(folder, `${basename(source, ".mp4")}-${clip.file}`);
  await run(
    "ffmpeg",
    [
      ...["-v", "error", "-y", "-i", source, "-t", String(seconds), "-vf", "scale=320:180"],
      ...["-c:v", encoder, ...speed, "-b:v", "600k", "-g", "50", ...clip.options, path],
    ],
    { env: { ...process.env, SVT_LOG: "1" } },
  );
  return path;
}

/** A clip without its first second, cut without coding again: hidden pictures stay before time 0, from the key picture on. */
export async function cutClip(path: string): Promise<string> {
  const cut = path.replace(/(\.\w+)$/, "-cut$1");
  await run("ffmpeg", ["-v", "error", "-y", "-ss", "1", "-i", path, "-c", "copy", cut]);
  return cut;
}

/** A folder like `samples/` whose house CM is over after two seconds: many plays wait for its end. */
export async function shortSamples(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "cmix-samples-"));
  for (const name of ["scene.cmx", "scene.cms"]) await symlink(join(ROOT, "samples", name), join(folder, name));
  const cm = join(ROOT, "samples/house-cm.mp4");
  await run("ffmpeg", ["-v", "error", "-i", cm, "-t", "2", "-c:v", "libx264", ...AAC, join(folder, "house-cm.mp4")]);
  return folder;
}
