/** P3: pictures made of fields are at least as like the original as those of ffmpeg's `yadif`; a table: npm run bench -- deinterlace. */
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type Kernels, loadKernels } from "../../codec/wasm/load-kernels.ts";
import { deinterlaceQuality, lumaOf } from "../support/deinterlace.ts";
import { readWasm } from "../support/kernels.ts";
import { hasFfmpeg } from "../support/tools.ts";
import { ROOT } from "../support/tree.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels(readWasm("kernels"));
});

describe.skipIf(!hasFfmpeg())("P3: pictures made of fields", () => {
  it.each([
    ["the sample scene", ["-i", join(ROOT, "samples/scene.mp4")]],
    ["edges and digits that move", ["-f", "lavfi", "-i", "testsrc2=s=640x360:r=50"]],
  ])("are as good as yadif's: %s", (name, input) => {
    const { ours, yadif, bwdif } = deinterlaceQuality(kernels, lumaOf(input, 640, 360, 40));
    console.info(`${name}: ${ours.toFixed(2)} dB, yadif ${yadif.toFixed(2)}, bwdif ${bwdif.toFixed(2)}`);
    expect(ours).toBeGreaterThanOrEqual(yadif);
  });
});
