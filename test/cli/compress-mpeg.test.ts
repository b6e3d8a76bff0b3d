/** `cmix divide --method compress` on MPEG-1 and MPEG-2 files: pictures and sound go along. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { concatBytes } from "../../codec/bytes/bytes.ts";
import { writeY4mHeader, Y4M_PICTURE_HEADER } from "../../codec/containers/y4m/y4m.ts";
import { psnr } from "../support/quality.ts";
import { sampleOf } from "../support/sample.ts";
import { paintScene } from "../support/scenes.ts";
import { hasFfmpeg } from "../support/tools.ts";

const CLI = new URL("../../dist/node/cli/cmix.js", import.meta.url).pathname;
const WIDTH = 160;
const HEIGHT = 96;
const PICTURES = 70;

const folder = mkdtempSync(join(tmpdir(), "cmix-compress-mpeg-"));
const at = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function cmix(...args: string[]): { code: number | null; out: string; error: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { encoding: "utf8" });
  return { code: status, out: stdout, error: stderr };
}

const picturesOf = (y4m: Buffer): Buffer => y4m.subarray(y4m.indexOf("\n") + 1);

describe("cmix divide compresses MPEG files", { skip: !hasFfmpeg() }, () => {
  beforeAll(() => {
    const facts = { width: WIDTH, height: HEIGHT, pixelAspect: [1, 1] as [number, number], fullRange: false };
    const header = writeY4mHeader({ ...facts, frameRate: [30, 1] });
    const { pictures } = paintScene("camera", WIDTH, HEIGHT, PICTURES);
    const scene = concatBytes(header, ...pictures.map((picture) => concatBytes(Y4M_PICTURE_HEADER, picture)));
    writeFileSync(at("scene.y4m"), scene);
  });

  const rows: [string, string, string | undefined][] = [
    ["film.mpg", "-c:v mpeg1video -c:a mp2 -f mpeg", "mp2"],
    ["film.vob", "-c:v mpeg2video -c:a ac3 -f vob", "ac3"],
    ["film.ts", "-c:v mpeg2video -c:a aac", "aac"],
    ["film.m2v", "-c:v mpeg2video -an", undefined],
  ];
  it.each(sampleOf(rows, 2))("D3: %s, with its sound as it is", (name, options, sound) => {
    const tone = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000", "-shortest", "-q:v", "2"];
    execFileSync("ffmpeg", ["-v", "error", "-y", "-i", at("scene.y4m"), ...tone, ...options.split(" "), at(name)]);
    const result = cmix("divide", at(name), "--out", at("pair"), "--method", "compress", "--json");
    expect(result).toMatchObject({ code: 0, error: "" });
    const { mainPath, slavePath, ...facts } = JSON.parse(result.out);
    expect(facts).toMatchObject({ method: "compress", frames: PICTURES });
    expect(cmix("combine", mainPath, slavePath, "--out", at("again.y4m")).code).toBe(0);
    const [ours, source] = [at("again.y4m"), at("scene.y4m")].map((path) => picturesOf(readFileSync(path)));
    expect(ours?.length).toBe(source?.length);
    expect(psnr(ours as Buffer, source as Buffer)).toBeGreaterThan(32);
    expect(cmix("combine", mainPath, slavePath, "--out", at("again.mkv")).code).toBe(0);
    const entries = ["-show_entries", "stream=codec_name,nb_read_packets", "-count_packets", "-of", "csv=p=0"];
    const streams = execFileSync("ffprobe", ["-v", "error", ...entries, at("again.mkv")], { encoding: "utf8" });
    const [, heard] = streams.trim().split("\n");
    expect(heard?.split(",")[0]).toBe(sound);
    if (sound !== undefined) expect(Number(heard?.split(",")[1])).toBeGreaterThan(60);
  });

  it("D3: a file of another kind is refused in one line", () => {
    writeFileSync(at("hollow.mp4"), "\0\0\0\x10ftypisom\0\0\0\0");
    const { code, out, error } = cmix("divide", at("hollow.mp4"), "--out", at("x"), "--method", "compress");
    expect({ code, out }).toEqual({ code: 3, out: "" });
    expect(error).toMatch(/^cmix: [^\n]*hollow\.mp4: no video that is known[^\n]*\n$/);
  });
});
