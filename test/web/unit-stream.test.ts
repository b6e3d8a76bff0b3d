import { describe, expect, it } from "vitest";
import { concatBytes } from "../../codec/bytes/bytes.ts";
import { FormatError } from "../../codec/errors.ts";
import { SLAVE_SEGMENT_MAX_BYTES } from "../../codec/format/layout.ts";
import { START_UNIT } from "../../codec/protect/delivery.ts";
import { readUnits, type Unit, UnitParser } from "../../web/src/player/worker/units/unit-stream.ts";

function frame({ number, bytes }: Unit): Uint8Array {
  const head = new Uint8Array(8);
  new DataView(head.buffer).setUint32(0, number);
  new DataView(head.buffer).setUint32(4, bytes.length);
  return concatBytes(head, bytes);
}

const UNITS: Unit[] = [
  { number: START_UNIT, bytes: Uint8Array.from({ length: 300 }, (_, i) => i & 255) },
  { number: 0, bytes: new Uint8Array() },
  { number: 1, bytes: Uint8Array.of(9) },
  { number: 2, bytes: Uint8Array.from({ length: 70 }, (_, i) => (i * 7) & 255) },
];
const STREAM = concatBytes(...UNITS.map(frame));

function chunksOf(bytes: Uint8Array, length: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / length) }, (_, i) => bytes.slice(i * length, (i + 1) * length));
}

function streamOf(chunks: Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

describe("UnitParser", () => {
  for (const length of [1, 2, 3, 7, 8, 9, 64, STREAM.length]) {
    it(`cuts units out of chunks of ${length} bytes`, () => {
      const parser = new UnitParser();
      const units = chunksOf(STREAM, length).flatMap((chunk) => parser.push(chunk));
      parser.finish();
      expect(units).toEqual(UNITS);
    });
  }

  it("gives units that do not change with the chunk they came in", () => {
    const chunk = STREAM.slice();
    const units = new UnitParser().push(chunk);
    chunk.fill(0);
    expect(units).toEqual(UNITS);
  });

  it("refuses a length that no slave segment can have", () => {
    const head = new Uint8Array(8);
    new DataView(head.buffer).setUint32(4, SLAVE_SEGMENT_MAX_BYTES * 2);
    expect(() => new UnitParser().push(head)).toThrow(FormatError);
  });

  it("tells an answer that ends inside a unit", () => {
    const parser = new UnitParser();
    parser.push(STREAM.subarray(0, STREAM.length - 1));
    expect(() => parser.finish()).toThrow(/ends \d+ bytes into a unit/);
  });
});

describe("readUnits", () => {
  it("reads a stream to its end", async () => {
    const units: Unit[] = [];
    for await (const unit of readUnits(streamOf(chunksOf(STREAM, 11)))) units.push(unit);
    expect(units).toEqual(UNITS);
  });

  it("gives the whole units of a cut answer, then its error", async () => {
    const units: Unit[] = [];
    const read = async () => {
      for await (const unit of readUnits(streamOf([STREAM.slice(0, 320)]))) units.push(unit);
    };
    await expect(read()).rejects.toThrow(FormatError);
    expect(units).toEqual(UNITS.slice(0, 2));
  });
});
