/** D1: browsers' own decoders make no picture of what lies in the main alone, under `patent`, which leaves coded bytes readable. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ALL_FORMATS, BufferSource, Input } from "mediabunny";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { openIndex } from "../../codec/containers/open-index.ts";
import type { CodedSample } from "../../codec/containers/source-index.ts";
import { type Kernels, loadKernels } from "../../codec/wasm/load-kernels.ts";
import { readWasm } from "../support/kernels.ts";
import { ssim } from "../support/quality.ts";
import { sampleOf } from "../support/sample.ts";
import { ROOT } from "../support/tree.ts";
import { likeness, withoutSlave } from "../support/withheld.ts";
import { startTestServer, type TestServer } from "./support/app.ts";
import { CLIPS, makeClip } from "./support/clips.ts";
import { ENGINES, type EnginePage } from "./support/engines.ts";
import { type CodedPicture, canDecode, decodePictures, SIDE } from "./support/picture-thief.ts";

const CLIP_SECONDS = 2;
/**
 * Correlation of details, the best of all stolen pictures held against all true ones. Pictures of another video, and noise, reach 0.13;
 * the same scene a little later 0.6. Whole pictures are no measure: any two with a bright sky are alike.
 */
const MOST_LIKENESS = 0.2;

let kernels: Kernels;
let server: TestServer;
const pages = new Map<string, EnginePage>();

beforeAll(async () => {
  kernels = await loadKernels(readWasm("kernels"));
  server = await startTestServer();
});

afterAll(async () => {
  for (const page of pages.values()) await page.close();
  await server?.close();
});

/** The first engine that decodes what `config` says. */
async function findDecoder(config: VideoDecoderConfig): Promise<{ engine: string; page: EnginePage } | undefined> {
  for (const { name, isHere, open } of ENGINES) {
    if (!pages.has(name) && !isHere()) continue;
    const page = pages.get(name) ?? (await open());
    if (!pages.has(name)) await page.goto(server.url);
    pages.set(name, page);
    if (await canDecode(page, config)) return { engine: name, page };
  }
  return undefined;
}

interface CodedFile {
  bytes: Uint8Array;
  config: VideoDecoderConfig;
  samples: CodedSample[];
}

async function openFile(path: string): Promise<CodedFile> {
  const bytes = new Uint8Array(await readFile(path));
  const input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS });
  const config = await (await input.getPrimaryVideoTrack())?.getDecoderConfig();
  if (!config) throw new Error(`${path}: no decoder configuration`);
  const index = await openIndex(sourceFromBytes(bytes));
  const samples: CodedSample[] = [];
  for await (const batch of index.samples())
    samples.push(...batch.filter(({ stream }) => index.streams[stream]?.track?.kind === "video"));
  return { bytes, config, samples };
}

/** What a thief feeds a decoder with, by name of the attack. */
async function attacksOn({ bytes, samples }: CodedFile, other: CodedFile): Promise<Map<string, CodedPicture[]>> {
  const zeros = await withoutSlave(kernels, bytes, 0);
  const ones = await withoutSlave(kernels, bytes, 255);
  const pictures = (take: (sample: CodedSample, number: number) => Uint8Array): CodedPicture[] =>
    samples.map((sample, number) => ({
      key: sample.key,
      timeMicroseconds: sample.timeMicroseconds,
      data: take(sample, number),
    }));
  const partOf = (file: Uint8Array, { offset, size }: CodedSample) => file.subarray(offset, offset + size);
  const ofOther = (number: number) => partOf(other.bytes, other.samples[number] as CodedSample);
  const isPublic = (at: number) => zeros[at] === ones[at];
  /** The first bytes of slices and frames are much the same in all that an encoder writes. */
  const withBorrowedHeads = (sample: CodedSample, number: number) => {
    const head = ofOther(number);
    return partOf(zeros, sample).map((byte, i) => (isPublic(sample.offset + i) ? byte : (head[i] ?? 0)));
  };
  return new Map([
    ["zeros", pictures((sample) => partOf(zeros, sample))],
    ["public bytes only", pictures((sample) => partOf(zeros, sample).filter((_, i) => isPublic(sample.offset + i)))],
    ["heads of another video", pictures(withBorrowedHeads)],
    [
      "heads and key pictures of another video",
      pictures((sample, number) => (sample.key ? ofOther(number) : withBorrowedHeads(sample, number))),
    ],
  ]);
}

/** What a picture has beyond its surroundings of 9x9 samples. */
function detailsOf(picture: Uint8Array): Uint8Array {
  const at = (x: number, y: number) => picture[y * SIDE + x] ?? 0;
  return picture.map((sample, i) => {
    const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
    let [sum, count] = [0, 0];
    for (let row = Math.max(0, y - 4); row <= Math.min(SIDE - 1, y + 4); row++)
      for (let column = Math.max(0, x - 4); column <= Math.min(SIDE - 1, x + 4); column++) {
        sum += at(column, row);
        count += 1;
      }
    return Math.min(255, Math.max(0, 128 + sample - sum / count));
  });
}

/** The likest pair's. */
function nearest(pictures: Uint8Array[], truth: Uint8Array[]): { alike: number; similarity: number } {
  const details = truth.map(detailsOf);
  const best = { alike: 0, similarity: 0 };
  for (const picture of pictures) {
    const its = detailsOf(picture);
    details.forEach((original, i) => {
      const alike = likeness(its, original);
      if (alike <= best.alike) return;
      best.alike = alike;
      best.similarity = ssim(picture, truth[i] as Uint8Array, SIDE, SIDE);
    });
  }
  return best;
}

describe("D1 patent: with the codec configuration handed in, WebCodecs shows no picture of the main alone", () => {
  for (const clip of sampleOf(Object.values(CLIPS), 1)) {
    it(clip.name, async (context) => {
      const file = await openFile(await makeClip(server.dataDir, clip, CLIP_SECONDS));
      const other = await openFile(
        await makeClip(server.dataDir, clip, CLIP_SECONDS, join(ROOT, "samples/house-cm.mp4")),
      );
      const found = await findDecoder(file.config);
      if (found === undefined) {
        console.warn(`SKIPPED: no browser here decodes ${clip.name}`);
        return context.skip();
      }
      const { engine, page } = found;
      const wholeOf = ({ bytes, samples }: CodedFile) =>
        samples.map(({ key, timeMicroseconds, offset, size }) => {
          return { key, timeMicroseconds, data: bytes.subarray(offset, offset + size) };
        });
      const { pictures: all } = await decodePictures(page, file.config, wholeOf(file), false);
      expect(all).toHaveLength(file.samples.length); // with the slave, all are there
      const truth = all.filter((_, i) => i % 3 === 0); // neighbours are much alike
      const { pictures: unrelated } = await decodePictures(page, other.config, wholeOf(other), false);
      const rows = [describeLoot("another video", { pictures: unrelated, errors: 0 }, nearest(unrelated, truth))];

      for (const [name, coded] of await attacksOn(file, other)) {
        for (const each of [false, true]) {
          const loot = await decodePictures(page, file.config, coded, each);
          const likest = nearest(loot.pictures, truth);
          rows.push(describeLoot(`${name}${each ? ", each alone" : ""}`, loot, likest));
          expect(likest.alike, rows.at(-1)).toBeLessThan(MOST_LIKENESS);
        }
      }
      console.info(`${clip.name}, ${all.length} pictures, ${engine}\n${rows.join("\n")}`);
    });
  }
});

const describeLoot = (
  name: string,
  { pictures, errors }: { pictures: Uint8Array[]; errors: number },
  { alike, similarity }: ReturnType<typeof nearest>,
): string =>
  `  ${name}: ${pictures.length} pictures, ${errors} errors, likeness ${alike.toFixed(2)}, SSIM ${similarity.toFixed(2)}`;
