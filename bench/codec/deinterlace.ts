/** Pictures made of fields beside ffmpeg's filters `yadif` and `bwdif`: likeness to the clip that the fields were taken from. */
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { loadKernels } from "../../codec/index.ts";
import { deinterlaceQuality, lumaOf } from "../../test/support/deinterlace.ts";
import { mediaFiles } from "../../test/support/media.ts";
import { type Ratio, ROOT } from "../measure.ts";

const [WIDTH, HEIGHT, PICTURES] = [640, 360, 80];

export async function benchDeinterlace(): Promise<Ratio[]> {
  const kernels = await loadKernels(await readFile(join(ROOT, "dist/wasm/kernels.wasm")));
  const clips = [join(ROOT, "samples/scene.mp4"), ...mediaFiles("mp4", "webm")];
  const rows = clips.map((path) => {
    const { ours, yadif, bwdif } = deinterlaceQuality(kernels, lumaOf(["-i", path], WIDTH, HEIGHT, PICTURES));
    return {
      name: `pictures out of fields, ${basename(path)}`,
      peer: "ffmpeg yadif",
      ours,
      theirs: yadif,
      unit: "dB",
      details: { bwdif: bwdif.toFixed(2) },
    };
  });
  return rows.filter(({ ours, theirs }) => Number.isFinite(ours) && Number.isFinite(theirs)); // nothing moves in some
}
