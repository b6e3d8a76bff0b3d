import { describe, expect, it } from "vitest";
import { colourMatrix } from "../../web/src/player/worker/screen/webgl-screen.ts";

/** Red, green and blue, 0..255, of a sample of each plane, as the shader computes them. */
function colourOf(samples: [number, number, number], matrix: "bt601" | "bt709", fullRange: boolean): number[] {
  const { toRgb, offsets } = colourMatrix({ matrix, fullRange });
  const above = samples.map((sample, i) => sample / 255 - (offsets[i] ?? 0));
  return [0, 1, 2].map((row) => {
    const sum = above.reduce((total, value, column) => total + value * (toRgb[column * 3 + row] ?? 0), 0);
    return Math.round(Math.min(1, Math.max(0, sum)) * 255);
  });
}

describe("the shader's colours", () => {
  it.each([
    ["black", [16, 128, 128], "bt601", false, [0, 0, 0]],
    ["white", [235, 128, 128], "bt709", false, [255, 255, 255]],
    ["white of full range", [255, 128, 128], "bt601", true, [255, 255, 255]],
    // Colour bars of 100 %: Y, Cb, Cr as ITU-R BT.601 and BT.709 have them in 8 bits.
    ["red of BT.601", [81, 90, 240], "bt601", false, [254, 0, 0]],
    ["green of BT.601", [145, 54, 34], "bt601", false, [0, 255, 1]],
    ["blue of BT.601", [41, 240, 110], "bt601", false, [0, 0, 255]],
    ["red of BT.709", [63, 102, 240], "bt709", false, [255, 1, 0]],
    ["blue of BT.709", [32, 240, 118], "bt709", false, [1, 0, 255]],
  ] as const)("%s", (_, samples, matrix, fullRange, wanted) => {
    const found = colourOf([...samples], matrix, fullRange);
    for (const [i, value] of wanted.entries()) expect(Math.abs((found[i] ?? 0) - value)).toBeLessThanOrEqual(1);
  });
});
