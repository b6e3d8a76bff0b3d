/** D4: damaged MPEG video decodes without a crash, without hanging and without a read or write outside of what is its own. */
import { beforeAll, describe, expect, it } from "vitest";
import { MpegDecoder } from "../../codec/methods/mpeg/mpeg-decoder.ts";
import { type Kernels, loadKernels } from "../../codec/wasm/load-kernels.ts";
import { createRandom } from "../support/fills.ts";
import { expectSameBytes, readWasm } from "../support/kernels.ts";
import { ALL_MEDIA, mediaFiles, nameOf, readBytes } from "../support/media.ts";
import { isMpegVideo } from "../support/mpeg.ts";
import { decodeStream, streamOf } from "../support/mpeg-frames.ts";
import { writeTame } from "../support/mpeg-streams.ts";
import { writeMpeg1, writeTools } from "../support/mpeg-writer.ts";
import { mutate } from "../support/mutate.ts";
import { ownFiles } from "../support/own-media.ts";

const MUTATIONS = Number(process.env.CMIX_FUZZ ?? (ALL_MEDIA ? 10_000 : 400));
const SEED = Number(process.env.CMIX_SEED ?? 1);
const SOURCE_MAX_BYTES = 40_000;
/** A picture of the largest size takes 34 MB, and there are two references, one in work and one that waits. */
const MEMORY_MAX_BYTES = 400 << 20;
/** Of a few kilobytes; a picture of the largest size that is all concealed takes the longest. */
const SECONDS_MAX = 10;

let kernels: Kernels;
let seeds: { name: string; bytes: Uint8Array }[] = [];
beforeAll(async () => {
  kernels = await loadKernels(readWasm("kernels"));
  const files = [...ownFiles("mpeg"), ...mediaFiles("mpeg")].filter(isMpegVideo);
  seeds = [
    { name: "tools", bytes: writeTools(1).bytes },
    { name: "4:2:2", bytes: writeTools(2, 2).bytes },
    { name: "4:4:4", bytes: writeTools(3, 3).bytes },
    { name: "MPEG-1", bytes: writeMpeg1(3) },
    { name: "field pictures", bytes: writeTame(1, 1).bytes },
    ...(await Promise.all(
      files.map(async (path) => ({
        name: nameOf(path),
        bytes: ((await streamOf(readBytes(path))) as Uint8Array).subarray(0, SOURCE_MAX_BYTES),
      })),
    )),
  ];
});

describe("D4: MpegDecoder and damaged streams", () => {
  it(`${MUTATIONS} of them decode, and the decoder is unharmed`, { timeout: 3_600_000 }, () => {
    const { bytes: healthy } = writeTame(2, 1);
    const expected = decodeStream(kernels, healthy);
    const guard = kernels.memory.allocate(4096);
    kernels.memory.bytes(guard, 4096).fill(0xa5);
    let pictures = 0;
    for (let n = 0; n < MUTATIONS; n++) {
      const seed = SEED * 1_000_003 + n;
      const { name, bytes } = seeds[n % seeds.length] as (typeof seeds)[0];
      const damaged = mutate(bytes, createRandom(seed));
      const started = performance.now();
      const decoder = new MpegDecoder(kernels);
      for (const part of [decoder.decode(damaged), decoder.end()])
        for (const { width, height, planes, strides } of part) {
          pictures += 1;
          const last = planes[2] + strides[1] * ((height + 1) >> 1);
          expect(width > 0 && last <= kernels.raw.memory.buffer.byteLength, `seed=${seed} ${name}`).toBe(true);
        }
      decoder.close();
      expect((performance.now() - started) / 1000, `seconds of seed=${seed} ${name}`).toBeLessThan(SECONDS_MAX);
      if (n % 100 !== 99 && n < MUTATIONS - 1) continue;
      for (const [i, picture] of decodeStream(kernels, healthy).entries())
        expectSameBytes(picture.samples, expected[i]?.samples as Uint8Array, `picture ${i} after seed=${seed}`);
      expect(kernels.memory.bytes(guard, 4096).every((byte) => byte === 0xa5)).toBe(true);
    }
    console.info(`${pictures} pictures of ${MUTATIONS} damaged streams`);
    expect(pictures).toBeGreaterThan(MUTATIONS);
    expect(kernels.raw.memory.buffer.byteLength).toBeLessThan(MEMORY_MAX_BYTES);
  });
});
