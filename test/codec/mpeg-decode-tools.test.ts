/** D4: MPEG-1 and MPEG-2 of every coding tool is decoded to the pictures that ffmpeg makes. */
import { beforeAll, describe, expect, it } from "vitest";
import { type Kernels, loadKernels } from "../../codec/wasm/load-kernels.ts";
import { readWasm } from "../support/kernels.ts";
import { ALL_MEDIA } from "../support/media.ts";
import { agreement, decodeStream, ffmpegPictures } from "../support/mpeg-frames.ts";
import { writeTame } from "../support/mpeg-streams.ts";
import { hasFfmpeg } from "../support/tools.ts";

const SEEDS = ALL_MEDIA ? 64 : 12;

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels(readWasm("kernels"));
});

describe.skipIf(!hasFfmpeg())("D4: field and frame pictures, dual prime, 16x8, all scans, tables and scales", () => {
  for (const [name, chroma] of [
    ["MPEG-1", "mpeg1"],
    ["4:2:0", 1],
    ["4:2:2", 2],
    ["4:4:4", 3],
  ] as const) {
    it(`${name}, ${SEEDS} streams`, () => {
      for (let seed = 0; seed < SEEDS; seed++) {
        const { bytes, width, height } = writeTame(seed, chroma);
        const ours = decodeStream(kernels, bytes);
        expect(ours.length, `seed ${seed}`).toBe(8);
        expect([ours[0]?.width, ours[0]?.height], `seed ${seed}`).toEqual([width, height]);
        expect(
          ours.some(({ concealed }) => concealed > 0),
          `concealed, seed ${seed}`,
        ).toBe(false);
        const found = agreement(ours, ffmpegPictures(bytes, ours[0]?.samples.length ?? 1));
        expect(found, `seed ${seed}`).toMatchObject({ theirs: 8, wrong: undefined });
      }
    });
  }
});
