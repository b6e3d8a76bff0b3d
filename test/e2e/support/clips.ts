/** Clips made of the project's own scene, so that tests of codecs need no other media. */
import { execFile } from "node:child_process";
import { copyFile, mkdtemp, readFile, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { sourceFromBytes, toHex } from "../../../codec/bytes/bytes.ts";
import { MainReader } from "../../../codec/format/main-file.ts";
import { keptFile } from "../../support/kept-files.ts";
import { ROOT } from "../../support/tree.ts";
import { sendFile } from "../../support/upload.ts";
import type { TestServer } from "./app.ts";

const run = promisify(execFile);

export const SCENE: string = join(ROOT, "samples/scene.mp4");
const SCENE_SECONDS = 10;

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

/** With sound that no browser decodes by itself. */
export const SOUND_CLIPS: readonly CodecClip[] = [
  { ...H264, name: "H.264 and MP2 in MP4", file: "mp2.mp4", options: ["-preset", "veryfast", "-c:a", "mp2"] },
  { ...H264, name: "H.264 and AC-3 in Matroska", file: "ac3.mkv", options: ["-preset", "veryfast", "-c:a", "ac3"] },
];

const MPEG = ["-vf", "scale=352:288,fps=25", "-b:v", "2M", "-g", "12", "-bf", "2"];
/** Which no browser decodes by itself: our decoder does. The second is shown field by field. */
export const MPEG_CLIPS: readonly CodecClip[] = [
  {
    name: "MPEG-2 and AC-3 of a DVD",
    file: "film.vob",
    encoders: ["mpeg2video"],
    options: [...MPEG, "-c:a", "ac3", "-f", "dvd"],
  },
  {
    name: "interlaced MPEG-2 and MP2 in a transport stream",
    file: "film.ts",
    encoders: ["mpeg2video"],
    options: [...MPEG, "-flags", "+ilme+ildct", "-c:a", "mp2"],
  },
  {
    name: "MPEG-2 alone",
    file: "film.m2v",
    encoders: ["mpeg2video"],
    options: [...MPEG, "-an"],
  },
  {
    name: "MPEG-1 and MP2 in a program stream",
    file: "film.mpg",
    encoders: ["mpeg1video"],
    options: [...MPEG, "-c:a", "mp2"],
  },
];

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
  const options = [
    ...["-t", String(seconds), "-vf", "scale=320:180", "-c:v", encoder, ...speed, "-b:v", "600k", "-g", "50"],
    ...clip.options,
  ];
  const made = keptFile(basename(path), [source, ...options].join(" "));
  if (!made.isThere) {
    const env = { ...process.env, SVT_LOG: "1" };
    await run("ffmpeg", ["-v", "error", "-y", "-i", source, ...options, made.aside], { env });
    made.keep();
  }
  await copyFile(made.path, path);
  return path;
}

/** A clip without its first second, cut without coding again: hidden pictures stay before time 0, from the key picture on. */
export async function cutClip(path: string): Promise<string> {
  const cut = path.replace(/(\.\w+)$/, "-cut$1");
  await run("ffmpeg", ["-v", "error", "-y", "-ss", "1", "-i", path, "-c", "copy", cut]);
  return cut;
}

/** A folder like `samples/` whose house CM is over after two seconds, or as many as told: many plays wait for its end. */
export async function shortSamples(seconds = 2): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "cmix-samples-"));
  for (const name of ["scene.cmx", "scene.cms"]) await symlink(join(ROOT, "samples", name), join(folder, name));
  const options = ["-t", String(seconds), "-c:v", "libx264", ...AAC];
  const cm = keptFile("house-cm.mp4", options.join(" "));
  if (!cm.isThere) {
    await run("ffmpeg", ["-v", "error", "-y", "-i", join(ROOT, "samples/house-cm.mp4"), ...options, cm.aside]);
    cm.keep();
  }
  await symlink(cm.path, join(folder, "house-cm.mp4"));
  return folder;
}

export interface PublishedMain {
  mainId: string;
  /** The `.cmx`. */
  path: string;
}

/**
 * Divides the first `seconds` of our scene, which begins again at its end, with the cmix command and gives slave and main to the service.
 *
 * @param more options of `cmix divide`
 * @param isUpright turned by a quarter, and coded anew
 */
export async function publishScene(
  app: TestServer,
  title: string,
  seconds: number,
  more: readonly string[] = [],
  isUpright = false,
): Promise<PublishedMain> {
  const clip = join(app.dataDir, `${title}.mp4`);
  const loop = seconds > SCENE_SECONDS ? ["-stream_loop", "-1"] : [];
  const coding = isUpright
    ? ["-vf", "transpose=1,scale=180:320", "-c:v", "libx264", "-preset", "veryfast", "-c:a", "aac"]
    : ["-c", "copy"];
  await run("ffmpeg", ["-v", "error", "-y", ...loop, "-i", SCENE, "-t", String(seconds), ...coding, clip]);
  return publishClip(app, clip, title, more);
}

/** Divides a file with the cmix command and gives slave and main to the service. @param more options of `cmix divide` */
export async function publishClip(
  app: TestServer,
  clip: string,
  title: string,
  more: readonly string[] = [],
): Promise<PublishedMain> {
  const cli = join(ROOT, "dist/node/cli/cmix.js");
  const options = ["--out", app.dataDir, "--title", title, "--json", ...more];
  const divided = await run(process.execPath, [cli, "divide", clip, ...options]);
  const { mainPath, slavePath } = JSON.parse(divided.stdout) as { mainPath: string; slavePath: string };
  const main = await readFile(mainPath);
  const { header } = await MainReader.open(sourceFromBytes(main));
  const owner = await app.administrator();
  for (const [kind, id, bytes] of [
    ["slave", header.slaveId, await readFile(slavePath)],
    ["main", header.id, main],
  ] as const) {
    const answer = await sendFile(app.url, kind, toHex(id), bytes, owner);
    if (answer.status !== 201) throw new Error(`${kind}: ${answer.status} ${await answer.text()}`);
  }
  return { mainId: toHex(header.id), path: mainPath };
}
