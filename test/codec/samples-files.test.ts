/** Every real file: divided, combined, the same again; sizes in a table. */

import { beforeAll, describe, expect, it } from "vitest";
import { concatBytes, sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { SegmentOpener } from "../../codec/division/segment-opener.ts";
import { InputError, UnsupportedError } from "../../codec/errors.ts";
import { MainReader } from "../../codec/format/main-file.ts";
import { SlaveReader } from "../../codec/format/slave-file.ts";
import { CombinedSource } from "../../codec/methods/samples/combined-source.ts";
import { mergeSegment } from "../../codec/methods/samples/segment-bytes.ts";
import { type Kernels, loadKernels } from "../../codec/wasm/load-kernels.ts";
import { combineDivision, errorOf } from "../support/divisions.ts";
import { below, createRandom } from "../support/fills.ts";
import { independentMerge } from "../support/independent-samples.ts";
import { expectSameBytes, readWasm } from "../support/kernels.ts";
import { ALL_MEDIA, divideBytes, mediaFiles, nameOf, readBytes } from "../support/media.ts";
import { ownFiles } from "../support/own-media.ts";
import { ROOT } from "../support/tree.ts";

/** Row D2: what main and slave may come to together, from 500 kB on; packets shrink in smaller files too. */
const BOUND_FROM_BYTES = 500_000;
const TRANSPORT_BOUND_FROM_BYTES = 100_000;
function mostBytes(path: string, bytes: number): number {
  if (/\.ts$/.test(path)) return 0.985 * bytes;
  if (/h264\/|\.ivf$/.test(path)) return 1.0005 * bytes + 2048;
  return bytes;
}
const SMALL =
  /A4\.mp4|av1_1080x720|edit_list|gizmo_frag|sideways|sample_2_byte|Buck_Bunny_180|vp9_alpha|with_sound|ivf$/;

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels(readWasm("kernels"));
});

const real = [...ownFiles("mp4", "webm"), ...mediaFiles("mp4", "webm").filter((path) => ALL_MEDIA || SMALL.test(path))];
const streams = [
  ...ownFiles("h264"),
  ...mediaFiles("h264").filter((path) => ALL_MEDIA || /BA_MW_D|CAFI1|SVA_FM1/.test(path)),
];
const transport = [...ownFiles("mpeg"), ...mediaFiles("mpeg")].filter((path) => /h264.*\.ts$/.test(path));
const broken = [...ownFiles("broken"), ...mediaFiles("broken")];

describe("D2 D5: a divided file comes back byte for byte", () => {
  const rows: string[] = [];

  for (const path of [`${ROOT}samples/house-cm.mp4`, `${ROOT}samples/scene.mp4`, ...real, ...streams, ...transport]) {
    it(nameOf(path), async () => {
      const bytes = readBytes(path);
      for (const protection of ["sealed", "patent"] as const) {
        const division = await divideBytes(kernels, bytes.slice(), protection);
        expectSameBytes(await combineDivision(kernels, division), bytes, `${nameOf(path)} ${protection}`);
        const [main, slave] = [division.main.length, division.slave.length];
        const share = ((100 * slave) / (main + slave)).toFixed(2);
        const total = main + slave;
        rows.push(
          `${nameOf(path).slice(0, 44).padEnd(45)}${protection.padEnd(8)}${bytes.length}\t${main}\t${slave}\t${((100 * total) / bytes.length).toFixed(2)} %\t${share} %`,
        );
        expect(division.pictures).toBeGreaterThan(0);
        expect(total).toBeLessThan(bytes.length * 1.001 + 4096 + 96 * division.segments);
        const from = path.endsWith(".ts") ? TRANSPORT_BOUND_FROM_BYTES : BOUND_FROM_BYTES;
        if (bytes.length >= from) expect(total).toBeLessThanOrEqual(mostBytes(path, bytes.length));
      }
    });
  }

  it("sizes", () => {
    console.log(`file\tprotection\tsource\tmain\tslave\tmain + slave\tslave's share\n${rows.join("\n")}`);
  });
});

describe.skipIf(broken.length === 0)("a broken file is divided without loss or refused", () => {
  for (const path of broken) {
    it(nameOf(path), async () => {
      const bytes = readBytes(path);
      const division = await divideBytes(kernels, bytes.slice(), "sealed").catch((error: unknown) => error);
      if (division instanceof Error) {
        expect(division instanceof InputError || division instanceof UnsupportedError, division.message).toBe(true);
        expect(division.message).not.toMatch(/\n/);
        return;
      }
      expectSameBytes(await combineDivision(kernels, division as never), bytes, nameOf(path));
    });
  }
});

it("a segment is what FORMAT.md 10 says, merged byte by byte by other code", async () => {
  const rows = [`${ROOT}samples/scene.mp4`, ...ownFiles("mp4", "webm", "h264", "mpeg")];
  for (const path of rows.filter((name) => /scene|b-frames|vp9\.webm|h264\.mkv|slices|ivf|h264\.ts$/.test(name))) {
    const bytes = readBytes(path);
    const division = await divideBytes(kernels, bytes.slice(), "sealed");
    const main = await MainReader.open(sourceFromBytes(division.main));
    const opener = await SegmentOpener.open(main, await SlaveReader.open(sourceFromBytes(division.slave)));
    const parts: Uint8Array[] = [];
    for (const number of main.index.keys()) {
      const { publicBytes, withheld } = await opener.openSegment(number);
      parts.push(independentMerge(publicBytes, withheld));
    }
    expectSameBytes(concatBytes(...parts), bytes, nameOf(path));
  }
});

describe("CombinedSource", () => {
  const path = `${ROOT}samples/scene.mp4`;

  it("gives any range of the source, across segments too", async () => {
    const bytes = readBytes(path);
    const division = await divideBytes(kernels, bytes.slice(), "sealed");
    const main = await MainReader.open(sourceFromBytes(division.main));
    const slave = await SlaveReader.open(sourceFromBytes(division.slave));
    const opener = await SegmentOpener.open(main, slave);
    const open = async (number: number): Promise<Uint8Array> => {
      const { publicBytes, withheld } = await opener.openSegment(number);
      return mergeSegment(kernels, publicBytes, withheld);
    };
    let opened = 0;
    const counted = (number: number): Promise<Uint8Array> => {
      opened += 1;
      return open(number);
    };
    const source = new CombinedSource(main.trailer, counted, 1 << 20);
    expect(source.size).toBe(bytes.length);
    const random = createRandom(1);
    for (let i = 0; i < 300; i++) {
      const offset = below(random, bytes.length);
      const length = below(random, Math.min(bytes.length - offset, 1 << (below(random, 18) + 1)));
      expectSameBytes(
        await source.read(offset, length),
        bytes.subarray(offset, offset + length),
        `${offset} ${length}`,
      );
    }
    for (let offset = 0; offset < 1000; offset++) await source.read(offset, 1);
    expect(opened).toBeLessThan(300 * main.index.length);
    await expect(source.read(bytes.length, 1)).rejects.toThrow(RangeError);
  });

  it("a zeroed slave fails by name", async () => {
    const division = await divideBytes(kernels, readBytes(path), "patent");
    const slave = await SlaveReader.open(sourceFromBytes(division.slave));
    const zeroed = division.slave.slice();
    for (let number = 0; number < slave.segments; number++)
      zeroed.fill(0, (slave.offsets[number] ?? 0) + 28, slave.offsets[number + 1]);
    const error = await errorOf(combineDivision(kernels, { main: division.main, slave: zeroed }));
    expect(error).toMatchObject({ code: "format", message: expect.stringMatching(/slave segment \d+ .* checksum/) });
  });
});
