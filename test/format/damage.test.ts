import { encode } from "cborg";
import { describe, expect, it } from "vitest";
import { type ByteSource, concatBytes, sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { sha256 } from "../../codec/crypto/primitives.ts";
import { CmixError, FormatError, PairingError } from "../../codec/errors.ts";
import { frameTrailer, MAIN_MAGIC, SLAVE_MAGIC, writePreamble } from "../../codec/format/layout.ts";
import { MainReader } from "../../codec/format/main-file.ts";
import { SlaveReader } from "../../codec/format/slave-file.ts";
import {
  type Division,
  errorOf,
  openDivision,
  type ProtectionName,
  randomSegments,
  writeDivision,
} from "../support/divisions.ts";
import { below, createRandom } from "../support/fills.ts";
import { mutate } from "../support/mutate.ts";

const SEED = 71;
/** What no reader may ask for at once: the largest trailer. */
const READ_MAX_BYTES = 32 << 20;

interface Regions {
  /** Name of what a byte belongs to, by its place. */
  nameAt(place: number): string;
  segmentStart: number[];
  trailer: number;
}

async function mainRegions(bytes: Uint8Array): Promise<Regions> {
  const reader = await MainReader.open(sourceFromBytes(bytes));
  const segmentStart = reader.index.map((entry) => entry.offsetBytes);
  const trailer = bytes.length - new DataView(bytes.buffer).getUint32(bytes.length - 12);
  return {
    segmentStart,
    trailer,
    nameAt(place) {
      if (place < 16) return "preamble";
      if (place >= trailer) return place < bytes.length - 12 ? "trailer" : "footer";
      const number = segmentStart.findLastIndex((start) => start <= place);
      if (number < 0) return "header";
      const inside = place - (segmentStart[number] as number);
      return inside < 32 ? "head" : inside < 48 ? "tag" : "payload";
    },
  };
}

async function slaveRegions(bytes: Uint8Array): Promise<Regions> {
  const reader = await SlaveReader.open(sourceFromBytes(bytes));
  const segmentStart = reader.offsets.slice(0, -1);
  const trailer = reader.offsets.at(-1) as number;
  return {
    segmentStart,
    trailer,
    nameAt(place) {
      if (place < 16) return "preamble";
      if (place >= trailer) return place < bytes.length - 12 ? "trailer" : "footer";
      const number = segmentStart.findLastIndex((start) => start <= place);
      if (number < 0) return "header";
      const inside = place - (segmentStart[number] as number);
      return inside < 20 ? "head" : inside < 28 ? "tag" : "payload";
    },
  };
}

const flipped = (bytes: Uint8Array, place: number, bit: number): Uint8Array => {
  const out = bytes.slice();
  out[place] = (out[place] as number) ^ (1 << bit);
  return out;
};

for (const protection of ["sealed", "patent"] as const) {
  describe(`a damaged division, ${protection}`, () => {
    for (const which of ["main", "slave"] as const) {
      it(`is refused by name for each single flipped byte of the ${which}, every region`, async () => {
        const files = await writeDivision(randomSegments(4, SEED), protection);
        const regions = await (which === "main" ? mainRegions : slaveRegions)(files[which]);
        const seen = new Map<string, number>();
        const random = createRandom(SEED);
        for (let place = 0; place < files[which].length; place++) {
          const error = await errorOf(
            openDivision({ ...files, [which]: flipped(files[which], place, below(random, 8)) }),
          );
          const region = regions.nameAt(place);
          if (!(error instanceof FormatError)) expect.fail(`byte ${place} (${region}): ${error ?? "was not noticed"}`);
          seen.set(region, (seen.get(region) ?? 0) + 1);
        }
        expect([...seen.keys()].sort()).toEqual(["footer", "head", "header", "payload", "preamble", "tag", "trailer"]);
      });
    }

    it("is refused when the slave is another division's", async () => {
      const [first, second] = [
        await writeDivision(randomSegments(3, SEED), protection),
        await writeDivision(randomSegments(3, SEED), protection),
      ];
      const error = await errorOf(openDivision({ main: first.main, slave: second.slave }));
      expect(error).toBeInstanceOf(PairingError);
      const { header } = await MainReader.open(sourceFromBytes(first.main));
      expect((error as PairingError).details.mainId).toBe(Buffer.from(header.id).toString("hex"));
      expect((error as PairingError).message).toContain(header.slaveName);
    });

    it("is refused when segments change places", async () => {
      const segments = randomSegments(6, SEED).map((segment) => ({
        ...segment,
        track: 0,
        publicBytes: segment.publicBytes.slice(0, 50),
        withheld: segment.withheld.slice(0, 16),
      }));
      segments.forEach((segment, i) => {
        segment.publicBytes = Uint8Array.from({ length: 50 }, () => i);
        segment.withheld = Uint8Array.from({ length: 16 }, () => i);
      });
      const files = await writeDivision(segments, protection);
      for (const which of ["main", "slave"] as const) {
        const { segmentStart } = await (which === "main" ? mainRegions : slaveRegions)(files[which]);
        const [a, b] = [segmentStart[1] as number, segmentStart[2] as number];
        const size = b - a;
        const swap = files[which].slice();
        swap.set(files[which].subarray(b, b + size), a);
        swap.set(files[which].subarray(a, b), b);
        expect(await errorOf(openDivision({ ...files, [which]: swap })), `${which} whole`).toBeInstanceOf(FormatError);
        // Renumbered, so that only the tag or checksum tells.
        const view = new DataView(swap.buffer);
        view.setUint32(a + 4, 1);
        view.setUint32(b + 4, 2);
        expect(await errorOf(openDivision({ ...files, [which]: swap })), `${which} renumbered`).toBeInstanceOf(
          FormatError,
        );
      }
    });

    it("is refused when a segment comes from another division of the same video", async () => {
      const segments = randomSegments(3, SEED);
      const [first, second] = [await writeDivision(segments, protection), await writeDivision(segments, protection)];
      for (const which of ["main", "slave"] as const) {
        const { segmentStart } = await (which === "main" ? mainRegions : slaveRegions)(first[which]);
        const [from, to] = [segmentStart[1] as number, segmentStart[2] as number];
        const mixed = first[which].slice();
        mixed.set(second[which].subarray(from, to), from);
        expect(await errorOf(openDivision({ ...first, [which]: mixed })), which).toBeInstanceOf(FormatError);
      }
    });

    it("is refused when its last segment is cut or gone, even with a trailer made to fit", async () => {
      const files = await writeDivision(randomSegments(4, SEED), protection);
      const { segmentStart, trailer } = await mainRegions(files.main);
      const shorter = concatBytes(files.main.subarray(0, trailer - 5), files.main.subarray(trailer));
      expect(await errorOf(openDivision({ ...files, main: shorter }))).toBeInstanceOf(FormatError);
      for (const keepHash of [false, true]) {
        for (const left of [3, 0]) {
          const main = await withTrailer(files.main, segmentStart[left] as number, left, keepHash);
          expect(
            await errorOf(openDivision({ ...files, main })),
            `${left} left, old hash of the tags kept: ${keepHash}`,
          ).toBeInstanceOf(FormatError);
          // A player has no slave trailer: the last flag, which the tag covers, tells it.
          const reader = await MainReader.open(sourceFromBytes(main));
          if (left > 0)
            expect(await errorOf(reader.readSegment(left - 1))).toMatchObject({
              code: "format",
              details: { segment: left - 1 },
            });
        }
      }
    });

    it("is refused with zeros in place of the slave, or of its payloads, or of the secret", async () => {
      const files = await writeDivision(randomSegments(3, SEED), protection);
      expect(await errorOf(openDivision({ ...files, slave: new Uint8Array(files.slave.length) }))).toMatchObject({
        code: "format",
        details: { offsetBytes: 0 },
      });
      const { segmentStart, trailer } = await slaveRegions(files.slave);
      const emptied = files.slave.slice().fill(0, (segmentStart[0] as number) + 28, segmentStart[1]);
      expect(await errorOf(openDivision({ ...files, slave: emptied }))).toMatchObject({
        code: "format",
        details: { segment: 0 },
      });
      expect(
        await errorOf(openDivision({ ...files, slave: files.slave.slice().fill(0, segmentStart[0], trailer) })),
      ).toBeInstanceOf(FormatError);
    });

    it("ends in a clear error for 3000 mutations of either file, with and without a scan", async () => {
      const files = await writeDivision(randomSegments(3, SEED), protection);
      for (let seed = 1; seed <= 3000; seed++) {
        const random = createRandom(seed);
        const which = random() & 1 ? "main" : "slave";
        const damaged: Division = { ...files, [which]: mutate(files[which], random) };
        const errors = [await errorOf(openDivision(damaged))];
        if (which === "main") errors.push(await errorOf(scanWhole(damaged.main)));
        const unchanged = Buffer.compare(damaged[which], files[which]) === 0;
        if (errors[0] === undefined && !unchanged) expect.fail(`seed=${seed}: damage of the ${which} was not noticed`);
        for (const error of errors) {
          if (
            error !== undefined &&
            !(error instanceof CmixError && ["format", "pairing", "unsupported"].includes(error.code))
          ) {
            expect.fail(`seed=${seed} ${which}: ${error instanceof Error ? error.stack : error}`);
          }
        }
      }
    });
  });
}

async function scanWhole(main: Uint8Array): Promise<void> {
  const reader = await MainReader.open(sourceFromBytes(main), { scan: true });
  for (let number = 0; number < reader.index.length; number++) await reader.readSegment(number);
}

/** The main cut before `end`, with a trailer over the segments that are left: all that can be made without the secret. */
async function withTrailer(main: Uint8Array, end: number, segments: number, keepHash: boolean): Promise<Uint8Array> {
  const reader = await MainReader.open(sourceFromBytes(main));
  const tags: Uint8Array[] = [];
  for (let number = 0; number < segments; number++) tags.push((await reader.readSegment(number)).tag);
  const index = (reader.trailer?.index ?? new Uint8Array()).slice(0, segments * 16);
  const cbor = encode({
    durationMicroseconds: 1,
    pictures: 1,
    index,
    tagsHash: keepHash ? reader.trailer?.tagsHash : await sha256(concatBytes(...tags)),
  });
  return concatBytes(main.subarray(0, end), frameTrailer(cbor, await sha256(reader.headerHash, cbor)));
}

describe("files that claim too much", () => {
  /** A file of any size: given bytes at its start and end, zeros between; refuses to hand out more than a reader may hold. */
  function vastSource(size: number, start: Uint8Array, end: Uint8Array): ByteSource {
    return {
      size,
      async read(offset, length) {
        if (length > READ_MAX_BYTES) expect.fail(`${length} bytes asked for at once`);
        const bytes = new Uint8Array(length);
        if (offset < start.length) bytes.set(start.subarray(offset, offset + length));
        const endOffset = size - end.length;
        if (offset + length > endOffset)
          bytes.set(
            end.subarray(Math.max(0, offset - endOffset), offset + length - endOffset),
            Math.max(0, endOffset - offset),
          );
        return bytes;
      },
    };
  }

  async function startOf(
    protection: ProtectionName,
    which: "main" | "slave",
  ): Promise<{ start: Uint8Array; hash: Uint8Array }> {
    const file = (await writeDivision(randomSegments(1, SEED), protection))[which];
    const start = file.slice(0, 16 + new DataView(file.buffer).getUint32(12));
    return { start, hash: await sha256(start) };
  }

  it("are refused at the header's length", async () => {
    for (const magic of [MAIN_MAGIC, SLAVE_MAGIC]) {
      const open = magic === MAIN_MAGIC ? MainReader.open : SlaveReader.open;
      for (const length of [0xffff_ffff, 0x8000_0000, (1 << 20) + 1]) {
        expect(await errorOf(open(vastSource(2 ** 40, writePreamble(magic, length), new Uint8Array())))).toMatchObject({
          code: "format",
          details: { offsetBytes: 12 },
        });
      }
    }
  });

  it("are refused at a segment's length, in the head and in the index", async () => {
    const length = 0xffff_fff0;
    for (const which of ["main", "slave"] as const) {
      const { start, hash } = await startOf("sealed", which);
      const rows = new Uint8Array(which === "main" ? 16 : 4);
      new DataView(rows.buffer).setUint32(which === "main" ? 8 : 0, length);
      const hashes =
        which === "main"
          ? { pictures: 1, tagsHash: new Uint8Array(32) }
          : { mainHeaderHash: new Uint8Array(32), mainTagsHash: new Uint8Array(32) };
      const cbor = encode({ durationMicroseconds: 1, index: rows, ...hashes });
      const trailer = frameTrailer(cbor, await sha256(hash, cbor));
      const size = start.length + (which === "main" ? 48 : 28) + length + trailer.length;
      const source = vastSource(size, start, trailer);
      expect(await errorOf(which === "main" ? MainReader.open(source) : SlaveReader.open(source)), which).toMatchObject(
        { code: "format", details: { segment: 0 } },
      );
    }
    // Cut, so that the head is read by scan.
    const { start } = await startOf("sealed", "main");
    const head = new Uint8Array(32);
    new DataView(head.buffer).setUint32(0, 0x5345474d);
    new DataView(head.buffer).setUint32(28, length);
    expect(
      await errorOf(MainReader.open(vastSource(2 ** 40, concatBytes(start, head), new Uint8Array()), { scan: true })),
    ).toMatchObject({ code: "format", details: { segment: 0 } });
  });

  it("are refused at the trailer's length", async () => {
    for (const which of ["main", "slave"] as const) {
      const { start } = await startOf("sealed", which);
      for (const length of [0xffff_ffff, (32 << 20) + 1, 13]) {
        const footer = frameTrailer(new Uint8Array(), new Uint8Array(8)).slice(-12);
        new DataView(footer.buffer).setUint32(0, length);
        const source = vastSource(2 ** 40, start, footer);
        expect(
          await errorOf(which === "main" ? MainReader.open(source) : SlaveReader.open(source)),
          `${which} ${length}`,
        ).toBeInstanceOf(FormatError);
      }
    }
  });

  it("are refused at CBOR that claims or nests without end", async () => {
    const claims = [
      Uint8Array.of(0x9b, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff), // array of 2^40 items
      Uint8Array.of(0xbb, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff), // map
      Uint8Array.of(0x5b, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff), // bytes
      Uint8Array.of(0x7b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), // text
      new Uint8Array(1 << 20).fill(0x81), // an array in an array in an array
      new Uint8Array(1 << 20).fill(0x9f),
      new Uint8Array(1 << 20).fill(0xa1),
    ];
    for (const cbor of claims) {
      for (const [magic, open] of [
        [MAIN_MAGIC, MainReader.open],
        [SLAVE_MAGIC, SlaveReader.open],
      ] as const) {
        const file = concatBytes(writePreamble(magic, cbor.length), cbor, new Uint8Array(64));
        expect(await errorOf(open(sourceFromBytes(file))), `${cbor[0]?.toString(16)}`).toMatchObject({
          code: "format",
        });
      }
    }
  });

  it("are told apart: another kind of file, a newer version, the other half", async () => {
    const files = await writeDivision(randomSegments(1, SEED), "sealed");
    expect(await errorOf(MainReader.open(sourceFromBytes(files.slave)))).toMatchObject({
      code: "format",
      details: { offsetBytes: 0 },
    });
    expect(await errorOf(SlaveReader.open(sourceFromBytes(files.main)))).toMatchObject({
      code: "format",
      details: { offsetBytes: 0 },
    });
    expect(await errorOf(MainReader.open(sourceFromBytes(new Uint8Array(0))))).toMatchObject({ code: "format" });
    const newer = files.main.slice();
    newer[8] = 2;
    expect(await errorOf(MainReader.open(sourceFromBytes(newer)))).toMatchObject({
      code: "format",
      details: { version: 2 },
    });
  });
});
