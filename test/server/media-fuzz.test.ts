/**
 * Sizes, counts and durations in every box, element and segment header of small media files, each set to what it is not: 300 cases from one
 * seed; CMIX_FUZZ says how many and CMIX_SEED from where. CMIX_FUZZ=20000 is the long run.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { encode as encodeBmp } from "bmp-ts";
import { encode as encodeJpeg } from "jpeg-js";
import { PNG } from "pngjs";
import { beforeAll, describe, expect, it } from "vitest";
import { CmixError, SlaveReader, sourceFromBytes } from "../../codec/index.ts";
import { inspectMedia } from "../../server/media/inspect-media.ts";
import type { MainLimits } from "../../server/media/inspections.ts";
import { createRandom } from "../support/fills.ts";
import {
  jpegOfEmptyScans,
  mp4OfClaimedFragment,
  mp4OfTinySamples,
  pngInterlaced,
  webmOfBlocks,
} from "../support/hostile-media.ts";
import { slaveOfSegments } from "../support/hostile-slaves.ts";
import { type FileKind, spoilNumbers } from "../support/spoilt-numbers.ts";
import { HOUSE_CM, makePair } from "./harness.ts";

const CASES = Number(process.env.CMIX_FUZZ ?? 60);
const SEED = Number(process.env.CMIX_SEED ?? 11);
/** Some send the video library round and round: what such a file may cost is what is asserted. */
const LIMITS = { secondsMost: 2 };
const PICTURE = { width: 40, height: 24, data: Buffer.alloc(40 * 24 * 4, 90) };

const readImage = (bytes: Uint8Array) =>
  inspectMedia(
    "image",
    "the image",
    sourceFromBytes(bytes),
    {
      pixelsMost: 4096 * 4096,
      types: ["image/jpeg", "image/png", "image/bmp"],
    },
    LIMITS,
  );
const readVideo = (bytes: Uint8Array) =>
  inspectMedia(
    "video",
    "the video",
    sourceFromBytes(bytes),
    {
      secondsMost: 60,
      wanted: "an MP4 or WebM video",
      quickTime: true,
    },
    LIMITS,
  );

const readSlave = (bytes: Uint8Array, slaveId: string) =>
  inspectMedia("slave", "the slave", sourceFromBytes(withRightTrailer(bytes)), { slaveId }, LIMITS);
const readMain = (bytes: Uint8Array, mainId: string, slave: MainLimits["slave"]) =>
  inspectMedia("main", "the main", sourceFromBytes(withRightTrailer(bytes)), { mainId, slave }, LIMITS);

/** The checksum over header and trailer made right again, so that what is in them is looked at. */
function withRightTrailer(file: Uint8Array): Uint8Array {
  const bytes = Buffer.from(file);
  const [start, trailer] = [16 + bytes.readUInt32BE(12), bytes.length - bytes.readUInt32BE(bytes.length - 12)];
  if (start > trailer || trailer < 0 || trailer + 28 > bytes.length) return bytes;
  const sha256 = (...parts: Uint8Array[]) => createHash("sha256").update(Buffer.concat(parts)).digest();
  const checksum = sha256(sha256(bytes.subarray(0, start)), bytes.subarray(trailer + 16, bytes.length - 12));
  checksum.copy(bytes, trailer + 8, 0, 8);
  return bytes;
}

interface Input {
  name: string;
  kind: FileKind;
  bytes: Uint8Array;
  read: (bytes: Uint8Array) => Promise<unknown>;
}

async function makeInputs(): Promise<Input[]> {
  const pair = await makePair({ seconds: 5 });
  const { header, trailer } = await SlaveReader.open(sourceFromBytes(pair.slave));
  const slave = { id: header.id, mainId: header.mainId, trailer };
  const many = slaveOfSegments(50, 10);
  const png = new PNG({ width: PICTURE.width, height: PICTURE.height });
  return [
    ["an MP4", "iso", mp4OfTinySamples(60), readVideo],
    ["a fragmented MP4", "iso", mp4OfClaimedFragment(8), readVideo],
    ["an MP4 with sound", "iso", readFileSync(HOUSE_CM), readVideo],
    ["a WebM", "webm", webmOfBlocks(50), readVideo],
    ["a PNG", "png", PNG.sync.write(png), readImage],
    ["an interlaced PNG", "png", pngInterlaced(64, 0), readImage],
    ["a JPEG", "jpeg", encodeJpeg(PICTURE, 80).data, readImage],
    ["a progressive JPEG", "jpeg", jpegOfEmptyScans(4), readImage],
    ["a BMP", "bmp", encodeBmp(PICTURE).data, readImage],
    ["a slave", "cmix", many.bytes, (bytes: Uint8Array) => readSlave(bytes, many.slaveId)],
    ["a main", "cmix", pair.main, (bytes: Uint8Array) => readMain(bytes, pair.mainId, slave)],
  ].map(([name, kind, bytes, read]) => ({ name, kind, bytes, read }) as Input);
}

describe("S2 S15 media whose headers lie", () => {
  let inputs: Input[];
  beforeAll(async () => {
    inputs = await makeInputs();
  });

  it("are read where they do not", async () => {
    for (const { name, bytes, read } of inputs) expect(await read(bytes), name).toBeTypeOf("object");
  });

  it(
    `get facts or one line within the limits (${CASES} cases, seed ${SEED})`,
    async () => {
      const random = createRandom(SEED);
      const outcomes: Record<string, number> = {};
      const slowest = { milliseconds: 0, name: "" };
      const before = process.cpuUsage();
      for (let n = 0; n < CASES; n++) {
        const { name, kind, bytes, read } = inputs[n % inputs.length] as Input;
        const spoilt = spoilNumbers(kind, bytes, random);
        const start = performance.now();
        const outcome = await read(spoilt).then(
          () => "facts",
          (error: unknown) => error,
        );
        const milliseconds = performance.now() - start;
        if (milliseconds > slowest.milliseconds) Object.assign(slowest, { milliseconds, name: `${n}. ${name}` });
        if (typeof outcome !== "string") {
          expect(outcome, `${n}. ${name}`).toBeInstanceOf(CmixError);
          expect((outcome as Error).message, `${n}. ${name}`).toMatch(/^[^\n]{20,400}$/);
        }
        const what = typeof outcome === "string" ? outcome : (outcome as CmixError).code;
        const isEnded = /memory to read|is not read within/.test(String(outcome));
        const key = isEnded ? `${name}: ended` : what;
        outcomes[key] = (outcomes[key] ?? 0) + 1;
      }
      const { user, system } = process.cpuUsage(before);
      const cpuPerCase = (user + system) / 1000 / CASES;
      if (process.env.CMIX_FUZZ !== undefined) console.info(JSON.stringify({ outcomes, slowest, cpuPerCase }));
      expect(slowest.milliseconds, slowest.name).toBeLessThan((LIMITS.secondsMost + 10) * 1000);
      expect(cpuPerCase).toBeLessThan(50); // milliseconds of this process: the other one does the work
      // Neither all refused for one reason nor all let through.
      expect(outcomes.facts, JSON.stringify(outcomes)).toBeGreaterThan(CASES / 20);
      expect(outcomes.format, JSON.stringify(outcomes)).toBeGreaterThan(CASES / 20);
    },
    60_000 + CASES * 400,
  );
});
