/** Pairs with the layer `restricted`: who has which units sees which rendition, and nobody opens a layer with another's secret. */
import { beforeAll, describe, expect, it } from "vitest";
import { MemorySink, sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { type DividedSegment, DivisionWriter } from "../../codec/division/division-writer.ts";
import { renditionOf } from "../../codec/division/rendition.ts";
import { SegmentOpener, type SlaveParts } from "../../codec/division/segment-opener.ts";
import { readUnfinished } from "../../codec/division/unfinished.ts";
import { FormatError, PairingError, UnsupportedError } from "../../codec/errors.ts";
import { cutSlave } from "../../codec/format/cut-slave.ts";
import { INDEX_ROW_BYTES, MAIN_HEAD_BYTES, TAG_BYTES } from "../../codec/format/layout.ts";
import { MainReader } from "../../codec/format/main-file.ts";
import { SlaveReader } from "../../codec/format/slave-file.ts";
import { BASE_LAYER } from "../../codec/layers/base.ts";
import { partsOfUnit } from "../../codec/layers/parts-of-unit.ts";
import { RESTRICTED_LAYER } from "../../codec/layers/restricted.ts";
import { slotsOf } from "../../codec/layers/slots.ts";
import { isStartUnit } from "../../codec/layers/start-unit.ts";
import { createSealedProtection } from "../../codec/protect/sealed.ts";
import { timelineOf } from "../../server/timeline.ts";
import { type Division, description, errorOf } from "../support/divisions.ts";
import { createRandom } from "../support/fills.ts";
import { openSegment as openIndependently, readCmixFile } from "../support/independent-opener.ts";
import { expectSameBytes } from "../support/kernels.ts";
import { withNewChecksum } from "../support/restricted.ts";

const SEED = 181;
const RESTRICTIONS = [
  { startMicroseconds: 1_000_000, endMicroseconds: 3_000_000, viewers: "premium" },
  { startMicroseconds: 4_000_000, endMicroseconds: 5_000_000, viewers: "age:18" },
];

/** Six seconds, a segment each: the second and third, and the fifth, are hidden; of the last the substitute is cut in two. */
function segments(): DividedSegment[] {
  const random = createRandom(SEED);
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, random);
  const segment = (second: number, layer: number, substitute = false, length = 1): DividedSegment => ({
    ...{ layer, track: 0, key: true, structure: false, substitute, pictures: 25 * length },
    ...{ startMicroseconds: second * 1e6, durationMicroseconds: length * 1e6 },
    publicBytes: bytes(200),
    withheld: bytes(40),
  });
  return [
    segment(0, BASE_LAYER),
    segment(1, RESTRICTED_LAYER, false, 2),
    segment(1, BASE_LAYER, true),
    segment(2, BASE_LAYER, true),
    segment(3, BASE_LAYER),
    segment(4, RESTRICTED_LAYER),
    segment(4, BASE_LAYER, true),
    segment(5, BASE_LAYER),
  ];
}
/** Their numbers in the file: start units stand before the hidden ones. */
const NUMBERS = [0, 2, 3, 4, 5, 7, 8, 9];
const START_UNITS = [1, 6];

async function divide(all = segments(), restrictions = RESTRICTIONS): Promise<Division & { journal: Uint8Array }> {
  const sinks = { main: new MemorySink(), slave: new MemorySink(), journal: new MemorySink() };
  const writer = await DivisionWriter.open({ ...description("sealed"), restrictions }, sinks);
  for (const segment of all) await writer.add(segment);
  const { pictures } = await writer.finish();
  expect(pictures).toBe(6 * 25);
  return { main: sinks.main.bytes(), slave: sinks.slave.bytes(), journal: sinks.journal.bytes() };
}

const readMain = ({ main }: Division): Promise<MainReader> => MainReader.open(sourceFromBytes(main));
const readSlave = ({ slave }: Division): Promise<SlaveReader> => SlaveReader.open(sourceFromBytes(slave));
const openPair = async (pair: Division): Promise<SegmentOpener> =>
  SegmentOpener.open(await readMain(pair), await readSlave(pair));

/** The slave with base's parts alone. */
async function baseOnly(pair: Division): Promise<Division> {
  const sink = new MemorySink();
  await cutSlave(await readSlave(pair), (layer) => layer === BASE_LAYER, sink);
  return { main: pair.main, slave: sink.bytes() };
}

let pair: Division & { journal: Uint8Array };
beforeAll(async () => {
  pair = await divide();
});

describe("a pair with restricted parts", () => {
  it("R4 gives who has all units the true segments, and who has base's alone those that stand in for them", async () => {
    const all = segments();
    for (const [division, wanted, isTrue] of [
      [pair, [0, 1, 4, 5, 7], true],
      [await baseOnly(pair), [0, 2, 3, 4, 6, 7], false],
    ] as const) {
      const opener = await openPair(division);
      const rendition = await renditionOf(opener);
      expect(rendition.isTrue).toBe(isTrue);
      expect(rendition.entries.map(({ number }) => number)).toEqual(wanted.map((i) => NUMBERS[i]));
      for (const i of wanted) {
        const opened = await opener.openSegment(NUMBERS[i] as number);
        expectSameBytes(opened.publicBytes, all[i]?.publicBytes as Uint8Array, `public part ${i}`);
        expectSameBytes(opened.withheld, all[i]?.withheld as Uint8Array, `withheld part ${i}`);
      }
    }
    const rendition = await renditionOf(await openPair(pair), ["base"]);
    expect(rendition.entries.map(({ number }) => number)).toEqual([0, 3, 4, 5, 8, 9]);
    await expect(renditionOf(await openPair(pair), ["removal"])).rejects.toThrow("it has base, restricted");
  });

  it("R4 has each layer's secret apart: in start units, which base's viewers do not get", async () => {
    const [main, slave] = [await readMain(pair), await readSlave(pair)];
    expect(main.index.filter(isStartUnit).map(({ number }) => number)).toEqual(START_UNITS);
    const [first, second] = await Promise.all(START_UNITS.map((number) => slave.readSegment(number)));
    expect([first?.head.startUnit, first?.head.layer, first?.payload.length]).toEqual([true, RESTRICTED_LAYER, 64]);
    const secret = first?.payload.subarray(0, 32) as Uint8Array;
    expect(second?.payload.subarray(0, 32)).toEqual(secret);
    expect(second?.payload.subarray(32)).not.toEqual(first?.payload.subarray(32));
    expect(Buffer.from(pair.main).includes(Buffer.from(secret))).toBe(false);
    expect(Buffer.from(await slave.readStart()).includes(Buffer.from(secret))).toBe(false);
    expect(slave.header.restrictions).toEqual(RESTRICTIONS);
    expect("restrictions" in main.header).toBe(false);

    // Not even with the segment's own unit does base's secret open it.
    const { head, payload, tag } = await main.readSegment(2);
    const unit = (await slave.readSegment(2)).payload;
    const context = { mainId: main.header.id, headerHash: main.headerHash };
    const open = async (key: Uint8Array | undefined, withheld: Uint8Array) =>
      (await createSealedProtection(context, key as Uint8Array)).open(head, payload, tag, withheld);
    expect(await open(secret, unit)).toEqual(segments()[1]?.publicBytes);
    await expect(open(slave.header.secret, unit)).rejects.toBeInstanceOf(FormatError);
    await expect(open(secret, unit.subarray(0, unit.length - 32))).rejects.toBeInstanceOf(FormatError);
  });

  it("ends each withheld part of the layer in 32 bytes that are others each time", async () => {
    const again = await divide();
    const [one, other] = [await readSlave(pair), await readSlave(again)];
    for (const number of [2, 7]) {
      const [first, second] = [(await one.readSegment(number)).payload, (await other.readSegment(number)).payload];
      expect(first.length).toBe(40 + 32);
      expect(first.subarray(0, 40)).toEqual(second.subarray(0, 40));
      expect(first.subarray(40)).not.toEqual(second.subarray(40));
    }
    expect((await one.readSegment(3)).payload.length).toBe(40);
  });

  it("is read by a reader from FORMAT.md alone, which opens both layers", () => {
    const [main, slave] = [readCmixFile(pair.main, "main"), readCmixFile(pair.slave, "slave")];
    segments().forEach((segment, i) => {
      expectSameBytes(openIndependently(main, slave, NUMBERS[i] as number), segment.publicBytes, `segment ${i}`);
    });
    for (const number of START_UNITS) expect(openIndependently(main, slave, number).length).toBe(0);
  });

  it("leaves a reader of before the base layer: no head has a flag that it refuses", async () => {
    const { index } = await readMain(pair);
    for (const { offsetBytes } of index) expect(pair.main[offsetBytes + 10] as number).toBeLessThan(8);
    expect(index.map(({ substitute }) => substitute)).toEqual(
      Array.from({ length: 10 }, (_, number) => [3, 4, 8].includes(number)),
    );
  });

  it("is refused where the main's index calls a substitute what is none, or the other way round", async () => {
    const main = await readMain(pair);
    const rows = Buffer.from(pair.main).indexOf(Buffer.from(main.trailer?.index as Uint8Array));
    for (const number of [0, 3]) {
      const bytes = pair.main.slice();
      const flags = rows + number * INDEX_ROW_BYTES + 14;
      bytes[flags] = (bytes[flags] as number) ^ 8;
      const reader = await MainReader.open(sourceFromBytes(await withNewChecksum(bytes, main.headerHash)));
      const opener = await SegmentOpener.open(reader, await readSlave(pair));
      expect(await errorOf(opener.openSegment(number))).toBeInstanceOf(PairingError);
    }
  });

  it("gives a viewer without the units nothing, without an error, and says so where the segment was asked for", async () => {
    const slave = await readSlave(pair);
    const asked: number[] = [];
    const parts: SlaveParts = {
      header: slave.header,
      async readSegment(number, layer) {
        asked.push(number);
        return layer === BASE_LAYER ? slave.readSegment(number) : undefined;
      },
    };
    const opener = await SegmentOpener.open(await readMain(pair), parts);
    expect(await opener.openHeld(2)).toBeUndefined();
    expect((await opener.openHeld(3))?.publicBytes).toEqual(segments()[2]?.publicBytes);
    expect(asked).toEqual([2, 3]); // the secret is not asked for in vain
    await expect(opener.openSegment(7)).rejects.toThrow("without its part of segment 7");
  });

  it("opens from the middle on: the start unit is the one right before the part", async () => {
    const slave = await readSlave(pair);
    const asked: [number, boolean | undefined][] = [];
    const parts: SlaveParts = {
      header: slave.header,
      async readSegment(number, _layer, again) {
        asked.push([number, again]);
        return slave.readSegment(number);
      },
    };
    const opener = await SegmentOpener.open(await readMain(pair), parts);
    expect((await opener.openHeld(7))?.publicBytes).toEqual(segments()[5]?.publicBytes);
    expect(asked).toEqual([
      [7, undefined],
      [6, true],
    ]);
    await opener.openHeld(2);
    expect(asked.length).toBe(3); // known by then
  });

  it("refuses a start unit of another division", async () => {
    const other = await readSlave(await divide());
    const slave = await readSlave(pair);
    const parts: SlaveParts = {
      header: slave.header,
      readSegment: async (number) => (number === 1 ? other : slave).readSegment(number),
    };
    const opener = await SegmentOpener.open(await readMain(pair), parts);
    expect(await errorOf(opener.openHeld(2))).toBeInstanceOf(FormatError);
  });

  it("cannot be divided under protection patent, which leaves all in the open", async () => {
    const sinks = { main: new MemorySink(), slave: new MemorySink() };
    const opened = DivisionWriter.open({ ...description("patent"), restrictions: RESTRICTIONS }, sinks);
    expect(await errorOf(opened)).toBeInstanceOf(UnsupportedError);
  });

  it("a slave without a layer belongs to the same main and holds nothing of it", async () => {
    const cut = await baseOnly(pair);
    const [whole, base] = [await readSlave(pair), await readSlave(cut)];
    expect(await base.readStart()).toEqual(await whole.readStart());
    expect(base.segments).toBe(whole.segments);
    for (let number = 0; number < whole.segments; number++) {
      const [{ head, payload }, left] = [await whole.readSegment(number), await base.readSegment(number)];
      const isKept = head.layer === BASE_LAYER;
      expect(left.head).toEqual(isKept ? head : { ...head, absent: true, length: 0 });
      expect(left.payload.length).toBe(isKept ? payload.length : 0);
      if (!isKept)
        for (let at = 0; at + 16 <= payload.length; at += 8)
          expect(Buffer.from(cut.slave).includes(Buffer.from(payload.subarray(at, at + 16)))).toBe(false);
    }
  });

  it("an interrupted division goes on with the layer's secret, though its segments are sealed to other bytes", async () => {
    const all = segments();
    const main = await readMain(pair);
    const slave = await readSlave(pair);
    for (const kept of [2, 3, 8]) {
      // Cut in the middle of the segment behind those that are whole; all tags are in the journal.
      const mainCut = pair.main.subarray(0, (main.index[kept]?.offsetBytes ?? 0) + MAIN_HEAD_BYTES + TAG_BYTES + 9);
      const slaveCut = pair.slave.subarray(0, slave.offsets[kept + 1]);
      const files = [mainCut, slaveCut, pair.journal].map((bytes) => sourceFromBytes(bytes));
      const unfinished = await readUnfinished(...(files as [never, never, never]));
      if (unfinished === undefined) throw new Error("nothing kept");
      expect(unfinished.segments.length).toBe(kept);
      expect(unfinished.secrets.has(RESTRICTED_LAYER)).toBe(true);
      const sinks = { main: new MemorySink(), slave: new MemorySink(), journal: new MemorySink() };
      await sinks.main.write(mainCut.subarray(0, unfinished.mainBytes));
      await sinks.slave.write(slaveCut.subarray(0, unfinished.slaveBytes));
      await sinks.journal.write(pair.journal.subarray(0, unfinished.journalBytes));
      const writer = await DivisionWriter.resume(unfinished, sinks, { restrictions: RESTRICTIONS });
      for (const segment of unfinished.segments)
        writer.keep({ ...segment.head, substitute: segment.substitute }, segment);
      for (const [i, segment] of all.entries()) if ((NUMBERS[i] as number) >= kept) await writer.add(segment);
      await writer.finish();
      const gone = { main: sinks.main.bytes(), slave: sinks.slave.bytes() };
      const opener = await openPair(gone);
      for (const [i, segment] of all.entries())
        expectSameBytes(
          (await opener.openSegment(NUMBERS[i] as number)).publicBytes,
          segment.publicBytes,
          `segment ${i}, ${kept} kept`,
        );
      // A second interruption finds the journal of the first beside it.
      const again = [gone.main, gone.slave, sinks.journal.bytes()].map((bytes) => sourceFromBytes(bytes));
      expect((await readUnfinished(...(again as [never, never, never])))?.segments.length).toBe(9);
    }
  });
});

describe("the slots of a track", () => {
  it("are what everybody sees, and parts with what stands in for them", async () => {
    const { index } = await readMain(pair);
    const numbers = slotsOf(index, 0).map(({ number, base, restricted }) => [
      number,
      base.map((entry) => entry.number),
      restricted?.map((entry) => entry.number),
    ]);
    expect(numbers).toEqual([
      [0, [0], undefined],
      [1, [3, 4], [2]],
      [5, [5], undefined],
      [6, [8], [7]],
      [9, [9], undefined],
    ]);
    expect(slotsOf(index, 1)).toEqual([]);
  });
});

describe("a unit's parts", () => {
  it("are those that it overlaps by more than times are rounded by, or the nearest", () => {
    const [a, b] = RESTRICTIONS;
    expect(partsOfUnit(RESTRICTIONS, 1000, 2000)).toEqual([a]);
    expect(partsOfUnit(RESTRICTIONS, 4000, 0)).toEqual([b]);
    expect(partsOfUnit(RESTRICTIONS, 2500, 2000)).toEqual([a, b]);
    expect(partsOfUnit(RESTRICTIONS, 2999, 1001)).toEqual([a]);
    expect(partsOfUnit(RESTRICTIONS, 950, 0)).toEqual([a]);
    expect(partsOfUnit(RESTRICTIONS, 3900, 0)).toEqual([b]);
    expect(partsOfUnit([], 0, 1000)).toEqual([]);
  });

  it("follow from a timeline in which a hidden segment ends where everybody sees again", async () => {
    const slave = await readSlave(pair);
    const heads = await Promise.all(
      Array.from({ length: slave.segments }, async (_, number) => (await slave.readSegment(number)).head),
    );
    const times = timelineOf(heads, 6000).map(({ startMilliseconds, durationMilliseconds }) => [
      startMilliseconds,
      durationMilliseconds,
    ]);
    expect(times[2]).toEqual([1000, 2000]);
    expect(times[7]).toEqual([4000, 1000]);
    expect([times[1], times[6]]).toEqual([
      [1000, 0],
      [4000, 0],
    ]);
    expect(times.filter((_, number) => heads[number]?.layer === BASE_LAYER).map(([, length]) => length)).toEqual(
      Array(6).fill(1000),
    );
  });
});
