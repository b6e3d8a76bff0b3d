/** D4: coding tools that no stream at hand has, in streams written by the tests and compared with ffmpeg. */

import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type Kernels, loadKernels } from "../../codec/wasm/load-kernels.ts";
import { combineDivision } from "../support/divisions.ts";
import { IndependentParser } from "../support/independent-mpeg.ts";
import { expectSameBytes, readWasm } from "../support/kernels.ts";
import { divideMpegBytes, mpegSample } from "../support/mpeg.ts";
import { writeTools } from "../support/mpeg-writer.ts";
import { hasFfmpeg, withFolder } from "../support/tools.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels(readWasm("kernels"));
});

function complaintsOfFfmpeg(stream: Uint8Array): string {
  return withFolder((folder) => {
    const path = join(folder, "in.m2v");
    writeFileSync(path, stream);
    const { stderr, status } = spawnSync(
      "ffmpeg",
      ["-v", "warning", "-threads", "1", "-f", "mpegvideo", "-i", path, "-f", "null", "-"],
      { encoding: "utf8" },
    );
    if (status !== 0) throw new Error(`ffmpeg ended with ${status}: ${stderr}`);
    // An elementary stream tells no duration.
    return stderr
      .split("\n")
      .filter((line) => line !== "" && !line.includes("Estimating duration"))
      .join("\n");
  });
}

const streams = Array.from({ length: 8 }, (_, seed) => [
  { name: `MPEG-2 4:2:0, seed ${seed}`, bytes: writeTools(seed).bytes },
  { name: `MPEG-2 4:2:2, seed ${seed}`, bytes: writeTools(seed, 2).bytes },
  { name: `MPEG-2 4:4:4, seed ${seed}`, bytes: writeTools(seed, 3).bytes },
  { name: `MPEG-1, seed ${seed}`, bytes: mpegSample(seed) },
]).flat();

describe("D4: streams of all coding tools come back byte for byte, every slice understood", () => {
  for (const { name, bytes } of streams)
    it(name, async () => {
      for (const protection of ["sealed", "patent"] as const)
        for (const recompress of [true, false]) {
          const division = await divideMpegBytes(kernels, bytes, protection, recompress);
          expect(division.verbatimBytes).toBe(0);
          expectSameBytes(await combineDivision(kernels, division), bytes, `${protection} ${recompress}`);
        }
    });

  it("many slices of one macroblock without coefficients", async () => {
    const unit = (code: number, bits: string): number[] => [
      ...[0, 0, 1, code],
      ...(bits.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, "0"), 2)),
    ];
    const field = (value: number, bits: number): string => value.toString(2).padStart(bits, "0");
    const sequence = unit(0xb3, `${field(16, 12)}${field(2800, 12)}00010011${field(1000, 18)}1${field(20, 10)}000`);
    const pictures = Array.from({ length: 40 }, (_, i) => [
      ...unit(0, `${field(i, 10)}010${field(0xffff, 16)}0001000`),
      // quantiser_scale 1, no extra information, increment 1, predicted without coefficients, vector 0 0.
      ...Array.from({ length: 175 }, (_, row) => unit(row + 1, "000010100111")).flat(),
    ]);
    const bytes = Uint8Array.from([...sequence, ...pictures.flat()]);
    const division = await divideMpegBytes(kernels, bytes, "sealed", true);
    expect(division.verbatimBytes).toBe(0);
    expectSameBytes(await combineDivision(kernels, division), bytes, "one macroblock a slice");
  });

  it("the streams have the tools", () => {
    const tools = new Set(streams.flatMap(({ bytes }) => [...new IndependentParser().parse(bytes).tools]));
    expect([...tools].sort()).toEqual(
      [
        "4:2:0",
        "4:2:2",
        "4:4:4",
        "concealment vectors",
        "field DCT",
        "field picture, 16x8 motion",
        "field picture, dual prime motion",
        "field picture, field motion",
        "field pictures",
        "frame picture, dual prime motion",
        "frame picture, field motion",
        "frame picture, frame motion",
        "stuffing",
        "table one",
      ].sort(),
    );
  });

  it("ffmpeg decodes them without complaint", { skip: !hasFfmpeg() }, () => {
    // 4:4:4 is in no profile, and ffmpeg has no MPEG-2 of it.
    for (const { name, bytes } of streams.filter(({ name }) => !name.includes("4:4:4")))
      expect(complaintsOfFfmpeg(bytes), name).toBe("");
  });
});
