/** `cmix marks`: what it says of videos and pictures with marks. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { concatBytes } from "../../codec/bytes/bytes.ts";
import { AREA_PRESETS } from "../../codec/restriction/areas.ts";
import { USUAL_RULE, writeMark } from "../../codec/restriction/mark.ts";
import { readPartsFile } from "../../codec/restriction/parts-file.ts";
import { loadCheckKernels } from "../support/kernels.ts";
import { drawInto, markedY4m } from "../support/marked.ts";
import { hasFfmpeg } from "../support/tools.ts";
import { WITHOUT_DECODERS } from "../support/without-decoders.ts";

const CLI = new URL("../../dist/node/cli/cmix.js", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "cmix-marks-"));
const at = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function cmix(args: string[], node: readonly string[] = []): { code: number | null; out: string; error: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...node, CLI, ...args], { encoding: "utf8" });
  return { code: status, out: stdout, error: stderr };
}

const SERVICE = "https://cmix.example";
const OWN = writeMark({
  service: SERVICE,
  rule: { ...USUAL_RULE, area: AREA_PRESETS["lower-third"].area, treatment: "mosaic", sound: "mute", holdSeconds: 2 },
});
const FOREIGN = writeMark({ service: "https://other.example", rule: USUAL_RULE });
const SIZE = { width: 480, height: 320, pictures: 75 };

beforeAll(async () => {
  const kernels = await loadCheckKernels();
  const marks = [
    { text: OWN, first: 20, last: 44, place: { x: 1000, y: 0, size: 300 } },
    { text: FOREIGN, first: 30, last: 60, place: { x: 0, y: 1000, size: 300 } },
    { text: "https://shop.example/offer", first: 0, last: 20, place: { x: 0, y: 0, size: 300 } },
  ];
  writeFileSync(at("clip.y4m"), markedY4m(kernels, SIZE, marks));
  const still = { width: 480, height: 320, luma: new Uint8Array(480 * 320).fill(120) };
  const luma = drawInto(kernels, still, [{ text: OWN, place: { x: 300, y: 300, size: 400 } }]);
  writeFileSync(at("still.pgm"), concatBytes(new TextEncoder().encode("P5\n480 320\n255\n"), luma));
}, 120_000);

const ffmpeg = (...args: string[]): void =>
  void execFileSync("ffmpeg", ["-v", "error", "-nostdin", "-y", ...args], { stdio: "pipe" });

describe("cmix marks", { timeout: 180_000 }, () => {
  it("R2: lists what is found in a .y4m file, and writes the parts", () => {
    const { code, out, error } = cmix([
      "marks",
      at("clip.y4m"),
      "--service",
      SERVICE,
      "--out",
      at("parts.json"),
      "--json",
    ]);
    expect([code, error]).toEqual([0, ""]);
    const result = JSON.parse(out);
    expect(result).toMatchObject({ parts: 1, otherCodes: 1, pictures: 75, path: at("parts.json") });
    expect(result.marks).toEqual([
      {
        startSeconds: 0.8,
        endSeconds: 1.8,
        firstPicture: 20,
        lastPicture: 44,
        seenAt: expect.anything(),
        text: OWN,
        state: "counts",
        service: SERVICE,
        signature: "none",
        restricted: true,
        area: "lower-third",
        treatment: "mosaic",
        sound: "mute",
        viewers: "premium",
        holdSeconds: 2,
      },
      expect.objectContaining({ text: FOREIGN, state: "foreign", firstPicture: 30, lastPicture: 60, area: "whole" }),
    ]);
    expect(readPartsFile(readFileSync(at("parts.json"), "utf8"))).toEqual([
      {
        startMicroseconds: 800_000,
        endMicroseconds: 3_000_000, // 1.8 s and two seconds are behind the end
        areas: [AREA_PRESETS["lower-third"].area],
        treatment: "mosaic",
        sound: "mute",
        viewers: "premium",
      },
    ]);
  });

  it("says the same in lines", () => {
    const { code, out } = cmix(["marks", at("clip.y4m")]);
    expect(code).toBe(0);
    expect(out).toMatch(/^marks +2\nparts +2\notherCodes +1\npictures +75\n/);
    expect(out).toContain(
      `mark 1      0.800-1.800 s (pictures 20-44), restricted, lower-third, mosaic, sound mute, premium, hold 2 s, counts, ${OWN}\n`,
    );
  });

  it.runIf(hasFfmpeg())("R2: takes MPEG-1, MPEG-2, PNG and JPEG", () => {
    ffmpeg("-i", at("clip.y4m"), "-c:v", "mpeg1video", "-q:v", "4", "-bf", "2", at("clip.mpg"));
    ffmpeg("-i", at("clip.y4m"), "-c:v", "mpeg2video", "-q:v", "8", "-f", "mpegts", at("clip.ts"));
    for (const name of ["clip.mpg", "clip.ts"]) {
      const { marks } = JSON.parse(cmix(["marks", at(name), "--json"]).out);
      const found = marks.map((mark: Record<string, unknown>) => [mark.text, mark.firstPicture, mark.lastPicture]);
      expect(found, name).toEqual([
        [OWN, 20, 44],
        [FOREIGN, 30, 60],
      ]);
    }
    for (const name of ["still.png", "still.jpg"]) {
      ffmpeg("-i", at("still.pgm"), at(name));
      const result = JSON.parse(cmix(["marks", at(name), "--json"]).out);
      expect(result, name).toMatchObject({
        parts: 1,
        pictures: 1,
        marks: [{ text: OWN, startSeconds: 0, endSeconds: 1 }],
      });
    }
  });

  it.runIf(hasFfmpeg())(
    "R2: takes other codings where their decoders are installed, and says what to install where not",
    () => {
      ffmpeg("-i", at("clip.y4m"), "-c:v", "libx264", "-crf", "28", "-pix_fmt", "yuv420p", at("clip.mp4"));
      const { code, out, error } = cmix(["marks", at("clip.mp4"), "--json"]);
      expect([code, error]).toEqual([0, ""]);
      const found = JSON.parse(out).marks.map((mark: Record<string, unknown>) => [mark.firstPicture, mark.lastPicture]);
      expect(found).toEqual([
        [20, 44],
        [30, 60],
      ]);
      const without = cmix(["marks", at("clip.mp4")], WITHOUT_DECODERS);
      expect([without.code, without.out]).toEqual([3, ""]);
      expect(without.error).toBe(
        `cmix: ${at("clip.mp4")}: avc needs a decoder: npm install @mediabunny/server, or convert it to .y4m first\n`,
      );
    },
  );

  it("names what is wrong, in one line and by its exit code", () => {
    writeFileSync(at("empty"), "");
    writeFileSync(at("text.txt"), "no video at all");
    writeFileSync(at("cut.png"), Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13));
    for (const [args, code, message] of [
      [["marks"], 2, /1 file name/],
      [["marks", at("clip.y4m"), "--service", "cmix.example"], 2, /--service cmix\.example: https:\/\//],
      [["marks", at("none.mp4")], 3, /no such file/],
      [["marks", at("empty")], 3, /the file is empty/],
      [["marks", at("text.txt")], 3, /no video that is known/],
      [["marks", at("cut.png")], 3, /no picture that can be read/],
    ] as [string[], number, RegExp][]) {
      const result = cmix(args);
      expect(result.error).toMatch(message);
      expect([result.code, result.error.split("\n").length]).toEqual([code, 2]);
    }
  });
});
