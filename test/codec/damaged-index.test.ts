/**
 * Files that lost bytes, gained some, or had them changed, at one place: what lies behind is indexed again from the next key picture on, and
 * what the index cannot tell of is not public. CMIX_FUZZ says how many a container (1,000 for a long run), CMIX_SEED where they begin.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { openIndex } from "../../codec/containers/open-index.ts";
import { type CodedSample, UNKNOWN } from "../../codec/containers/source-index.ts";
import { type Kernels, loadKernels } from "../../codec/wasm/load-kernels.ts";
import { combineDivision } from "../support/divisions.ts";
import { below, createRandom } from "../support/fills.ts";
import { expectSameBytes, readWasm } from "../support/kernels.ts";
import { divideBytes, nameOf, readBytes } from "../support/media.ts";
import { ownFiles } from "../support/own-media.ts";
import { withoutSlave } from "../support/withheld.ts";

const CASES = Number(process.env.CMIX_FUZZ ?? 24);
const SEED = Number(process.env.CMIX_SEED ?? 1);
const DAMAGED_MAX_BYTES = 700;
/** Nothing that a picture shows. */
const FILL = 0xaa;

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels(readWasm("kernels"));
});

interface Damage {
  bytes: Uint8Array;
  /** In the whole file. */
  from: number;
  to: number;
  /** What lies behind moved by so much. */
  shift: number;
  label: string;
}

function damage(bytes: Uint8Array, seed: number): Damage {
  const random = createRandom(seed);
  // The start is what says what the file is.
  const from = 6000 + below(random, bytes.length - 6000 - DAMAGED_MAX_BYTES);
  const size = 1 + below(random, DAMAGED_MAX_BYTES);
  const [head, tail] = [bytes.subarray(0, from), bytes.subarray(from)];
  const junk = Uint8Array.from({ length: size }, random);
  const kind = (["lost", "gained", "zeros", "changed"] as const)[seed % 4];
  const joined = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
  const label = `seed=${seed} ${kind} ${size} bytes at ${from}`;
  if (kind === "lost") return { bytes: joined(head, tail.subarray(size)), from, to: from + size, shift: -size, label };
  if (kind === "changed")
    return { bytes: joined(head, junk, tail.subarray(size)), from, to: from + size, shift: 0, label };
  const added = kind === "zeros" ? new Uint8Array(size) : junk;
  return { bytes: joined(head, added, tail), from, to: from, shift: size, label };
}

async function samplesOf(bytes: Uint8Array): Promise<{ pictures: CodedSample[]; all: CodedSample[] }> {
  const index = await openIndex(sourceFromBytes(bytes));
  const all: CodedSample[] = [];
  for await (const batch of index.samples()) all.push(...batch);
  return { pictures: all.filter(({ stream }) => stream === index.film), all };
}

const files = [
  ...ownFiles("mpeg").filter((path) => path.includes("own-h264-keys.ts")),
  ...ownFiles("webm").filter((path) => path.includes("own-clusters.mkv")),
  ...ownFiles("mp4").filter((path) => path.includes("own-fragmented.mp4")),
];

describe.skipIf(files.length === 0)("damage at one place", () => {
  for (const path of files)
    it(`${CASES} times in ${nameOf(path)}`, { timeout: 60_000 + CASES * 2000 }, async () => {
      const whole = readBytes(path);
      const { pictures } = await samplesOf(whole);
      for (let seed = SEED; seed < SEED + CASES; seed++) {
        const { bytes, from, to, shift, label } = damage(whole, seed);
        const found = await samplesOf(bytes);
        const places = new Map(found.pictures.map((picture) => [picture.offset, picture]));
        // A container's own head stands before its first picture: damaged, it takes that one along.
        const behind = pictures.filter(({ offset }) => offset >= to);
        const keys = behind.filter(({ key }) => key);
        const again = keys[path.endsWith(".ts") ? 0 : 1]?.offset ?? Number.POSITIVE_INFINITY;
        for (const { offset, size, key, timeMicroseconds } of behind.filter((picture) => picture.offset >= again)) {
          const same = places.get(offset + shift);
          expect(same, `${label}: picture at ${offset}`).toMatchObject({ size, key });
          expect(Math.abs((same?.timeMicroseconds ?? 0) - timeMicroseconds), label).toBeLessThan(1500);
        }
        const shown = await withoutSlave(kernels, bytes, FILL);
        expect(shown.length, label).toBe(bytes.length);
        const moved = [...pictures.filter(({ offset, size }) => offset + size <= from), ...behind];
        for (const { offset, size } of moved) {
          const at = offset >= to ? offset + shift : offset;
          const same = Buffer.compare(bytes.subarray(at, at + size), shown.subarray(at, at + size)) === 0;
          expect(same, `${label}: picture at ${offset} is public`).toBe(false);
        }
        const unknown = found.all.filter(({ stream }) => stream === UNKNOWN);
        for (const { offset, size } of unknown)
          for (let at = offset; at + 16 <= offset + size; at += 16)
            expect(shown.subarray(at, at + 16).includes(FILL), `${label}: byte ${at}`).toBe(true);
        if (seed % 8 === 0)
          expectSameBytes(
            await combineDivision(kernels, await divideBytes(kernels, bytes.slice(), "patent")),
            bytes,
            label,
          );
      }
    });
});

describe.skipIf(files.length === 0)("a block of sound in Matroska", () => {
  it("whose size is damaged so that it ends where the picture behind it does leaves no picture whole", async () => {
    const whole = readBytes(files.find((path) => path.endsWith(".mkv")) as string);
    const { all, pictures } = await samplesOf(whole);
    const film = pictures[0]?.stream;
    let tried = 0;
    for (const [i, sound] of all.entries()) {
      const picture = all[i + 1];
      // Of blocks whose size has two bytes: the block's head of four stands behind it.
      const at = sound.offset - 6;
      const size = picture === undefined ? 0 : picture.offset + picture.size - sound.offset + 4;
      if (sound.stream === film || picture === undefined || picture.stream !== film || size >= 1 << 14) continue;
      if (whole[at - 1] !== 0xa3 || (whole[at] ?? 0) >> 6 !== 1) continue;
      const bytes = whole.slice();
      bytes.set([0x40 | (size >> 8), size & 255], at);
      const found = await samplesOf(bytes);
      expect(found.pictures.length).toBe(pictures.length - 1);
      const shown = await withoutSlave(kernels, bytes, FILL);
      const [from, to] = [picture.offset, picture.offset + picture.size];
      expect(Buffer.compare(bytes.subarray(from, to), shown.subarray(from, to)), `picture at ${from}`).not.toBe(0);
      if (++tried === 5) break;
    }
    expect(tried).toBe(5);
  });
});
