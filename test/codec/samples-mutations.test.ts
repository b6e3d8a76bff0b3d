/** Damaged sources: divided without loss or refused by name, never a crash, a hang or a partial output. */

import { beforeAll, describe, expect, it } from "vitest";
import { MemorySink } from "../../codec/bytes/bytes.ts";
import { CmixError, FormatError, PairingError } from "../../codec/errors.ts";
import { mergeSegment } from "../../codec/methods/samples/segment-bytes.ts";
import { type Kernels, loadKernels } from "../../codec/wasm/load-kernels.ts";
import { combineDivision, divideFile, errorOf, openDivision } from "../support/divisions.ts";
import { createRandom } from "../support/fills.ts";
import { expectSameBytes, readWasm } from "../support/kernels.ts";
import { ALL_MEDIA, divideBytes, mediaFiles, nameOf, readBytes } from "../support/media.ts";
import { isMpegVideo } from "../support/mpeg.ts";
import { mutate } from "../support/mutate.ts";
import { ownFiles } from "../support/own-media.ts";
import { ROOT } from "../support/tree.ts";

const MUTATIONS = ALL_MEDIA ? 5000 : 500;
const SOURCE_MAX_BYTES = 130_000;

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels(readWasm("kernels"));
});

/** The first part of larger files too: their indexes are what is to be damaged. */
const seeds = [
  `${ROOT}samples/scene.mp4`,
  ...ownFiles("mp4", "webm", "h264"),
  ...ownFiles("mpeg").filter((path) => !isMpegVideo(path)),
  ...mediaFiles("mp4", "webm", "h264", "mpeg").filter((path) =>
    /h264.*\.ts$|A4|av1|edit|gizmo|Buck_Bunny|tiny|ivf|with_sound|SVA_/.test(path),
  ),
].map((path) => ({ name: nameOf(path), bytes: readBytes(path) }));

/** Head and end of a large file, which hold its structure: mutations in the middle of media would prove little. */
const shortened = (bytes: Uint8Array): Uint8Array =>
  bytes.length <= SOURCE_MAX_BYTES
    ? bytes
    : new Uint8Array(
        Buffer.concat([bytes.subarray(0, SOURCE_MAX_BYTES >> 1), bytes.subarray(-(SOURCE_MAX_BYTES >> 1))]),
      );

/** Puts most damage where structure is: the first or the last 4 KiB. */
function damage(bytes: Uint8Array, seed: number): Uint8Array {
  const random = createRandom(seed);
  const edge = Math.min(4096, bytes.length);
  const where = random() % 3;
  if (where === 0) return mutate(bytes, random);
  const part = where === 1 ? bytes.subarray(0, edge) : bytes.subarray(bytes.length - edge);
  const damaged = mutate(part, random);
  return new Uint8Array(
    where === 1
      ? Buffer.concat([damaged, bytes.subarray(edge)])
      : Buffer.concat([bytes.subarray(0, bytes.length - edge), damaged]),
  );
}

describe("damaged sources", () => {
  it(`${MUTATIONS} of them come back byte for byte or are refused by name`, { timeout: 600_000 }, async () => {
    let divided = 0;
    let slowest = 0;
    for (let seed = 1; seed <= MUTATIONS; seed++) {
      const { name, bytes } = seeds[seed % seeds.length] as (typeof seeds)[0];
      const source = damage(shortened(bytes), seed);
      const label = `seed=${seed} ${name}`;
      const started = performance.now();
      const sinks = { main: new MemorySink(), slave: new MemorySink() };
      const options = { protection: "patent" as const, title: "x", mainName: "x.cmx", slaveName: "x.cms" };
      const error = await errorOf(divideFile(kernels, "samples", source.slice(), options, sinks));
      slowest = Math.max(slowest, performance.now() - started);
      if (error !== undefined) {
        expect(error instanceof CmixError && ["input", "unsupported"].includes(error.code), `${label}: ${error}`).toBe(
          true,
        );
        expect(sinks.main.aborted && sinks.slave.aborted, label).toBe(true);
        continue;
      }
      divided += 1;
      const division = { main: sinks.main.bytes(), slave: sinks.slave.bytes() };
      expectSameBytes(await combineDivision(kernels, division), source, label);
    }
    console.log(
      `${divided} of ${MUTATIONS} damaged files divided, the others refused; slowest ${slowest.toFixed(0)} ms`,
    );
    expect(divided).toBeGreaterThan(MUTATIONS / 4);
    expect(slowest).toBeLessThan(5000);
  });
});

describe("damaged segments", () => {
  it("are refused by name or give bytes, never more than a segment may hold", async () => {
    const division = await divideBytes(kernels, readBytes(`${ROOT}samples/scene.mp4`), "patent");
    const segments = await openDivision(division);
    for (let seed = 1; seed <= MUTATIONS; seed++) {
      const { publicBytes, withheld } = segments[seed % segments.length] as (typeof segments)[0];
      const random = createRandom(seed);
      const edge = Math.min(600, publicBytes.length);
      const damaged = new Uint8Array(
        Buffer.concat([mutate(publicBytes.subarray(0, edge), random), publicBytes.subarray(edge)]),
      );
      const result = await mergeSegment(kernels, damaged, withheld).catch((error: unknown) => error);
      if (result instanceof Uint8Array) expect(result.length).toBeLessThanOrEqual(8 << 20);
      else
        expect(result instanceof FormatError || result instanceof PairingError, `seed=${seed}: ${result}`).toBe(true);
    }
  });
});
