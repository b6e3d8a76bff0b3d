/**
 * A second reader of main and slave files and of deliveries, written from codec/format/FORMAT.md alone: it shares no code with codec/
 * and holds the document against what that writes. Numbers in comments are the document's sections.
 */
import { createDecipheriv, createHash, hkdfSync } from "node:crypto";

export type Cbor = number | string | boolean | null | Buffer | Cbor[] | { [key: string]: Cbor };

/** RFC 8949, as far as the conventions allow: definite lengths, text keys, no tags. Anything left behind the item is an error. */
export function readCbor(bytes: Buffer): Cbor {
  let at = 0;
  const argument = (short: number): number => {
    if (short < 24) return short;
    const size = 2 ** (short - 24);
    if (short > 27) throw new Error(`indefinite or reserved length at ${at}`);
    at += size;
    return size === 8 ? Number(bytes.readBigUInt64BE(at - 8)) : bytes.readUIntBE(at - size, size);
  };
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new Error(`CBOR ends inside an item at ${at}`);
    at += length;
    return bytes.subarray(at - length, at);
  };
  const item = (): Cbor => {
    const first = bytes.readUInt8(at++);
    const [major, short] = [first >> 5, first & 31];
    if (major === 7) {
      if (short === 20 || short === 21) return short === 21;
      if (short === 22) return null;
      if (short === 26) return take(4).readFloatBE();
      if (short === 27) return take(8).readDoubleBE();
      throw new Error(`simple value ${short}`);
    }
    const value = argument(short);
    if (major === 0) return value;
    if (major === 1) return -1 - value;
    if (major === 2) return take(value);
    if (major === 3) return take(value).toString("utf8");
    if (major === 4) return Array.from({ length: value }, item);
    if (major !== 5) throw new Error("a tag");
    const map: { [key: string]: Cbor } = {};
    for (let i = 0; i < value; i++) {
      const key = item();
      if (typeof key !== "string" || Object.hasOwn(map, key)) throw new Error(`key ${String(key)}`);
      map[key] = item();
    }
    return map;
  };
  const whole = item();
  if (at !== bytes.length) throw new Error(`${bytes.length - at} bytes behind the CBOR`);
  return whole;
}

const sha256 = (...parts: Uint8Array[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const hold = (condition: boolean, what: string): void => {
  if (!condition) throw new Error(what);
};

export interface OpenedFile {
  header: { [key: string]: Cbor };
  headerHash: Buffer;
  /** Whole, from the first byte of the head to the last of the payload. */
  segments: Buffer[];
  trailer: { [key: string]: Cbor };
  /** Preamble and header as they stand. */
  start: Buffer;
}

const MARKS = { main: "89434d580d0a1a0a", slave: "89434d530d0a1a0a" };
const PAYLOAD_AT = { main: 48, slave: 28 };
const LENGTH_AT = { main: 28, slave: 16 };

/** Sections 2 to 5, by walking from segment to segment. */
export function readCmixFile(bytes: Uint8Array, kind: "main" | "slave"): OpenedFile {
  const file = Buffer.from(bytes);
  hold(file.toString("hex", 0, 8) === MARKS[kind], "mark");
  hold(file.readUInt8(8) === 1, "version");
  const headerEnd = 16 + file.readUInt32BE(12);
  const start = file.subarray(0, headerEnd);
  const headerHash = sha256(start);
  const segments: Buffer[] = [];
  let at = headerEnd;
  while (file.toString("latin1", at, at + 4) === (kind === "main" ? "SEGM" : "SEGS")) {
    const end = at + PAYLOAD_AT[kind] + file.readUInt32BE(at + LENGTH_AT[kind]);
    const segment = file.subarray(at, end);
    hold(
      segment.readUInt32BE(4) === segments.length && segment.readUInt8(11) === 0,
      `head of segment ${segments.length}`,
    );
    if (kind === "slave")
      hold(
        segment
          .subarray(20, 28)
          .equals(sha256(headerHash, segment.subarray(0, 20), segment.subarray(28)).subarray(0, 8)),
        "checksum",
      );
    segments.push(segment);
    at = end;
  }
  hold(file.toString("latin1", at, at + 4) === "TRLR", "trailer");
  const length = file.readUInt32BE(at + 4);
  const cbor = file.subarray(at + 16, at + 16 + length);
  hold(file.subarray(at + 8, at + 16).equals(sha256(headerHash, cbor).subarray(0, 8)), "trailer's checksum");
  hold(file.readUInt32BE(at + 16 + length) === length + 28, "trailer's length");
  hold(file.toString("hex", at + 20 + length) === "434d58454e440d0a", "end mark");
  return {
    header: readCbor(file.subarray(16, headerEnd)) as OpenedFile["header"],
    headerHash,
    segments,
    trailer: readCbor(cbor) as OpenedFile["trailer"],
    start,
  };
}

/** Sections 3 and 4.1: the layer's secret, of a layer above the base that of the start unit before the segment. */
function secretOf(slave: OpenedFile, number: number): Buffer {
  const layer = (slave.segments[number] as Buffer).readUInt8(8);
  if (layer === 0) return slave.header.secret as Buffer;
  const start = slave.segments
    .slice(0, number + 1)
    .findLast((segment) => segment.readUInt8(8) === layer && (segment.readUInt8(10) & 4) !== 0);
  hold(start !== undefined && start.length === 28 + 64, `start unit of segment ${number}`);
  return (start as Buffer).subarray(28, 60);
}

/** Sections 6 and 7: the public part of segment `number`. */
export function openSegment(main: OpenedFile, slave: OpenedFile, number: number): Buffer {
  const segment = main.segments[number] as Buffer;
  const [head, tag, payload] = [segment.subarray(0, 32), segment.subarray(32, 48), segment.subarray(48)];
  if (main.header.protection === "patent") {
    hold(tag.equals(sha256(main.headerHash, head, payload).subarray(0, 16)), `checksum of segment ${number}`);
    return payload;
  }
  const withheld = (slave.segments[number] as Buffer).subarray(28);
  const info = Buffer.concat([
    Buffer.from("cmix/1"),
    main.header.id as Buffer,
    head.subarray(8, 10),
    head.subarray(4, 8),
  ]);
  const key = Buffer.from(hkdfSync("sha256", secretOf(slave, number), sha256(withheld), info, 32));
  const cipher = createDecipheriv("aes-256-gcm", key, Buffer.alloc(12));
  cipher.setAAD(Buffer.concat([main.headerHash, head]));
  cipher.setAuthTag(tag);
  return Buffer.concat([cipher.update(payload), cipher.final()]);
}

export interface Delivery {
  playSecret: Uint8Array;
  playId: Uint8Array;
  slaveId: Uint8Array;
  cmId: Uint8Array;
  cm: Uint8Array;
}

/** Section 8, from what was sent back to the unit. */
export function openUnit(delivery: Delivery, number: number, sent: Uint8Array): Buffer {
  const { playSecret, playId, slaveId, cmId, cm } = delivery;
  const info = Buffer.concat([Buffer.from("cmix/1 delivery"), playId, slaveId, Buffer.of(0), cmId, u32(number)]);
  const bits = Buffer.from(hkdfSync("sha256", playSecret, sha256(cm), info, 48));
  // A counter of 64 bits that is not expected to run over in one unit, so the usual one of 128 bits does the same unless it starts near the end.
  const mixed = createDecipheriv("aes-256-ctr", bits.subarray(0, 32), bits.subarray(32)).update(sent);
  return Buffer.from(mixed.map((byte, i) => byte ^ (cm[(number * 65_536 + i) % cm.length] as number)));
}

export interface Packet {
  durationMicroseconds: number;
  publicPart: Buffer;
  withheld: Buffer;
}

/** Section 9. */
export function readPackets(publicPart: Buffer, withheld: Buffer): Packet[] {
  let at = 0;
  const varint = (): number => {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const byte = publicPart.readUInt8(at++);
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  };
  const rows = Array.from({ length: varint() }, () => [varint(), varint(), varint()] as const);
  let withheldAt = 0;
  return rows.map(([durationMicroseconds, length, withheldLength]) => {
    at += length;
    withheldAt += withheldLength;
    return {
      durationMicroseconds,
      publicPart: publicPart.subarray(at - length, at),
      withheld: withheld.subarray(withheldAt - withheldLength, withheldAt),
    };
  });
}
