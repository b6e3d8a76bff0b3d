/** `cmix divide --from --to`: a part of a video. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { hasFfmpeg } from "../support/tools.ts";
import { ROOT } from "../support/tree.ts";

const CLI = join(ROOT, "dist/node/cli/cmix.js");
const SCENE = join(ROOT, "samples/scene.mp4");
const folder = mkdtempSync(join(tmpdir(), "cmix-cli-trim-"));
const at = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function cmix(...args: string[]): { code: number | null; out: string; error: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { encoding: "utf8" });
  return { code: status, out: stdout, error: stderr };
}

const ffmpeg = (...args: string[]) => execFileSync("ffmpeg", ["-v", "error", "-y", ...args], { maxBuffer: 1 << 28 });
const hashesOf = (path: string, ...options: string[]): string[] =>
  ffmpeg("-i", path, "-map", "0:v", ...options, "-f", "framemd5", "-")
    .toString()
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(",").at(-1)?.trim() ?? "");

describe("cmix divide --from --to", { skip: !hasFfmpeg() }, () => {
  it("D3: keeps an MP4 from key picture to key picture, says where, and moves its captions", () => {
    writeFileSync(at("en.vtt"), "WEBVTT\n\n00:00.000 --> 00:01.000\nbefore\n\n00:04.500 --> 00:05.000\nwithin\n");
    const args = ["--from", "3.5", "--to", "6.2", "--captions", `en=${at("en.vtt")}`, "--json"];
    const divided = cmix("divide", SCENE, "--out", at("pair"), ...args);
    expect(divided.code).toBe(0);
    expect(divided.error).toContain("from 3 s to 7 s: a file that is kept is trimmed at key pictures");
    expect(JSON.parse(divided.out)).toMatchObject({ method: "samples", from: 3, to: 7, frames: 120 });
    expect(readdirSync(at("pair")).sort()).toEqual(["scene.cms", "scene.cmx"]);
    expect(cmix("combine", at("pair/scene.cmx"), at("pair/scene.cms"), "--out", at("part.mp4")).code).toBe(0);
    expect(hashesOf(at("part.mp4"))).toEqual(hashesOf(SCENE).slice(90, 210));
    expect(readFileSync(at("pair/scene.cmx")).includes("00:00:01.500 --> 00:00:02.000\nwithin")).toBe(true);
  });

  it("D3: moves the chapters of what is kept and of what is compressed", () => {
    const chapter = (start: number, title: string) =>
      `[CHAPTER]\nTIMEBASE=1/1000\nSTART=${start}\nEND=${start + 1000}\ntitle=${title}\n`;
    writeFileSync(
      at("chapters.txt"),
      `;FFMETADATA1\n${chapter(0, "one")}${chapter(4000, "two")}${chapter(6000, "three")}`,
    );
    const maps = ["-map", "0", "-map_metadata", "1", "-map_chapters", "1", "-c", "copy"];
    ffmpeg("-i", SCENE, "-i", at("chapters.txt"), ...maps, at("chapters.mp4"));
    const divided = cmix("divide", at("chapters.mp4"), "--out", at("chapters"), "--from", "3", "--to", "6", "--json");
    expect(divided.code).toBe(0);
    const { chapters } = JSON.parse(cmix("inspect", at("chapters/chapters.cmx"), "--json").out);
    expect(chapters).toEqual([
      { startMicroseconds: 0, title: "one" },
      { startMicroseconds: 1_000_000, title: "two" },
    ]);
  });

  it("D3: compresses just the pictures between, to the picture", () => {
    ffmpeg("-i", SCENE, "-t", "2", "-vf", "scale=160:90", "-pix_fmt", "yuv420p", at("clip.y4m"));
    const [from, to] = [19 / 30, 41 / 30].map((seconds) => seconds.toFixed(6)) as [string, string];
    const method = ["--method", "compress", "--quality", "1"];
    const divided = cmix(
      "divide",
      at("clip.y4m"),
      "--out",
      at("pair"),
      ...method,
      "--from",
      from,
      "--to",
      to,
      "--json",
    );
    expect(divided).toMatchObject({ code: 0, error: "" });
    expect(JSON.parse(divided.out)).toMatchObject({ frames: 22, from: Number(from), to: Number(to) });
    expect(cmix("combine", at("pair/clip.cmx"), at("pair/clip.cms"), "--out", at("part.y4m")).code).toBe(0);
    ffmpeg("-i", at("clip.y4m"), "-vf", "select=between(n\\,19\\,40)", "-fps_mode", "passthrough", at("wanted.y4m"));
    const stats = ["-lavfi", "psnr=stats_file=-", "-f", "null", "-"];
    const out = execFileSync("ffmpeg", ["-v", "error", "-i", at("part.y4m"), "-i", at("wanted.y4m"), ...stats], {
      encoding: "utf8",
    });
    const found = [...out.matchAll(/psnr_y:([\d.]+)/g)].map((match) => Number(match[1]));
    expect(found).toHaveLength(22);
    expect(Math.min(...found)).toBeGreaterThan(38);
  });

  it("refuses times that make no part", () => {
    const divide = (...args: string[]) => cmix("divide", SCENE, "--out", at("none"), ...args);
    expect(divide("--from", "x")).toMatchObject({ code: 2, error: expect.stringContaining("a number of seconds") });
    expect(divide("--from", "3", "--to", "3")).toMatchObject({
      code: 2,
      error: expect.stringContaining("behind --from"),
    });
    expect(divide("--from", "11")).toMatchObject({
      code: 3,
      error: expect.stringContaining("nothing lies between 11 s"),
    });
    expect(readdirSync(at("none"))).toEqual([]);
  });
});
