/**
 * Pairs that version 5c80022 wrote, one for each method and protection (test/pairs): they open and combine in every later version. Of
 * method `compress` the sums are of what that version made of them; of the others, of the file that was divided.
 */
import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { MemorySink, sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { MainReader } from "../../codec/format/main-file.ts";
import { SlaveReader } from "../../codec/format/slave-file.ts";
import { combineVideo } from "../../codec/methods/divide-video.ts";
import type { Kernels } from "../../codec/wasm/load-kernels.ts";
import { loadKernels } from "../../codec/wasm/load-kernels.ts";
import { poolHere } from "../support/divisions.ts";
import { readWasm } from "../support/kernels.ts";
import { readBytes } from "../support/media.ts";
import { ROOT } from "../support/tree.ts";

const MP4 = "88c1facd05e2f6597aba10ad145215877e1f16b5e1294889f43ed69a773ca1b4";
const MPG = "2de5902be8487d80a1693e93224a4f17f56d40e2623a0b0c44001def0502d470";
const PAIRS = [
  { name: "compress-sealed", sha256: "0a94c446b2ae8a623f831327287123dc5a432fbe1b497e2f02bbbfa883ee8a8e", pictures: 60 },
  { name: "compress-patent", sha256: "220905d15c0cf9987e075daedcf877a7ba5ad1e3d9dda84c9dd374f97ced3f43", pictures: 60 },
  { name: "mpeg-sealed", sha256: MPG, pictures: 52 },
  { name: "mpeg-kept-sealed", sha256: MPG, pictures: 52 },
  { name: "mpeg-patent", sha256: MPG, pictures: 52 },
  { name: "samples-sealed", sha256: MP4, pictures: 60 },
  { name: "samples-patent", sha256: MP4, pictures: 60 },
];

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels(readWasm("kernels"));
});

describe("D1 a pair of an earlier version", () => {
  it.each(PAIRS)("$name combines to what it was divided from", async ({ name, sha256, pictures }) => {
    const file = (ending: string) => sourceFromBytes(readBytes(`${ROOT}test/pairs/${name}.${ending}`));
    const main = await MainReader.open(file("cmx"));
    const [method, ...protection] = name.split("-");
    expect(main.header).toMatchObject({
      method,
      protection: protection.at(-1),
      createdAt: expect.stringMatching(/^2026-/),
    });
    const sink = new MemorySink();
    const host = { pool: poolHere(kernels), kernels: async () => kernels };
    const combined = await combineVideo(main, await SlaveReader.open(file("cms")), sink, host);
    expect(createHash("sha256").update(sink.bytes()).digest("hex")).toBe(sha256);
    expect(combined).toEqual({ pictures, bytes: sink.bytes().length });
  });
});
