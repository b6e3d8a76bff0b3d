/** Methods that keep a file, with hidden parts: all units give the source, base's alone the file that stands in for it (R4). */
import { beforeAll, describe, expect, it } from "vitest";
import { concatBytes, MemorySink, sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { type DividedSegment, DivisionWriter } from "../../codec/division/division-writer.ts";
import { readUnfinished } from "../../codec/division/unfinished.ts";
import type { Method } from "../../codec/format/header.ts";
import { FILE_TRACK } from "../../codec/format/layout.ts";
import { MainReader } from "../../codec/format/main-file.ts";
import { SlaveReader } from "../../codec/format/slave-file.ts";
import { combineVideo, resumable } from "../../codec/methods/divide-video.ts";
import { cutMpeg } from "../../codec/methods/mpeg/segment-bytes.ts";
import { cutSegment } from "../../codec/methods/samples/segment-bytes.ts";
import {
  restrictedSegment,
  type SegmentRole,
  sharedSegment,
  substituteSegment,
} from "../../codec/methods/source-segments.ts";
import { type Division, description, errorOf, poolHere } from "../support/divisions.ts";
import { createRandom } from "../support/fills.ts";
import { type CheckKernels, expectSameBytes, loadCheckKernels } from "../support/kernels.ts";
import { ordinary } from "../support/restricted.ts";

const random = createRandom(417);
/** In the order of the file: whose it is, and how many bytes. */
const LAYOUT: readonly (readonly [role: (bytes: number) => SegmentRole, second: number, bytes: number])[] = [
  [restrictedSegment, 0, 700], // the source's structure
  [substituteSegment, 0, 90], // base's own
  [sharedSegment, 0, 4000],
  [restrictedSegment, 1, 3000],
  [restrictedSegment, 2, 2000],
  [substituteSegment, 1, 6000],
  [sharedSegment, 3, 5000],
  [restrictedSegment, 4, 1],
  [substituteSegment, 4, 400],
  [restrictedSegment, 0, 64],
];
const BYTES = LAYOUT.map(([, , length]) => Uint8Array.from({ length }, random));
const PARTS = [
  { startMicroseconds: 1e6, endMicroseconds: 3e6, viewers: "premium" },
  { startMicroseconds: 4e6, endMicroseconds: 5e6, viewers: "premium" },
];

let kernels: CheckKernels;
beforeAll(async () => {
  kernels = await loadCheckKernels();
});

/** One segment's bytes as the method cuts them, nothing of them known. */
const CUTTERS: Partial<
  Record<Method, (bytes: Uint8Array) => Promise<Pick<DividedSegment, "publicBytes" | "withheld">>>
> = {
  samples: (bytes) =>
    cutSegment(kernels, bytes.slice(), {
      ...{ pieces: [], beside: [], pictureTracks: undefined, allowance: 0, generous: false, alone: false },
    }),
  mpeg: (bytes) =>
    cutMpeg(kernels, bytes.slice(), {
      ...{ runs: [bytes.length], context: new Uint8Array(), factor: 0, recompress: true, patent: false },
    }),
};

async function divide(method: Method): Promise<Division & { journal: Uint8Array }> {
  const sinks = { main: new MemorySink(), slave: new MemorySink(), journal: new MemorySink() };
  const writer = await DivisionWriter.open({ ...description("sealed"), method, restrictions: PARTS }, sinks);
  for (const [i, [role, second, length]] of LAYOUT.entries()) {
    const cut = await CUTTERS[method]?.(BYTES[i] as Uint8Array);
    await writer.add({
      ...{ track: FILE_TRACK, key: true, structure: length < 1000, pictures: 5 },
      ...{ startMicroseconds: second * 1e6, durationMicroseconds: 1e6, publicBytes: new Uint8Array() },
      ...{ withheld: new Uint8Array(), ...cut },
      ...role(length),
    });
  }
  await writer.finish();
  return { main: sinks.main.bytes(), slave: sinks.slave.bytes(), journal: sinks.journal.bytes() };
}

async function combine({ main, slave }: Division, layers?: string[]): Promise<Uint8Array> {
  const sink = new MemorySink();
  const [reader, parts] = [
    await MainReader.open(sourceFromBytes(main)),
    await SlaveReader.open(sourceFromBytes(slave)),
  ];
  await combineVideo(reader, parts, sink, { pool: poolHere(kernels), kernels: async () => kernels }, { layers });
  return sink.bytes();
}

const bytesOf = (isTaken: (role: SegmentRole) => boolean): Uint8Array =>
  concatBytes(...BYTES.filter((_, i) => isTaken((LAYOUT[i] as (typeof LAYOUT)[number])[0](1))));

describe.each(["samples", "mpeg"] as const)("a file that method %s keeps, with hidden parts", (method) => {
  it("R4 is the source with all units, and with base's alone the file that stands in for it", async () => {
    const pair = await divide(method);
    const base = bytesOf(({ baseBytes }) => baseBytes > 0);
    expectSameBytes(
      await combine(pair),
      bytesOf(({ sourceBytes }) => sourceBytes > 0),
      "all layers",
    );
    expectSameBytes(await combine(pair, ["base"]), base, "base alone");
    expectSameBytes(await combine(await ordinary(pair)), base, "a slave without the layer");
    expect(base.length).toBe(90 + 4000 + 6000 + 5000 + 400);
  });

  it("R4 is told by both lists of lengths, and its pictures are counted once", async () => {
    const { trailer } = await MainReader.open(sourceFromBytes((await divide(method)).main));
    const numbers = (list: Uint8Array | undefined): number[] =>
      Array.from({ length: (list?.length ?? 0) / 4 }, (_, i) => Buffer.from(list as Uint8Array).readUInt32BE(4 * i));
    const [source, base] = [numbers(trailer?.sourceLengths), numbers(trailer?.baseLengths)];
    const starts = LAYOUT.map(([role], i) => role(1).layer === 1 && LAYOUT[i - 1]?.[0](1).layer !== 1);
    const expected = (wanted: "sourceBytes" | "baseBytes"): number[] =>
      LAYOUT.flatMap(([role, , bytes], i) => [...(starts[i] ? [0] : []), role(bytes)[wanted]]);
    expect(source).toEqual(expected("sourceBytes"));
    expect(base).toEqual(expected("baseBytes"));
    expect(trailer?.pictures).toBe(5 * LAYOUT.filter(([role]) => role(1).layer === 0).length);
  });

  it("R4 goes on from its start after an interruption: no encoder goes on in the middle", async () => {
    const { main, slave, journal } = await divide(method);
    const unfinished = await readUnfinished(
      sourceFromBytes(main.subarray(0, main.length - 2000)),
      sourceFromBytes(slave),
      sourceFromBytes(journal),
    );
    if (unfinished === undefined) throw new Error("nothing is left");
    expect(unfinished.segments.length).toBeGreaterThan(5);
    expect(resumable(unfinished).segments).toEqual([]);
  });

  it("R4 does not combine where bytes of a rendition are missing", async () => {
    const pair = await divide(method);
    const reader = await MainReader.open(sourceFromBytes(pair.main));
    const { trailer } = reader;
    if (trailer === undefined) throw new Error("no trailer");
    trailer.baseLengths = trailer.baseLengths?.slice(0, -4);
    trailer.baseLengths?.set([0, 0, 0, 89], 4 * 2);
    const sink = new MemorySink();
    const parts = await SlaveReader.open(sourceFromBytes(pair.slave));
    const host = { pool: poolHere(kernels), kernels: async () => kernels };
    expect(String(await errorOf(combineVideo(reader, parts, sink, host, { layers: ["base"] })))).toMatch(
      /base layer's bytes combined, 15489 expected/,
    );
  });
});
