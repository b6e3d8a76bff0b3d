/**
 * Files of our own in the forms that real files have, so that tests of real files prove something where there are none: the sample scene,
 * coded anew by ffmpeg, and damaged copies. Each is made when it is first asked for and kept in the system's folder for such.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { createRandom } from "./fills.ts";
import { keptFile } from "./kept-files.ts";
import { hasTool } from "./tools.ts";
import { ROOT } from "./tree.ts";
import { type Clip, readY4m } from "./y4m.ts";

const SCENE = join(ROOT, "samples/scene.mp4");

const words = (text: string): string[] => text.split(" ");
const small = (seconds: number, pixels = "320:180"): string => `-t ${seconds} -vf scale=${pixels}`;
const x264 = "-c:v libx264 -preset veryfast -threads 1";
const vp9 = "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -threads 1";
const mpeg2 = "-c:v mpeg2video -threads 1";

/** By folder and name: what ffmpeg does with the scene. */
const CODED: Readonly<Record<string, string>> = {
  "mp4/own-b-frames.mp4": `${small(3)} ${x264} -bf 3 -g 30 -c:a aac`,
  "mp4/own-fragmented.mp4": "-c copy -movflags frag_keyframe+empty_moov+default_base_moof",
  "mp4/own-edit-list.mp4": "-ss 1.5 -t 3 -c copy",
  "mp4/own-turned.mov": "-t 3 -c copy -metadata:s:v rotate=90",
  "mp4/own-uneven-times.mov": `-t 3 -vf select=lt(mod(n\\,7)\\,4),scale=320:180 -fps_mode vfr ${x264} -c:a aac`,
  "mp4/own-444.mp4": `${small(2)} ${x264} -pix_fmt yuv444p -an`,
  "mp4/own-hevc.mp4": `${small(2)} -c:v libx265 -preset ultrafast -tag:v hvc1 -x265-params log-level=error:pools=1 -c:a aac`,
  "mp4/own-av1.mp4": `${small(2)} -c:v libaom-av1 -usage realtime -cpu-used 8 -threads 1 -c:a aac`,
  "webm/own-vp9.webm": `-t 6 ${vp9} -b:v 900k -g 60 -c:a libopus`,
  "webm/own-vp9_alpha.webm": `-t 1 -vf scale=160:90,format=yuva420p,colorchannelmixer=aa=0.5 ${vp9} -auto-alt-ref 0 -an`,
  "webm/own-vp8.webm": `${small(2)} -c:v libvpx -deadline realtime -cpu-used 8 -threads 1 -b:v 600k -c:a libvorbis`,
  "webm/own-h264.mkv": "-t 2 -c:v copy -c:a libvorbis",
  "webm/own-clusters.mkv": `${small(6)} ${x264} -g 15 -bf 2 -c:a aac -cluster_time_limit 500`,
  "webm/own-av1-10bit.mkv": `${small(1)} -c:v libaom-av1 -usage realtime -cpu-used 8 -threads 1 -pix_fmt yuv420p10le -an`,
  "webm/own-vp8.ivf": `${small(2)} -c:v libvpx -deadline realtime -cpu-used 8 -threads 1 -b:v 400k -an`,
  "h264/own-baseline.264": `${small(2, "176:144")} ${x264} -profile:v baseline -an`,
  "h264/own-interlaced.264": `${small(2)} ${x264} -flags +ildct+ilme -x264-params tff=1 -an`,
  "h264/own-slices.264": `${small(1)} ${x264} -x264-params slices=8 -an`,
  "mpeg/own-h264.ts": "-t 2 -c:v copy -c:a mp2",
  "mpeg/own-h264-keys.ts": `${small(6)} ${x264} -g 15 -bf 2 -c:a mp2`,
  "mpeg/own-h264-aac.ts": `${small(4)} ${x264} -g 15 -bf 2 -c:a aac -b:a 96k`,
  "mpeg/own-h264-sounds.ts": `${small(3)} ${x264} -g 15 -map 0:v ${"-map 0:a ".repeat(4)}-c:a:0 mp2 -c:a:1 ac3 -c:a:2 eac3 -c:a:3 libmp3lame -metadata:s:a:0 language=eng -metadata:s:a:1 language=deu -metadata:s:a:2 language=jpn`,
  "mpeg/own-h264-ac3.m2ts": `${small(2)} ${x264} -g 15 -c:a ac3 -mpegts_m2ts_mode 1 -f mpegts`,
  "mpeg/own-hevc-aac.ts": `${small(2)} -c:v libx265 -preset ultrafast -x265-params log-level=error:pools=1:keyint=15 -c:a aac`,
  "mpeg/own-h264-programmes.ts": `${small(2)} ${x264} -g 15 -map 0:v -map 0:a -map 0:v -map 0:a -c:a aac -program st=0:st=1 -program st=2:st=3`,
  "mpeg/own-mpeg1.m1v": `${small(3, "352:240")} -c:v mpeg1video -threads 1 -q:v 4 -bf 2 -g 15 -an`,
  "mpeg/own-mpeg1-odd.m1v": `${small(1, "331:189")} -c:v mpeg1video -threads 1 -q:v 6 -bf 2 -g 9 -an`,
  "mpeg/own-mpeg1-ps.mpg": `${small(2, "352:240")} -c:v mpeg1video -threads 1 -q:v 4 -g 15 -c:a mp2 -f mpeg`,
  "mpeg/own-mpeg2.ts": `${small(2, "352:288")} ${mpeg2} -q:v 4 -bf 2 -g 12 -c:a mp2`,
  "mpeg/own-mpeg2.vob": `${small(1, "352:288")} ${mpeg2} -q:v 3 -bf 2 -g 12 -c:a ac3 -f vob`,
  "mpeg/own-mpeg2-422.m2v": `${small(1, "352:288")} ${mpeg2} -pix_fmt yuv422p -q:v 4 -bf 2 -an`,
  "mpeg/own-mpeg2-interlaced.m2v": `${small(1, "352:288")} ${mpeg2} -q:v 3 -bf 2 -flags +ildct+ilme -alternate_scan 1 -intra_vlc 1 -non_linear_quant 1 -qmax 28 -an`,
  "mpeg/own-mpeg2-dc9.m2v": `${small(1, "176:144")} ${mpeg2} -q:v 3 -bf 2 -flags +ildct+ilme -dc 9 -intra_vlc 1 -an`,
  "mpeg/own-mpeg2-dc10.m2v": `${small(1, "176:144")} ${mpeg2} -q:v 2 -bf 2 -dc 10 -non_linear_quant 1 -qmax 28 -an`,
  "mpeg/own-mpeg2-dc11.m2v": `${small(1, "176:144")} ${mpeg2} -pix_fmt yuv422p -q:v 2 -flags +ildct+ilme -alternate_scan 1 -dc 11 -an`,
  "mpeg/own-mpeg2-ip.m2v": `${small(2, "352:240")} ${mpeg2} -q:v 5 -bf 0 -g 30 -an`,
  "yuv/own-176x144.y4m": "-vf scale=176:144 -frames:v 30 -pix_fmt yuv420p -an",
};

type Damage = (bytes: Uint8Array, random: () => number) => Uint8Array;
const replaced = (bytes: Uint8Array, from: number, count: number, value: number): Uint8Array =>
  bytes.map((byte, i) => (i >= from && i < from + count ? value : byte));

const DAMAGE: Readonly<Record<string, Damage>> = {
  bits: (bytes, random) => {
    const damaged = bytes.slice();
    for (let i = 0; i < 60; i++) {
      const at = random() % bytes.length;
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (random() & 7));
    }
    return damaged;
  },
  cut60: (bytes) => bytes.slice(0, Math.floor(bytes.length * 0.6)),
  ff: (bytes) => replaced(bytes, bytes.length >> 1, 512, 0xff),
  hole: (bytes) =>
    new Uint8Array([...bytes.subarray(0, bytes.length >> 1), ...bytes.subarray((bytes.length >> 1) + 777)]),
  zeros: (bytes) => replaced(bytes, bytes.length >> 1, 2048, 0),
};
const DAMAGED = [
  "mp4/own-b-frames.mp4",
  "mp4/own-fragmented.mp4",
  "webm/own-vp8.webm",
  "h264/own-baseline.264",
  "mpeg/own-mpeg1-odd.m1v",
  "mpeg/own-mpeg1-ps.mpg",
  "mpeg/own-mpeg2-ip.m2v",
  "mpeg/own-mpeg2.ts",
  "mpeg/own-h264.ts",
];
/** Damaged files are of no more than this: most of a small file is structure. */
const DAMAGED_MAX_BYTES = 120_000;

const repeated = (pattern: readonly number[], length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => pattern[i % pattern.length] ?? 0);
const ascii = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0));

/** What is no video at all, or next to nothing of one. */
const SCRAPS: Readonly<Record<string, () => Uint8Array>> = {
  "broken/own-empty.mp4": () => new Uint8Array(),
  "broken/own-one-byte.m2v": () => Uint8Array.of(0),
  "broken/own-random-4k.bin": () => Uint8Array.from({ length: 4096 }, createRandom(4)),
  "broken/own-zeros-4k.264": () => new Uint8Array(4096),
  "broken/own-start-codes.m2v": () => repeated([0, 0, 1, 0xb3], 256),
  "broken/own-box-length-0.mp4": () => Uint8Array.from([0, 0, 0, 8, ...ascii("ftyp"), 0, 0, 0, 0, ...ascii("moov")]),
  "broken/own-box-length-huge.mp4": () =>
    Uint8Array.from([0, 0, 0, 1, ...ascii("moov"), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
  "broken/own-packets-without-payload.ts": () => repeated([0x47, 0x1f, 0xff, 0x10, ...Array(184).fill(0xff)], 18_800),
};

const BROKEN: Readonly<Record<string, () => Uint8Array>> = {
  ...Object.fromEntries(
    DAMAGED.flatMap((source, seed) =>
      Object.entries(DAMAGE).map(([kind, damage]) => {
        const name = `broken/${basename(source, extname(source))}-${kind}${extname(source)}`;
        const work = () => damage(readBytes(ownPath(source)).subarray(0, DAMAGED_MAX_BYTES), createRandom(seed + 1));
        return [name, work];
      }),
    ),
  ),
  ...SCRAPS,
};

const readBytes = (path: string): Uint8Array => new Uint8Array(readFileSync(path));

/** The path of a file of ours, which is made if it is not there yet. @param name with its folder, as in the tables */
function ownPath(name: string): string {
  const options = CODED[name];
  const { path, isThere, aside, keep } = keptFile(
    basename(name),
    options ?? readFileSync(import.meta.filename, "utf8"),
  );
  if (isThere) return path;
  if (options !== undefined)
    execFileSync("ffmpeg", ["-v", "error", "-nostdin", "-y", "-i", SCENE, ...words(options), aside], { stdio: "pipe" });
  else writeFileSync(aside, BROKEN[name]?.() as Uint8Array);
  keep();
  return path;
}

const isHere = hasTool("ffmpeg", "-version", "ffmpeg", "files of our own were NOT made, only the sample was tried");

/** Paths of files of our own, in the named folders' forms: `mp4`, `webm`, `h264`, `mpeg`, `yuv`, `broken`. */
export function ownFiles(...folders: string[]): string[] {
  if (!isHere) return [];
  return folders.flatMap((folder) =>
    [...Object.keys(CODED), ...Object.keys(BROKEN)].filter((name) => name.startsWith(`${folder}/`)).map(ownPath),
  );
}

/** The sample scene at 176x144; undefined without ffmpeg. */
export function ownClip(): Clip | undefined {
  const name = "own-176x144.y4m";
  return isHere ? readY4m(readBytes(ownPath(`yuv/${name}`)), name) : undefined;
}
