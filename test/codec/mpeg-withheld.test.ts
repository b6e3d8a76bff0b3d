/** D4: what the slave of method `mpeg` has and the main lacks, found by a parser that shares nothing with assembly/. */
import { beforeAll, describe, expect, it } from "vitest";
import { type Kernels, loadKernels } from "../../codec/wasm/load-kernels.ts";
import { openDivision } from "../support/divisions.ts";
import { decodeDcs, readMpegSegment } from "../support/independent-dc.ts";
import { IndependentParser } from "../support/independent-mpeg.ts";
import { readWasm } from "../support/kernels.ts";
import { readBytes } from "../support/media.ts";
import { divideMpegBytes, healthyMpeg, mpegSample, nameOf } from "../support/mpeg.ts";
import { writeTools } from "../support/mpeg-writer.ts";
import { ownFiles } from "../support/own-media.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels(readWasm("kernels"));
});

/** Bytes of a string of "0" and "1", the last one filled with zeros. */
const bytesOf = (bits: string): Uint8Array =>
  Uint8Array.from(bits.match(/.{1,8}/g) ?? [], (byte) => Number.parseInt(byte.padEnd(8, "0"), 2));

/** The bytes of a segment that are video. */
function videoOf(bytes: Uint8Array, runs: number[]): Uint8Array {
  let at = 0;
  const parts = runs.flatMap((size, i) => {
    at += size;
    return i % 2 === 1 ? [bytes.subarray(at - size, at)] : [];
  });
  return new Uint8Array(Buffer.concat(parts));
}

const sources = [
  { name: "made in the test: all tools", bytes: writeTools(1).bytes },
  { name: "made in the test: 4:4:4", bytes: writeTools(2, 3).bytes },
  { name: "made in the test: MPEG-1", bytes: mpegSample(3) },
  ...[...ownFiles("mpeg").filter((path) => !/h264|hevc/.test(path)), ...healthyMpeg()].map((path) => ({
    name: nameOf(path),
    bytes: readBytes(path),
  })),
];

describe("D4: every intra DC is in the slave, none in the main; factors follow [0152]", () => {
  for (const { name, bytes } of sources) {
    it(name, async () => {
      const division = await divideMpegBytes(kernels, bytes, "patent", false);
      expect(division.verbatimBytes / bytes.length, "share of bytes carried verbatim").toBeLessThanOrEqual(0.001);
      const parser = new IndependentParser();
      let [start, factor, count, dcBits, codeBytes] = [0, 0, 0, 0, 0];
      for (const { publicBytes, withheld } of await openDivision(division)) {
        const list = readMpegSegment(publicBytes);
        const source = bytes.subarray(start, start + list.sourceBytes);
        start += source.length;
        const parsed = parser.parse(videoOf(source, list.runs));
        // All that the main has of slices: nothing in it but these two strings tells a DC.
        expect(Buffer.compare(list.rest, bytesOf(parsed.rest)), "rest").toBe(0);
        expect(withheld[0], "factor at the segment's start").toBe(factor);
        let at = 0;
        for (const [i, picture] of parsed.pictures.entries()) {
          const coded = list.ac.subarray(at, at + (list.lengths[i] ?? 0));
          at += coded.length;
          const open = Uint8Array.from(coded, (byte) => byte ^ factor);
          expect(Buffer.compare(open, bytesOf(picture.ac)), `AC of picture ${i}, factor ${factor}`).toBe(0);
          factor = picture.dcs.reduce((sum, { value }) => sum ^ value, 0) & 255;
        }
        expect(at).toBe(list.ac.length);
        const values = decodeDcs(withheld.subarray(1), parsed.pictures);
        expect(values).toEqual(parsed.pictures.map(({ dcs }) => dcs.map(({ value }) => value)));
        count += values.flat().length;
        dcBits += parsed.dcBits;
        codeBytes += withheld.length;
      }
      expect(start).toBe(bytes.length);
      expect(count).toBeGreaterThan(0);
      // What a small file's contexts learn pays late.
      if (bytes.length > 100_000) expect((8 * codeBytes) / dcBits, "of the bits of the DC codes").toBeLessThan(0.82);
      console.log(`${name}: ${count} DCs, ${((8 * codeBytes) / dcBits).toFixed(2)} of their codes' bits`);
    });
  }
});
