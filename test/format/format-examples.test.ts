/** The worked examples of FORMAT.md 12 and 13, read with the readers of codec/: the bytes are what the text says. */
import { createDecipheriv, createHash, hkdfSync } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { concatBytes, fromHex, sourceFromBytes, toHex } from "../../codec/bytes/bytes.ts";
import { sha256 } from "../../codec/crypto/primitives.ts";
import { checkPair } from "../../codec/division/pairing.ts";
import { encodeFields } from "../../codec/format/header.ts";
import {
  MAIN_HEAD_BYTES,
  MAIN_MAGIC,
  readIndex,
  readMainHead,
  TAG_BYTES,
  writePreamble,
} from "../../codec/format/layout.ts";
import { MainReader } from "../../codec/format/main-file.ts";
import { parseSlaveSegment, SlaveReader } from "../../codec/format/slave-file.ts";
import { withoutTail } from "../../codec/layers/registry.ts";
import { isStartUnit } from "../../codec/layers/start-unit.ts";
import { decodePacketList } from "../../codec/methods/compress/packet-list.ts";
import { createProtection } from "../../codec/protect/create-protection.ts";
import { readText } from "../support/tree.ts";

interface Line {
  offset: number;
  bytes: Uint8Array;
  /** Behind the semicolon; a field's further lines have none. */
  note: string | undefined;
}

/** The blocks of bytes and the named values of a section. */
function readExample(text: string): { blocks: Line[][]; values: Map<string, Uint8Array> } {
  const fenced = [...text.matchAll(/```\n([\s\S]*?)```/g)].map(([, inside = ""]) => inside.trimEnd().split("\n"));
  const isBytes = ([first = ""]: string[]): boolean => /^[0-9a-f]{3} {2}/.test(first);
  const blocks = fenced.filter(isBytes).map((lines) =>
    lines.map((line) => {
      const [, offset = "", bytes = "", note] = /^([0-9a-f]{3}) {2}([0-9a-f ]+?) *(?:; (.*))?$/.exec(line) ?? [];
      return { offset: Number.parseInt(offset, 16), bytes: fromHex(bytes.replaceAll(" ", "")), note };
    }),
  );
  const named = fenced.filter((lines) => !isBytes(lines)).flat();
  const values = named.map((line) => /^(.+?) +([0-9a-f]+)$/.exec(line)).map((found) => [found?.[1], found?.[2]]);
  return { blocks, values: new Map(values.map(([name = "", hex = ""]) => [name, fromHex(hex)])) };
}

const [, example = "", restrictedExample = ""] = readText("codec/format/FORMAT.md").split(/\n## 1[23]\. /);
const { blocks, values } = readExample(example);

const bytesOf = (lines: readonly Line[] | undefined): Uint8Array =>
  concatBytes(...(lines ?? []).map(({ bytes }) => bytes));
const [mainStart, mainSegment, mainTrailer, slaveStart, slaveSegment, slaveTrailer, sealedSegment] = blocks;
const mainBytes = concatBytes(bytesOf(mainStart), bytesOf(mainSegment), bytesOf(mainTrailer));
const slaveBytes = concatBytes(bytesOf(slaveStart), bytesOf(slaveSegment), bytesOf(slaveTrailer));

let main: MainReader;
let slave: SlaveReader;
beforeAll(async () => {
  main = await MainReader.open(sourceFromBytes(mainBytes));
  slave = await SlaveReader.open(sourceFromBytes(slaveBytes));
});

describe("the example in FORMAT.md", () => {
  it("has seven blocks of bytes, whose offsets follow from their lengths", () => {
    expect(blocks.length).toBe(7);
    for (const lines of [blocks.slice(0, 3).flat(), blocks.slice(3, 6).flat(), sealedSegment ?? []]) {
      let offset = lines[0]?.offset ?? 0;
      for (const line of lines) {
        expect(line.offset, `offset before ${toHex(line.bytes)}`).toBe(offset);
        offset += line.bytes.length;
      }
    }
  });

  it("gives each number as its bytes have it, and each mark and text as they spell it", () => {
    let seen = 0;
    for (const { bytes, note = "" } of blocks.flat()) {
      const [, number] = /: (\d+)/.exec(note) ?? [];
      if (number !== undefined) expect(BigInt(`0x${toHex(bytes)}`), note).toBe(BigInt(number));
      const [, mark] = /^mark "(\w+)"/.exec(note) ?? [];
      if (mark !== undefined) expect(String.fromCharCode(...bytes.subarray(0, mark.length))).toBe(mark);
      if (number !== undefined || mark !== undefined) seen += 1;
    }
    expect(seen).toBeGreaterThan(40);
  });

  it("names the entries of each CBOR map in order, with their values", () => {
    const fieldsOf = (lines: readonly Line[] | undefined): string[] => {
      const start = lines?.findIndex(({ note = "" }) => note.startsWith("CBOR map")) ?? 0;
      return (lines ?? [])
        .slice(start + 1)
        .flatMap(({ note = "" }) => (/^\w+$|^\w+ (?:"[^"]*"|\d+)$/.test(note) ? [note] : []));
    };
    const told = (fields: object): string[] =>
      Object.entries(fields).map(([name, value]) =>
        typeof value === "string" ? `${name} "${value}"` : typeof value === "number" ? `${name} ${value}` : name,
      );
    const sorted = (names: string[]): string[] => names.sort();
    expect(sorted(fieldsOf(mainStart))).toEqual(sorted(told(main.header)));
    expect(sorted(fieldsOf(mainTrailer))).toEqual(sorted(told(main.trailer ?? {})));
    expect(sorted(fieldsOf(slaveStart))).toEqual(sorted(told(slave.header)));
    expect(sorted(fieldsOf(slaveTrailer))).toEqual(sorted(told(slave.trailer)));
  });

  it("is a main and a slave that belong together, with one segment as the text tells", async () => {
    expect(() => checkPair(main, slave.header, slave.trailer)).not.toThrow();
    expect(slave.trailer.mainTagsHash).toEqual(main.trailer?.tagsHash);
    const { durationMilliseconds, startMilliseconds, length, layer, track, key, structure } = main.index[0] ?? {};
    expect({ startMilliseconds, durationMilliseconds, length, layer, track, key, structure }).toEqual({
      ...{ startMilliseconds: 0, durationMilliseconds: 80, length: 94, layer: 0, track: 0 },
      ...{ key: true, structure: false },
    });
    expect([main.index.length, slave.segments, (await slave.readSegment(0)).payload.length]).toEqual([1, 1, 15]);
  });

  it("opens as patent to two packets of 40 ms, the first with all that is withheld", async () => {
    const packets = await openFirst("patent", main.headerHash, await main.readSegment(0));
    expect(
      packets.map(({ durationMicroseconds, publicBytes, withheld }) => [
        durationMicroseconds,
        publicBytes.length,
        withheld.length,
      ]),
    ).toEqual([
      [40_000, 68, 15],
      [40_000, 15, 0],
    ]);
  });

  it("opens as sealed to the same, by the values that the text gives", async () => {
    const value = (name: string): Uint8Array => values.get(name) ?? new Uint8Array();
    const headerHash = value("main's header hash");
    const layers = main.header.layers.map((layer) => ({ ...layer, public: "sealed" as const }));
    const fields = encodeFields({ ...main.header, layers, protection: "sealed" });
    expect(fields.length).toBe(431);
    const withheld = (await slave.readSegment(0)).payload;
    expect(value("W")).toEqual(withheld);
    expect(value("SHA-256(W)")).toEqual(await sha256(withheld));
    const info = concatBytes(new TextEncoder().encode("cmix/1"), main.header.id, new Uint8Array(6));
    expect(value("key")).toEqual(new Uint8Array(hkdfSync("sha256", value("secret"), value("SHA-256(W)"), info, 32)));

    const bytes = bytesOf(sealedSegment);
    const [head, tag, payload] = [
      readMainHead(bytes, 0),
      bytes.subarray(MAIN_HEAD_BYTES, MAIN_HEAD_BYTES + TAG_BYTES),
      bytes.subarray(MAIN_HEAD_BYTES + TAG_BYTES),
    ];
    const opened = (await main.readSegment(0)).payload;
    const decipher = createDecipheriv("aes-256-gcm", value("key"), new Uint8Array(12));
    decipher.setAAD(concatBytes(headerHash, bytes.subarray(0, MAIN_HEAD_BYTES))).setAuthTag(tag);
    expect(new Uint8Array(Buffer.concat([decipher.update(payload), decipher.final()]))).toEqual(opened);
    const packets = await openFirst("sealed", headerHash, { head, tag, payload }, value("secret"));
    expect(packets.length).toBe(2);
    // The header itself, if our writer orders its entries as the example does.
    const start = concatBytes(writePreamble(MAIN_MAGIC, fields.length), fields);
    expect(createHash("sha256").update(start).digest("hex")).toBe(toHex(headerHash));
  });
});

describe("the example with a restricted part", () => {
  const { blocks: parts, values: told } = readExample(restrictedExample);
  const value = (name: string): Uint8Array => told.get(name) ?? new Uint8Array();
  const [start, truth, substitute, rows, slaveStartUnit, slaveTruth, slaveSubstitute] = parts.map(bytesOf);
  const segments = [start, truth, substitute] as Uint8Array[];
  const units = [slaveStartUnit, slaveTruth, slaveSubstitute] as Uint8Array[];

  it("has seven blocks of bytes whose offsets follow from their lengths, and numbers as their bytes have them", () => {
    expect(parts.length).toBe(7);
    for (const lines of [parts.slice(0, 3).flat(), parts[3] ?? [], parts.slice(4).flat()]) {
      let offset = lines[0]?.offset ?? 0;
      for (const { offset: own, bytes, note = "" } of lines) {
        expect(own, `offset before ${toHex(bytes)}`).toBe(offset);
        offset += bytes.length;
        const [, number] = /: (\d+)/.exec(note) ?? [];
        if (number !== undefined) expect(BigInt(`0x${toHex(bytes)}`), note).toBe(BigInt(number));
      }
    }
  });

  it("is a start unit, a true picture and its substitute, in heads, index and slave", async () => {
    const heads = segments.map((bytes) => readMainHead(bytes, 0));
    const index = readIndex(rows as Uint8Array, 0x1e2);
    expect(index.map(({ substitute: isOne }) => isOne)).toEqual([false, false, true]);
    expect(index.map(({ offsetBytes }) => offsetBytes)).toEqual(parts.slice(0, 3).map(([line]) => line?.offset));
    expect(index.map(isStartUnit)).toEqual([true, false, false]);
    expect(heads.map(({ layer }) => layer)).toEqual([1, 1, 0]);
    const held = await Promise.all(units.map((unit) => parseSlaveSegment(unit, value("slave's header hash"))));
    expect(held.map(({ head }) => [head.layer, head.startUnit, head.substitute])).toEqual([
      [1, true, false],
      [1, false, false],
      [0, false, true],
    ]);
  });

  it("opens with the secrets of its layers, by the keys that the text gives", async () => {
    const secret = units[0]?.subarray(28, 60) as Uint8Array;
    const opened = await Promise.all(
      segments.map(async (bytes, number) => {
        const { head, payload, tag } = partsOf(bytes);
        const unit = (units[number] as Uint8Array).subarray(28);
        const own = head.layer === 0 ? value("secret of layer 0") : secret;
        const place = Uint8Array.of(head.layer, head.track, 0, 0, 0, number);
        const info = concatBytes(new TextEncoder().encode("cmix/1"), value("main id"), place);
        expect(value(`key of segment ${number}`)).toEqual(
          new Uint8Array(hkdfSync("sha256", own, await sha256(unit), info, 32)),
        );
        const context = { mainId: value("main id"), headerHash: value("main's header hash") };
        const publicBytes = await (await createProtection("sealed", context, own)).open(head, payload, tag, unit);
        return { publicBytes, withheld: withoutTail(head.layer, unit, number) };
      }),
    );
    expect(opened[0]?.publicBytes.length).toBe(0);
    for (const { publicBytes, withheld } of opened.slice(1)) {
      const [packet, ...others] = decodePacketList(publicBytes, withheld);
      expect([packet?.durationMicroseconds, packet?.withheld.length, others]).toEqual([40_000, withheld.length, []]);
    }
    // Base's secret opens no segment of layer 1.
    const context = { mainId: value("main id"), headerHash: value("main's header hash") };
    const base = await createProtection("sealed", context, value("secret of layer 0"));
    const { head, payload, tag } = partsOf(truth as Uint8Array);
    await expect(base.open(head, payload, tag, (slaveTruth as Uint8Array).subarray(28))).rejects.toThrow();
  });
});

const partsOf = (bytes: Uint8Array) => ({
  head: readMainHead(bytes, 0),
  tag: bytes.subarray(MAIN_HEAD_BYTES, MAIN_HEAD_BYTES + TAG_BYTES),
  payload: bytes.subarray(MAIN_HEAD_BYTES + TAG_BYTES),
});

async function openFirst(
  name: "patent" | "sealed",
  headerHash: Uint8Array,
  { head, payload, tag }: Pick<Awaited<ReturnType<MainReader["readSegment"]>>, "head" | "payload" | "tag">,
  secret?: Uint8Array,
) {
  const withheld = (await slave.readSegment(0)).payload;
  const protection = await createProtection(name, { mainId: main.header.id, headerHash }, secret);
  return decodePacketList(await protection.open(head, payload, tag, withheld), withheld);
}
