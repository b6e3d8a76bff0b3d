/** D4: damaged MPEG files come back byte for byte or are refused by name; none takes much longer than it did whole. */
import { beforeAll, describe, expect, it } from "vitest";
import { CmixError, FormatError, InputError } from "../../codec/errors.ts";
import { mergeMpeg } from "../../codec/methods/mpeg/segment-bytes.ts";
import { type Kernels, loadKernels } from "../../codec/wasm/load-kernels.ts";
import { combineDivision, openDivision } from "../support/divisions.ts";
import { createRandom } from "../support/fills.ts";
import { expectSameBytes, readWasm } from "../support/kernels.ts";
import { ALL_MEDIA, mediaFiles, nameOf, readBytes } from "../support/media.ts";
import { divideMpegBytes, mpegSample } from "../support/mpeg.ts";
import { writeTools } from "../support/mpeg-writer.ts";
import { mutate } from "../support/mutate.ts";
import { ownFiles } from "../support/own-media.ts";
import { intoTransport } from "../support/transport-writer.ts";

const MUTATIONS = ALL_MEDIA ? 10_000 : 400;
const SOURCE_MAX_BYTES = 60_000;

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels(readWasm("kernels"));
});

const seeds = [
  { name: "tools", bytes: writeTools(1).bytes },
  { name: "4:2:2", bytes: writeTools(2, 2).bytes },
  { name: "MPEG-1", bytes: mpegSample(3) },
  { name: "m2ts", bytes: intoTransport(writeTools(4).bytes, 4, 1) },
  ...[...ownFiles("mpeg"), ...mediaFiles("mpeg")]
    .filter((path) => !/h264|hevc/.test(path))
    .map((path) => ({ name: nameOf(path), bytes: readBytes(path).subarray(0, SOURCE_MAX_BYTES) })),
];

async function leastOf(seconds: () => Promise<number>): Promise<number> {
  return Math.min(await seconds(), await seconds(), await seconds());
}

describe("D4: damaged sources", () => {
  it(`${MUTATIONS} of them come back byte for byte or are refused by name`, { timeout: 3_600_000 }, async () => {
    let divided = 0;
    let slowest = { ratio: 0, label: "" };
    const healthy = new Map<string, number>();
    const secondsOf = async (source: Uint8Array, ...how: ["sealed" | "patent", boolean]): Promise<number> => {
      const before = process.cpuUsage();
      const division = await divideMpegBytes(kernels, source, ...how).catch(() => undefined);
      if (division !== undefined) await combineDivision(kernels, division);
      return process.cpuUsage(before).user / 1e6;
    };
    for (let seed = 1; seed <= MUTATIONS; seed++) {
      const { name, bytes } = seeds[seed % seeds.length] as (typeof seeds)[0];
      const source = mutate(bytes, createRandom(seed));
      const protection = seed & 1024 ? "sealed" : "patent";
      const recompress = ((seed / seeds.length) & 1) === 0;
      const label = `seed=${seed} ${name} ${protection} ${recompress}`;
      if (ALL_MEDIA) {
        const whole = `${name} ${protection} ${recompress}`;
        const usual = healthy.get(whole) ?? (await leastOf(() => secondsOf(bytes, protection, recompress)));
        healthy.set(whole, usual);
        const ratio = (await secondsOf(source, protection, recompress)) / usual;
        // The first look is at noise too: what looks slow is looked at again.
        if (ratio > slowest.ratio)
          slowest = { ratio: Math.min(ratio, (await secondsOf(source, protection, recompress)) / usual), label };
      }
      const division = await divideMpegBytes(kernels, source, protection, recompress).catch((error: unknown) => error);
      if (division instanceof Error) {
        expect(division, `${label}: ${division.message}`).toBeInstanceOf(InputError);
        continue;
      }
      divided += 1;
      expectSameBytes(await combineDivision(kernels, division as never), source, label);
    }
    console.log(`${divided} of ${MUTATIONS} damaged files divided, the others refused`);
    if (ALL_MEDIA)
      console.log(`the slowest took ${slowest.ratio.toFixed(1)} times its healthy original: ${slowest.label}`);
    expect(divided).toBeGreaterThan(MUTATIONS / 2);
  });
});

describe("damaged segments", () => {
  it("are refused by name or give bytes, never more than a segment may hold", { timeout: 3_600_000 }, async () => {
    for (const recompress of [true, false]) {
      const segments = (
        await Promise.all(
          seeds
            .slice(0, 4)
            .map(async ({ bytes }) => openDivision(await divideMpegBytes(kernels, bytes, "patent", recompress))),
        )
      ).flat();
      for (let seed = 1; seed <= MUTATIONS; seed++) {
        const { publicBytes, withheld } = segments[seed % segments.length] as (typeof segments)[0];
        const random = createRandom(seed);
        const damaged = [mutate(publicBytes, random), seed % 3 === 0 ? mutate(withheld, random) : withheld] as const;
        const result = await mergeMpeg(kernels, ...damaged).catch((error: unknown) => error);
        if (result instanceof Uint8Array) expect(result.length).toBeLessThanOrEqual(8 << 20);
        else expect(result instanceof FormatError && result instanceof CmixError, `seed=${seed}: ${result}`).toBe(true);
      }
    }
  });
});
