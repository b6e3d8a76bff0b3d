/** `cmix divide --method compress` of files whose coding others decode. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decode as decodeJpeg } from "jpeg-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openFile } from "../../codec/hosts/node/files.ts";
import { MainReader } from "../../codec/index.ts";
import { USUAL_RULE, writeMark } from "../../codec/restriction/mark.ts";
import { loadCheckKernels } from "../support/kernels.ts";
import { markedY4m } from "../support/marked.ts";
import { hasFfmpeg } from "../support/tools.ts";
import { WITHOUT_DECODERS } from "../support/without-decoders.ts";

const CLI = new URL("../../dist/node/cli/cmix.js", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "cmix-coded-"));
const at = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function cmix(args: string[], node: readonly string[] = []): { code: number | null; out: string; error: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...node, CLI, ...args], { encoding: "utf8" });
  return { code: status, out: stdout, error: stderr };
}
function json(...args: string[]): Record<string, unknown> {
  const { code, out, error } = cmix([...args, "--json"]);
  expect(code, error).toBe(0);
  return JSON.parse(out);
}
const ffmpeg = (...args: string[]): void =>
  void execFileSync("ffmpeg", ["-v", "error", "-nostdin", "-y", ...args], { stdio: "pipe" });
const probe = (path: string, ...args: string[]): string =>
  execFileSync("ffprobe", ["-v", "error", "-of", "csv=p=0", ...args, path], { encoding: "utf8" }).trim();
/** Packets of sound, as ffprobe hashes them. */
const soundOf = (path: string): string[] => {
  const told = [
    "-select_streams",
    "a",
    "-show_packets",
    "-show_entries",
    "packet=data_hash",
    "-show_data_hash",
    "sha256",
  ];
  return probe(path, ...told).match(/SHA256:\w+/g) ?? [];
};
/** When pictures are shown, in milliseconds from the first. */
function timesOf(path: string): number[] {
  const lines = probe(path, "-select_streams", "v", "-show_entries", "frame=pts_time").match(/^[\d.]+/gm) ?? [];
  const times = lines.map((line) => Math.round(Number.parseFloat(line) * 1000));
  return times.map((time) => time - (times[0] as number));
}
function likeness(a: string, b: string): number {
  const filter = "[0:v]format=yuv420p[a];[1:v]format=yuv420p[b];[a][b]psnr";
  const { stderr } = spawnSync("ffmpeg", ["-nostdin", "-i", a, "-i", b, "-lavfi", filter, "-f", "null", "-"], {
    encoding: "utf8",
  });
  return Number(/average:([\d.]+)/.exec(stderr)?.[1]);
}

const SOURCE = ["-f", "lavfi", "-i", "testsrc2=size=178x102:rate=25:duration=1.6"];
const SOUND = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=1.6"];
const H264 = ["-c:v", "libx264", "-crf", "18", "-pix_fmt", "yuv420p", "-bf", "2"];

describe.runIf(hasFfmpeg())("cmix divide --method compress of coded files", { timeout: 180_000 }, () => {
  beforeAll(() => ffmpeg(...SOURCE, ...SOUND, ...H264, "-c:a", "aac", at("film.mp4")));

  it.each([
    ["film.mp4", [...H264, "-c:a", "aac"]],
    ["film.webm", ["-c:v", "libvpx", "-b:v", "900k", "-c:a", "libopus"]],
    ["film.mkv", ["-c:v", "libx265", "-x265-params", "log-level=none", "-crf", "20", "-c:a", "libmp3lame"]],
    ["film.ts", [...H264, "-c:a", "mp2"]],
  ])("R5 %s: its pictures come back, and its sound packet by packet", (name, coding) => {
    ffmpeg(...SOURCE, ...SOUND, ...coding, at(name));
    const result = json("divide", at(name), "--out", at("pair"), "--method", "compress", "--quality", "2");
    expect(result).toMatchObject({ method: "compress", frames: 40 });
    json("combine", at("pair/film.cmx"), at("pair/film.cms"), "--out", at("again.mkv"));
    expect(likeness(at(name), at("again.mkv"))).toBeGreaterThan(38);
    const [sent, kept] = [soundOf(at(name)), soundOf(at("again.mkv"))];
    expect(kept.length).toBeGreaterThan(30);
    // An edit list or pre-skip may leave out what is before the start.
    expect(sent.slice(-kept.length)).toEqual(kept);
  });

  it("keeps uneven times, a turn and a poster in the shape in which it is shown", async () => {
    ffmpeg(...[...SOURCE, "-vf", "select='not(eq(mod(n,5),1))'", "-fps_mode", "vfr", ...H264, at("uneven.mp4")]);
    ffmpeg("-i", at("uneven.mp4"), "-c", "copy", "-metadata:s:v", "rotate=90", at("turned.mp4"));
    const parts = { version: 1, parts: [{ startSeconds: 0, endSeconds: 1, areas: ["upper-third"] }] };
    writeFileSync(at("parts.json"), JSON.stringify(parts));
    const options = ["--method", "compress", "--poster", "0.8", "--marks", at("parts.json"), "--teaser", "0.4"];
    const result = json("divide", at("turned.mp4"), "--out", at("pair"), ...options);
    const file = await openFile(at("pair/turned.cmx"));
    const { tracks, poster } = (await MainReader.open(file)).header;
    await file.close();
    expect(tracks[0]).toMatchObject({ width: 178, height: 102, rotation: 270 });
    json("combine", at("pair/turned.cmx"), at("pair/turned.cms"), "--out", at("turned.mkv"));
    expect(timesOf(at("turned.mkv"))).toEqual(timesOf(at("uneven.mp4")));
    const { width, height, data } = decodeJpeg(poster?.data as Uint8Array);
    expect([width, height]).toEqual([102, 178]);
    const rowIsBlack = (y: number) =>
      data.subarray(4 * y * width, 4 * (y + 1) * width).every((value, i) => i % 4 === 3 || value < 24);
    expect([5, 55].map(rowIsBlack)).toEqual([true, true]);
    // As ffmpeg shows the same picture, upright.
    const raw = ["-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgba", "-"];
    const upright = execFileSync("ffmpeg", ["-v", "error", "-ss", "0.8", "-i", at("turned.mp4"), ...raw]);
    expect(upright.length).toBe(data.length);
    let differing = 0;
    for (let i = 4 * 65 * width; i < data.length; i++) differing += Math.abs((data[i] ?? 0) - (upright[i] ?? 0));
    expect(differing / (data.length - 4 * 65 * width)).toBeLessThan(8);
    expect(result.teaserPath).toBe(at("pair/turned.teaser.mp4"));
    expect(probe(at("pair/turned.teaser.mp4"), "-show_entries", "stream=codec_type,width,height")).toBe(
      "video,102,178",
    );
    // The first row of a teaser's picture within the part, and of one behind it.
    const teaser = execFileSync("ffmpeg", [
      "-v",
      "error",
      "-i",
      at("pair/turned.teaser.mp4"),
      "-f",
      "rawvideo",
      "-pix_fmt",
      "gray",
      "-",
    ]);
    const brightest = (picture: number) =>
      Math.max(...teaser.subarray(102 * 178 * picture, 102 * (178 * picture + 50)));
    expect(brightest(0)).toBeLessThan(40);
    expect(brightest(Math.floor(teaser.length / (102 * 178)) - 1)).toBeGreaterThan(100);
  });

  it("D2 takes its rate from the source where none is asked for", () => {
    const result = json("divide", at("film.mp4"), "--out", at("rate"), "--method", "compress");
    const kilobits = (0.95 * 8 * (result.source as number)) / 1.6 / 1000;
    expect(result.bitrate).toBeGreaterThan(kilobits - 100); // the sound's
    expect(result.bitrate).toBeLessThan(kilobits);
    const fine = json("divide", at("film.mp4"), "--out", at("rate"), "--method", "compress", "--quality", "4");
    expect(fine.bitrate).toBeUndefined();
    expect(fine.main).toBeGreaterThan(result.main as number);
  });

  it("R3 R5 looks for marks in it, and leaves the original out where that is asked", async () => {
    const rule = { ...USUAL_RULE, treatment: "black" as const, sound: "mute" as const, holdSeconds: 0 };
    const text = writeMark({ service: "https://cmix.example", rule });
    const size = { width: 320, height: 240, pictures: 30 };
    const marks = [{ text, first: 10, last: 19, place: { x: 1000, y: 0, size: 400 } }];
    writeFileSync(at("marked.y4m"), markedY4m(await loadCheckKernels(), size, marks));
    ffmpeg("-i", at("marked.y4m"), ...SOUND, ...H264, "-c:a", "aac", at("marked.mp4"));
    const options = ["--method", "compress", "--marks", "auto", "--quality", "2"];
    json("divide", at("marked.mp4"), "--out", at("both"), ...options);
    json("divide", at("marked.mp4"), "--out", at("alone"), ...options, "--without-original");
    const layers = (path: string) => (json("inspect", path).layers as { name: string }[]).map(({ name }) => name);
    expect(layers(at("both/marked.cmx"))).toEqual(["base", "restricted"]);
    expect([layers(at("alone/marked.cmx")), layers(at("alone/marked.cms"))]).toEqual([["base"], ["base"]]);
    expect(json("inspect", at("alone/marked.cms")).restrictions).toBeUndefined();
    json("combine", at("both/marked.cmx"), at("both/marked.cms"), "--out", at("base.y4m"), "--layers", "base");
    json("combine", at("alone/marked.cmx"), at("alone/marked.cms"), "--out", at("alone.y4m"));
    expect(Buffer.compare(readFileSync(at("alone.y4m")), readFileSync(at("base.y4m")))).toBe(0);
    // Opened with all that the slave releases, it holds no packet of the muted sound.
    json("combine", at("alone/marked.cmx"), at("alone/marked.cms"), "--out", at("alone.mkv"));
    const [all, left] = [soundOf(at("marked.mp4")), new Set(soundOf(at("alone.mkv")))];
    const muted = all.slice(20, 36); // 0.43 to 0.77 s of the part from 0.4 to 0.8 s
    expect(muted.filter((packet) => left.has(packet))).toEqual([]);
    expect(all.filter((packet) => left.has(packet)).length).toBeGreaterThan(30);
  });

  it("says what to install where no decoders are, and leaves nothing", () => {
    const { code, out, error } = cmix(
      ["divide", at("film.mp4"), "--out", at("none"), "--method", "compress"],
      WITHOUT_DECODERS,
    );
    expect([code, out]).toEqual([3, ""]);
    expect(error).toBe(
      `cmix: ${at("film.mp4")}: avc needs a decoder: npm install @mediabunny/server, or convert it to .y4m first\n`,
    );
    expect(existsSync(at("none")) ? readdirSync(at("none")) : []).toEqual([]);
    const kept = cmix(["divide", at("film.mp4"), "--out", at("none"), "--teaser", "0"], WITHOUT_DECODERS);
    expect([kept.code, kept.error.split("\n").length]).toEqual([3, 2]);
    expect(cmix(["divide", at("film.mp4"), "--out", at("none"), "--poster", "soon"]).error).toContain("--poster soon");
  });
});
