import { decode, encode } from "cborg";
import { describe, expect, it } from "vitest";
import { concatBytes, MemorySink, sourceFromBlob, sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { sha256 } from "../../codec/crypto/primitives.ts";
import { type DividedSegment, DivisionWriter } from "../../codec/division/division-writer.ts";
import { checkPair } from "../../codec/division/pairing.ts";
import { FormatError } from "../../codec/errors.ts";
import { frameTrailer, MAIN_MAGIC, SLAVE_MAGIC, writePreamble } from "../../codec/format/layout.ts";
import { MainReader, MainWriter } from "../../codec/format/main-file.ts";
import { SlaveReader } from "../../codec/format/slave-file.ts";
import { description, errorOf, openDivision, randomSegments, writeDivision } from "../support/divisions.ts";

const SEGMENTS = 7;
const SEED = 67;

/** The file with fields added to its header and trailer that no version knows; its hashes made anew. */
async function withUnknownFields(file: Uint8Array, magic: Uint8Array): Promise<Uint8Array> {
  const unknown = { zukunft: [1, { a: new Uint8Array(3) }], layersOfTomorrow: null };
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const headerEnd = 16 + view.getUint32(12);
  const trailerStart = file.length - view.getUint32(file.length - 12);
  const header = encode({ ...(decode(file.subarray(16, headerEnd)) as object), ...unknown });
  const start = concatBytes(writePreamble(magic, header.length), header);
  const trailer = encode({ ...(decode(file.subarray(trailerStart + 16, file.length - 12)) as object), ...unknown });
  return concatBytes(
    start,
    file.subarray(headerEnd, trailerStart),
    frameTrailer(trailer, await sha256(await sha256(start), trailer)),
  );
}

for (const protection of ["sealed", "patent"] as const) {
  describe(`a division written and read, ${protection}`, () => {
    it("gives every segment back in order, the last one marked", async () => {
      const segments = randomSegments(SEGMENTS, SEED);
      const opened = await openDivision(await writeDivision(segments, protection));
      expect(opened.map(({ publicBytes }) => publicBytes)).toEqual(segments.map(({ publicBytes }) => publicBytes));
      expect(opened.map(({ withheld }) => withheld)).toEqual(segments.map(({ withheld }) => withheld));
      expect(opened.map(({ head }) => head)).toEqual(
        segments.map(
          (
            { layer, track, key, structure, startMicroseconds, durationMicroseconds, pictures, publicBytes },
            number,
          ) => ({
            ...{ layer, track, key, structure, startMicroseconds, durationMicroseconds, pictures },
            number,
            last: number === SEGMENTS - 1,
            length: publicBytes.length,
          }),
        ),
      );
    });

    it("D6 names both files in each other and carries what a viewer and a decoder have to know", async () => {
      const files = await writeDivision(randomSegments(SEGMENTS, SEED), protection);
      const main = await MainReader.open(sourceFromBlob(new Blob([files.main as BlobPart])));
      const slave = await SlaveReader.open(sourceFromBlob(new Blob([files.slave as BlobPart])));
      const given = description(protection);
      const { mainName, slaveName, ...inMain } = given;
      expect(main.header).toMatchObject({ ...inMain, slaveName });
      expect(slave.header).toMatchObject({ mainName, method: given.method, protection, parameters: given.parameters });
      expect(main.header.slaveId).toEqual(slave.header.id);
      expect(slave.header.mainId).toEqual(main.header.id);
      expect(main.header.umid.subarray(16)).toEqual(main.header.id);
      expect(slave.header.secret?.length).toBe(protection === "sealed" ? 32 : undefined);
      // Running time: the furthest end; pictures of the video track only (segments 0, 2, 4, 6).
      expect(main.trailer?.durationMicroseconds).toBe(4_000_007);
      expect(slave.trailer.durationMicroseconds).toBe(4_000_007);
      expect(main.trailer?.pictures).toBe(25 + 27 + 29 + 31);
      expect(main.index.map((entry) => entry.number)).toEqual([0, 1, 2, 3, 4, 5, 6]);
      expect(main.index.map((entry) => entry.startMilliseconds)).toEqual([0, 0, 1000, 1000, 2000, 2000, 3000]);
      expect(() => checkPair(main, slave.header, slave.trailer)).not.toThrow();
    });

    it("reads a file without segments", async () => {
      const files = await writeDivision([], protection);
      expect(await openDivision(files)).toEqual([]);
      expect((await MainReader.open(sourceFromBytes(files.main))).trailer?.durationMicroseconds).toBe(0);
    });

    it("skips fields that it does not know", async () => {
      const files = await writeDivision(randomSegments(SEGMENTS, SEED), protection);
      const main = await MainReader.open(sourceFromBytes(await withUnknownFields(files.main, MAIN_MAGIC)));
      expect(main.header.title).toBe("A walk along the bay");
      expect((await main.readSegment(3)).head.number).toBe(3);
      const slave = await SlaveReader.open(sourceFromBytes(await withUnknownFields(files.slave, SLAVE_MAGIC)));
      expect(slave.segments).toBe(SEGMENTS);
      expect("zukunft" in slave.header).toBe(false);
    });

    it("recognises a cut main by its missing trailer, and reads what is left only on request", async () => {
      const segments = randomSegments(SEGMENTS, SEED);
      const files = await writeDivision(segments, protection);
      const whole = await MainReader.open(sourceFromBytes(files.main));
      const slave = await SlaveReader.open(sourceFromBytes(files.slave));
      const endOf = (number: number): number =>
        (whole.index[number]?.offsetBytes ?? 0) + 48 + (whole.index[number]?.length ?? 0);
      const lengths = [
        endOf(6) + 5,
        endOf(6),
        endOf(6) - 1,
        endOf(3) + 1,
        endOf(3),
        (whole.index[0]?.offsetBytes ?? 0) + 3,
        files.main.length - 1,
      ];
      const left = [7, 7, 6, 4, 4, 0, 7];
      for (const [i, length] of lengths.entries()) {
        const source = sourceFromBytes(files.main.subarray(0, length));
        const refused = await errorOf(MainReader.open(source));
        expect(refused, `${length} bytes`).toBeInstanceOf(FormatError);
        expect(refused).toMatchObject({ code: "format", details: { cut: true, offsetBytes: length } });
        const scanned = await MainReader.open(source, { scan: true });
        expect(scanned.trailer).toBeUndefined();
        expect(scanned.index.length, `${length} bytes`).toBe(left[i]);
        expect(() => checkPair(scanned, slave.header, slave.trailer)).not.toThrow();
        for (let number = 0; number < scanned.index.length; number++) {
          expect(scanned.index[number]).toEqual(whole.index[number]);
          expect((await scanned.readSegment(number)).head.length).toBe(segments[number]?.publicBytes.length);
        }
      }
    });

    it("refuses a slave cut anywhere", async () => {
      const { slave } = await writeDivision(randomSegments(3, SEED), protection);
      for (let length = 0; length < slave.length; length++) {
        expect(
          await errorOf(SlaveReader.open(sourceFromBytes(slave.subarray(0, length)))),
          `${length} bytes`,
        ).toBeInstanceOf(FormatError);
      }
    });

    it("D1 makes other ids, keys and bytes of the same segments each time", async () => {
      const [first, second] = [
        await writeDivision(randomSegments(2, SEED), protection),
        await writeDivision(randomSegments(2, SEED), protection),
      ];
      const [a, b] = [
        await SlaveReader.open(sourceFromBytes(first.slave)),
        await SlaveReader.open(sourceFromBytes(second.slave)),
      ];
      expect(a.header.id).not.toEqual(b.header.id);
      expect(a.header.mainId).not.toEqual(b.header.mainId);
      if (protection === "sealed") expect(a.header.secret).not.toEqual(b.header.secret);
    });
  });
}

describe("DivisionWriter", () => {
  it("writes to sinks that cannot seek and leaves nothing behind when it is aborted", async () => {
    const sinks = { main: new MemorySink(), slave: new MemorySink() };
    const writer = await DivisionWriter.open(description("sealed"), sinks);
    for (const segment of randomSegments(3, SEED)) await writer.add(segment);
    await writer.abort();
    expect([sinks.main.aborted, sinks.slave.aborted]).toEqual([true, true]);
    expect([sinks.main.bytes().length, sinks.slave.bytes().length]).toEqual([0, 0]);
  });

  it("counts bytes as they are, the poster apart", async () => {
    const sinks = { main: new MemorySink(), slave: new MemorySink() };
    const writer = await DivisionWriter.open(description("sealed"), sinks);
    for (const segment of randomSegments(3, SEED)) await writer.add(segment);
    const result = await writer.finish();
    expect(result.mainBytes + result.extrasBytes).toBe(sinks.main.bytes().length);
    expect(result.slaveBytes).toBe(sinks.slave.bytes().length);
    expect(result).toMatchObject({ extrasBytes: 4, segments: 3, pictures: 25 + 27 });
  });

  it("keeps times of days to the microsecond", async () => {
    const [segment] = randomSegments(1, SEED) as [DividedSegment];
    const late = { ...segment, startMicroseconds: 3 * 86_400_000_000 + 1 };
    const [opened] = await openDivision(await writeDivision([late], "sealed"));
    expect(opened?.head.startMicroseconds).toBe(late.startMicroseconds);
  });

  it("refuses to write a segment that no reader takes, by name", async () => {
    const [segment] = randomSegments(1, SEED) as [DividedSegment];
    const tooLarge = [
      { ...segment, publicBytes: new Uint8Array((8 << 20) + 1) },
      { ...segment, withheld: new Uint8Array((4 << 20) + 1) },
    ];
    for (const one of tooLarge) {
      expect(await errorOf(writeDivision([segment, one], "patent"))).toMatchObject({
        code: "unsupported",
        details: { segment: 1 },
      });
    }
    const largest = { ...segment, publicBytes: new Uint8Array(8 << 20), withheld: new Uint8Array(4 << 20) };
    expect((await openDivision(await writeDivision([largest], "sealed"))).length).toBe(1);
  });
});

describe("MainWriter", () => {
  it("keeps tags as copies: views of what was sealed would keep a whole film in memory", async () => {
    const writer = MainWriter.resume(new MemorySink(), 0, new Uint8Array(32));
    const sealed = new Uint8Array(100).fill(7);
    const place = { layer: 0, track: 0, key: true, last: true, structure: false, pictures: 1 };
    const head = { number: 0, startMicroseconds: 0, durationMicroseconds: 1, length: 84, ...place };
    await writer.writeSegment(head, sealed.subarray(0, 84), sealed.subarray(84));
    sealed.fill(9);
    expect(await writer.finish(1, 1)).toEqual(await sha256(new Uint8Array(16).fill(7)));
  });
});
