/** Damaged pairs with restricted parts: an error by name, or the very pictures; never others, and never what is hidden. */
import { beforeAll, describe, expect, it } from "vitest";
import { MemorySink, sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { renditionOf } from "../../codec/division/rendition.ts";
import { CmixError } from "../../codec/errors.ts";
import { MainReader } from "../../codec/format/main-file.ts";
import type { SourcePicture } from "../../codec/pictures/source-picture.ts";
import { sourcePicture } from "../support/compress.ts";
import { type Division, dividePictures } from "../support/divisions.ts";
import { below, createRandom } from "../support/fills.ts";
import { loadCheckKernels } from "../support/kernels.ts";
import { ALL_MEDIA } from "../support/media.ts";
import { mutate } from "../support/mutate.ts";
import { openPair, ordinary, withNewChecksum } from "../support/restricted.ts";
import { paintScene } from "../support/scenes.ts";

const MUTATIONS = Number(process.env.CMIX_FUZZ ?? (ALL_MEDIA ? 5000 : 400));
const SEED = Number(process.env.CMIX_SEED ?? 1);
const PICTURES = 30;

let pair: Division;
let base: Division;
let expected: { pair: string; base: string };
let forgedAt: { rows: number; length: number; headerHash: Uint8Array };

/** What a viewer of the pair gets, in one text. */
async function contentOf(division: Division): Promise<string> {
  const opener = await openPair(division);
  const { entries } = await renditionOf(opener);
  const parts: string[] = [];
  for (const { number } of entries) {
    const { head, publicBytes, withheld } = await opener.openSegment(number);
    parts.push(`${head.startMicroseconds} ${head.layer} ${Buffer.from(publicBytes).toString("base64")}`);
    parts.push(Buffer.from(withheld).toString("base64"));
  }
  return parts.join("\n");
}

beforeAll(async () => {
  const clip = paintScene("camera", 48, 32, PICTURES);
  async function* pictures(): AsyncGenerator<SourcePicture> {
    for (const [i, data] of clip.pictures.entries()) yield sourcePicture(clip, data.slice(), i * 40_000);
  }
  const sinks = { main: new MemorySink(), slave: new MemorySink() };
  const areas = [{ x: 0, y: 0, width: 1000, height: 1000 }];
  const part = { areas, treatment: "black", sound: "keep", viewers: "premium" } as const;
  const restrictions = [
    { ...part, areas: [...areas], startMicroseconds: 200_000, endMicroseconds: 400_000 },
    { ...part, areas: [...areas], startMicroseconds: 800_000, endMicroseconds: 1_000_000 },
  ];
  const texts = { title: "clip", mainName: "clip.cmx", slaveName: "clip.cms", protection: "sealed" as const };
  await dividePictures(
    await loadCheckKernels(),
    { video: { width: 48, height: 32, frameRate: [25, 1] }, pictures: pictures() },
    { ...texts, gopPictures: 5, restrictions },
    sinks,
  );
  pair = { main: sinks.main.bytes(), slave: sinks.slave.bytes() };
  base = await ordinary(pair);
  expected = { pair: await contentOf(pair), base: await contentOf(base) };
  const reader = await MainReader.open(sourceFromBytes(pair.main));
  const index = reader.trailer?.index as Uint8Array;
  const rows = Buffer.from(pair.main).indexOf(Buffer.from(index));
  forgedAt = { rows, length: index.length, headerHash: reader.headerHash };
});

async function outcomeOf(division: Division): Promise<string | CmixError> {
  try {
    return await contentOf(division);
  } catch (error) {
    if (error instanceof CmixError && ["format", "pairing", "unsupported"].includes(error.code)) return error;
    throw error;
  }
}

describe("a pair with two layers, damaged", () => {
  it(`R4 ends in a clear error or gives what it gave, ${MUTATIONS} times`, async () => {
    let refused = 0;
    for (let seed = SEED; seed < SEED + MUTATIONS; seed++) {
      const random = createRandom(seed);
      const which = random() & 1 ? "main" : "slave";
      for (const [name, whole] of Object.entries({ pair, base })) {
        const damaged = { ...whole, [which]: mutate(whole[which], random) };
        const outcome = await outcomeOf(damaged).catch((error) => expect.fail(`seed=${seed} ${which}: ${error.stack}`));
        if (outcome instanceof CmixError) refused += 1;
        else expect(outcome === expected[name as "pair" | "base"], `seed=${seed}: ${which} of ${name}`).toBe(true);
      }
    }
    expect(refused).toBeGreaterThan(MUTATIONS);
  });

  it("R4 does so where an index is forged, with its checksum made anew: nothing is left out, or shown twice", async () => {
    let refused = 0;
    for (let seed = SEED; seed < SEED + Math.ceil(MUTATIONS / 4); seed++) {
      const random = createRandom(seed);
      const main = pair.main.slice();
      // Layer, track and flags of a row: its times say nothing of what is shown.
      const row = below(random, forgedAt.length / 16) * 16;
      const place = forgedAt.rows + row + 12 + below(random, 3);
      main[place] = (main[place] as number) ^ (1 << below(random, 4));
      const forged = await withNewChecksum(main, forgedAt.headerHash);
      for (const [slave, wanted] of [
        [pair.slave, expected.pair],
        [base.slave, expected.base],
      ] as const) {
        const outcome = await outcomeOf({ main: forged, slave });
        if (outcome instanceof CmixError) refused += 1;
        else expect(outcome === wanted, `seed=${seed}`).toBe(true);
      }
    }
    expect(refused).toBeGreaterThan(MUTATIONS / 8);
  });
});
