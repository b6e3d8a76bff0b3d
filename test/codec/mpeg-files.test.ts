/** D4 D2: every MPEG file comes back byte for byte; sizes in a table. */
import { beforeAll, describe, expect, it } from "vitest";
import { concatBytes, sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { openMpeg } from "../../codec/containers/open-mpeg.ts";
import { InputError } from "../../codec/errors.ts";
import { MainReader } from "../../codec/format/main-file.ts";
import { cutMpeg } from "../../codec/methods/mpeg/segment-bytes.ts";
import { type MpegSegment, planMpeg } from "../../codec/methods/mpeg/segment-planner.ts";
import { chooseMethod } from "../../codec/methods/registry.ts";
import { type Kernels, loadKernels } from "../../codec/wasm/load-kernels.ts";
import { combineDivision, errorOf } from "../support/divisions.ts";
import { expectSameBytes, readWasm } from "../support/kernels.ts";
import { ALL_MEDIA, mediaFiles, nameOf, readBytes } from "../support/media.ts";
import { divideMpegBytes, mpegSample } from "../support/mpeg.ts";
import { writeTools } from "../support/mpeg-writer.ts";
import { ownFiles } from "../support/own-media.ts";
import { intoTransport } from "../support/transport-writer.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels(readWasm("kernels"));
});

const WAYS = [
  ["sealed", true],
  ["sealed", false],
  ["patent", true],
  ["patent", false],
] as const;
const SMALL = /mssg|garden|blue|odd|iponly|422|160x120|ps\.mpg|\.ts$|\.vob$/;
const files = [...ownFiles("mpeg"), ...mediaFiles("mpeg").filter((path) => ALL_MEDIA || SMALL.test(path))];

/** Segments with the bytes that they are of. */
async function segmentsOf(bytes: Uint8Array): Promise<{ segment: MpegSegment; own: Uint8Array }[]> {
  const source = sourceFromBytes(bytes);
  const found = await openMpeg(source);
  if (found === undefined) throw new Error("no MPEG video");
  const segments = [];
  for await (const segment of planMpeg(source, found))
    segments.push({ segment, own: bytes.slice(segment.start, segment.end) });
  return segments;
}

/** Main and slave of the video alone, taken out of its container, against its bytes. */
async function videoShare(bytes: Uint8Array): Promise<number> {
  const pieces = (await segmentsOf(bytes)).flatMap(({ segment, own }) => {
    let at = 0;
    return segment.runs.flatMap((size, i) => {
      at += size;
      return i % 2 === 1 ? [own.subarray(at - size, at)] : [];
    });
  });
  const video = concatBytes(...pieces);
  let kept = 0;
  for (const { segment, own } of await segmentsOf(video)) {
    const { runs, context } = segment;
    const cut = await cutMpeg(kernels, own, { runs, context, factor: 0, recompress: true, patent: false });
    kept += cut.publicBytes.length + cut.withheld.length;
  }
  return kept / video.length;
}

describe("D4: a divided MPEG file comes back byte for byte, all its tracks kept", () => {
  const rows: string[] = [];
  const shares: number[] = [];

  for (const path of files.filter((name) => !/h264|hevc/.test(name)))
    it(nameOf(path), async () => {
      const bytes = readBytes(path);
      expect(await chooseMethod(sourceFromBytes(bytes))).toBe("mpeg");
      for (const [protection, recompress] of WAYS) {
        const division = await divideMpegBytes(kernels, bytes, protection, recompress);
        expectSameBytes(await combineDivision(kernels, division), bytes, `${protection} ${recompress}`);
        expect(division.verbatimBytes).toBeLessThanOrEqual(bytes.length * 0.001);
        const [main, slave] = [division.main.length, division.slave.length];
        // D2, from where the files' heads and trailers, 1.5 kB, do not count.
        if (recompress && bytes.length > 100_000) {
          expect(main + slave).toBeLessThan(bytes.length * 0.92);
          if (protection === "sealed") shares.push(await videoShare(bytes));
        }
        rows.push(
          `${nameOf(path).padEnd(38)}${protection}\t${recompress ? "on" : "off"}\t${bytes.length}\t${main}\t${slave}\t${((100 * (main + slave)) / bytes.length).toFixed(1)} %\t${((100 * slave) / (main + slave)).toFixed(2)} %\t${division.verbatimBytes}`,
        );
      }
    });

  it.skipIf(files.length === 0)("D2: at most 92 % of any file's video bits remain, and 86 % of half of them", () => {
    const sorted = shares.toSorted((a, b) => a - b);
    expect(sorted.at(-1)).toBeLessThanOrEqual(0.92);
    expect(sorted[sorted.length >> 1]).toBeLessThanOrEqual(0.86);
  });

  it("sizes", () => {
    console.log(
      `file\tprotection\trecompress\tsource\tmain\tslave\tmain + slave\tslave's share\tverbatim\n${rows.join("\n")}`,
    );
  });
});

describe("containers written by the tests", () => {
  const video = writeTools(5).bytes;
  for (const [container, prefix] of [
    ["ts", 0],
    ["m2ts", 4],
  ] as const)
    it(`${container}: packets with stuffing, heads across packets, other streams between`, async () => {
      for (let seed = 1; seed <= 20; seed++) {
        const bytes = intoTransport(video, prefix, seed);
        expect((await openMpeg(sourceFromBytes(bytes)))?.container).toBe(container);
        const division = await divideMpegBytes(kernels, bytes, "patent", true);
        expect(division.verbatimBytes, `seed=${seed}`).toBe(0);
        expectSameBytes(await combineDivision(kernels, division), bytes, `seed=${seed}`);
      }
    });
});

const broken = [...ownFiles("broken"), ...mediaFiles("broken")].filter((name) =>
  /mpg|m2v|mpeg|\.ts|random|zeros/.test(name),
);

describe.skipIf(broken.length === 0)("a broken file is divided without loss or refused", () => {
  for (const path of broken)
    it(nameOf(path), async () => {
      const bytes = readBytes(path);
      for (const [protection, recompress] of WAYS) {
        const division = await divideMpegBytes(kernels, bytes, protection, recompress).catch((error: unknown) => error);
        if (division instanceof Error) {
          expect(division, division.message).toBeInstanceOf(InputError);
          expect(division.message).not.toMatch(/\n/);
        } else expectSameBytes(await combineDivision(kernels, division as never), bytes, nameOf(path));
      }
    });
});

describe("what cannot be protected", () => {
  /** MPEG-2 whose pictures lack their coding extension: nothing parses. */
  const unknown = writeTools(1).bytes.map((byte, i, all) =>
    i > 40 && all[i - 3] === 0 && all[i - 2] === 0 && all[i - 1] === 1 && byte === 0xb5 ? 0xb2 : byte,
  );

  it("patent refuses a file of which nothing could be withheld", async () => {
    const error = await errorOf(divideMpegBytes(kernels, unknown, "patent", true));
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toMatch(/no intra block could be withheld/);
  });

  it("sealed carries it whole, and counts it", async () => {
    const division = await divideMpegBytes(kernels, unknown, "sealed", true);
    expect(division.verbatimBytes).toBeGreaterThan(unknown.length * 0.8);
    expectSameBytes(await combineDivision(kernels, division), unknown, "unknown");
  });

  it("a stream of other codes is refused by name", async () => {
    const error = await errorOf(divideMpegBytes(kernels, Uint8Array.of(0, 0, 0, 1, 0x67, 1, 2, 3), "sealed", true));
    expect(error).toMatchObject({
      code: "input",
      message: expect.stringMatching(/method mpeg needs MPEG-1 or MPEG-2/),
    });
  });
});

it("the main's head says what is needed to know it", async () => {
  const division = await divideMpegBytes(kernels, mpegSample(1), "sealed", false);
  const { header } = await MainReader.open(sourceFromBytes(division.main));
  expect(header).toMatchObject({
    method: "mpeg",
    parameters: { container: "es", recompress: false },
    tracks: [{ kind: "video", codec: "mp4v.6a", width: 96, height: 64, frameRate: [25, 1] }],
  });
});
