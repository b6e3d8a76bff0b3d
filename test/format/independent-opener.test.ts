import { beforeAll, describe, expect, it } from "vitest";
import { sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { SlaveReader } from "../../codec/format/slave-file.ts";
import { cryptUnit, START_UNIT } from "../../codec/protect/delivery.ts";
import { encodeClip } from "../support/compress.ts";
import { divideClip, randomSegments, writeDivision } from "../support/divisions.ts";
import { createRandom } from "../support/fills.ts";
import { openSegment, openUnit, readCmixFile, readPackets } from "../support/independent-opener.ts";
import { type CheckKernels, expectSameBytes, loadCheckKernels } from "../support/kernels.ts";
import { paintScene } from "../support/scenes.ts";

const SEED = 73;

let kernels: CheckKernels;
beforeAll(async () => {
  kernels = await loadCheckKernels();
});

describe("a reader written from FORMAT.md alone", () => {
  for (const protection of ["sealed", "patent"] as const) {
    it(`opens every segment of a division, ${protection}`, async () => {
      const segments = randomSegments(6, SEED);
      const files = await writeDivision(segments, protection);
      const [main, slave] = [readCmixFile(files.main, "main"), readCmixFile(files.slave, "slave")];
      expect(main.segments.length).toBe(6);
      expect(slave.segments.length).toBe(6);
      segments.forEach((segment, number) => {
        expectSameBytes(openSegment(main, slave, number), segment.publicBytes, `segment ${number}`);
        expectSameBytes((slave.segments[number] as Buffer).subarray(28), segment.withheld, `withheld part ${number}`);
      });
    });

    it(`finds heads, index, trailer and names as the document says, ${protection}`, async () => {
      const segments = randomSegments(5, SEED);
      const files = await writeDivision(segments, protection);
      const [main, slave] = [readCmixFile(files.main, "main"), readCmixFile(files.slave, "slave")];
      const index = main.trailer.index as Buffer;
      const lengths = slave.trailer.index as Buffer;
      segments.forEach((segment, number) => {
        const head = main.segments[number] as Buffer;
        const flags = (segment.key ? 1 : 0) | (segment.structure ? 4 : 0);
        expect(head.readUInt8(10)).toBe(flags | (number === 4 ? 2 : 0));
        expect(Number(head.readBigUInt64BE(12))).toBe(segment.startMicroseconds);
        expect([head.readUInt32BE(20), head.readUInt32BE(24)]).toEqual([
          segment.durationMicroseconds,
          segment.pictures,
        ]);
        const row = index.subarray(16 * number, 16 * number + 16);
        expect([row.readUInt32BE(0), row.readUInt32BE(4), row.readUInt32BE(8)]).toEqual([
          Math.floor(segment.startMicroseconds / 1000),
          Math.ceil(segment.durationMicroseconds / 1000),
          segment.publicBytes.length,
        ]);
        expect([...row.subarray(12)], `index row ${number}: layer, track, flags without 2, zero`).toEqual([
          0,
          segment.track,
          flags,
          0,
        ]);
        const withheldHead = slave.segments[number] as Buffer;
        expect([withheldHead.readUInt8(9), withheldHead.readUInt8(10), withheldHead.readUInt32BE(12)]).toEqual([
          segment.track,
          number === 4 ? 2 : 0,
          Math.floor(segment.startMicroseconds / 1000),
        ]);
        expect(lengths.readUInt32BE(4 * number)).toBe(segment.withheld.length);
      });
      expect(index.length).toBe(80);
      expect(lengths.length).toBe(20);
      expect(main.header.slaveId).toEqual(slave.header.id);
      expect(slave.header.mainId).toEqual(main.header.id);
      expect((main.header.umid as Buffer).toString("hex")).toBe(
        `060a2b340101010501010d2013000000${(main.header.id as Buffer).toString("hex")}`,
      );
      expect(slave.trailer.mainHeaderHash).toEqual(main.headerHash);
      expect(slave.trailer.mainTagsHash).toEqual(main.trailer.tagsHash);
      expect(main.trailer.durationMicroseconds).toBe(3_000_007);
      expect(Object.keys(main.header).sort()).toEqual(
        [
          "ageLimit",
          "copyright",
          "createdAt",
          "genre",
          "id",
          "layers",
          "method",
          "parameters",
          "player",
          "poster",
          "protection",
          "service",
          "slaveId",
          "slaveName",
          "title",
          "tracks",
          "umid",
        ].sort(),
      );
      expect(main.header.layers).toEqual([
        { id: 0, name: "base", public: protection === "sealed" ? "sealed" : "clear" },
      ]);
    });
  }

  it("refuses a sealed segment with another head, tag, payload or withheld part", async () => {
    const files = await writeDivision(randomSegments(2, SEED), "sealed");
    for (const place of [10, 13, 33, 60]) {
      const main = readCmixFile(files.main, "main");
      const segment = main.segments[0] as Buffer;
      segment[place] = (segment[place] as number) ^ 1;
      expect(() => openSegment(main, readCmixFile(files.slave, "slave"), 0), `byte ${place}`).toThrow();
    }
    const slave = readCmixFile(files.slave, "slave");
    const withheld = slave.segments[0] as Buffer;
    withheld[30] = (withheld[30] as number) ^ 1;
    expect(() => openSegment(readCmixFile(files.main, "main"), slave, 0)).toThrow();
  });

  it("finds the pictures of method compress in their packets", async () => {
    const clip = paintScene("camera", 64, 48, 6);
    const files = await divideClip(kernels, clip, {
      protection: "sealed",
      bitplane: "gray",
      planeCode: "read",
      quality: 5,
      gopPictures: 3,
    });
    const expected = encodeClip(await loadCheckKernels(), clip, "gray", 5, 3);
    const [main, slave] = [readCmixFile(files.main, "main"), readCmixFile(files.slave, "slave")];
    const packets = main.segments.flatMap((_, number) =>
      readPackets(openSegment(main, slave, number), (slave.segments[number] as Buffer).subarray(28)),
    );
    expect(packets.map((packet) => packet.durationMicroseconds)).toEqual(Array(6).fill(40_000));
    packets.forEach((packet, i) => {
      expectSameBytes(packet.publicPart, expected[i]?.publicBytes ?? new Uint8Array(), `public part of picture ${i}`);
      expectSameBytes(packet.withheld, expected[i]?.withheld ?? new Uint8Array(), `withheld part of picture ${i}`);
    });
  });
});

describe("a delivery decrypted from FORMAT.md alone", () => {
  for (const cmBytes of [1, 40, 5000, 65_536, 200_001]) {
    it(`S4 gives back what cryptUnit encrypted, CM of ${cmBytes} bytes`, async () => {
      const random = createRandom(SEED + cmBytes);
      const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, random);
      const files = await writeDivision(randomSegments(5, SEED), "sealed");
      const slave = await SlaveReader.open(sourceFromBytes(files.slave));
      const cm = bytes(cmBytes);
      const delivery = { playSecret: bytes(32), playId: bytes(16), slaveId: slave.header.id, cmId: bytes(16), cm };
      const cmHash = new Uint8Array(await crypto.subtle.digest("SHA-256", cm as BufferSource));
      const context = { ...delivery, cmHash, layer: 0 };
      const send = (number: number, unit: Uint8Array): Promise<Uint8Array> =>
        cryptUnit(kernels, context, sourceFromBytes(cm), number, unit);

      const start = await slave.readStart();
      const sentStart = await send(START_UNIT, start);
      expectSameBytes(openUnit(delivery, 0xffff_ffff, sentStart), start, "start");
      expectSameBytes(await send(START_UNIT, sentStart), start, "its own inverse");
      for (let number = 0; number < slave.segments; number++) {
        const unit = await slave.readSegmentBytes(number);
        const sent = await send(number, unit);
        expectSameBytes(openUnit(delivery, number, sent), unit, `unit ${number}`);
        // What goes over the wire holds no run of what it hides, and depends on the number, the play and the CM.
        for (let i = 0; i + 8 <= unit.length; i++)
          expect(Buffer.from(sent).includes(Buffer.from(unit.subarray(i, i + 8))), `run at ${i}`).toBe(false);
        expect(Buffer.from(await send(number + 1, unit)).equals(sent)).toBe(false);
        expect(
          Buffer.from(
            await cryptUnit(kernels, { ...context, playId: bytes(16) }, sourceFromBytes(cm), number, unit),
          ).equals(sent),
        ).toBe(false);
        const otherCm = cm.slice();
        otherCm[0] = (otherCm[0] as number) ^ 1;
        expect(openUnit({ ...delivery, cm: otherCm }, number, sent).equals(unit)).toBe(false);
      }
      expect((await send(7, new Uint8Array())).length).toBe(0);
    });
  }

  it("S4 refuses an empty CM", async () => {
    const context = {
      playSecret: new Uint8Array(32),
      playId: new Uint8Array(16),
      slaveId: new Uint8Array(16),
      cmId: new Uint8Array(16),
      cmHash: new Uint8Array(32),
      layer: 0,
    };
    await expect(cryptUnit(kernels, context, sourceFromBytes(new Uint8Array()), 0, new Uint8Array(3))).rejects.toThrow(
      RangeError,
    );
  });
});
