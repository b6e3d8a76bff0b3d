/** Small files that cost whoever reads them without limits a lot; each is built by its bytes. */
import { crc32, deflateSync } from "node:zlib";

const u16 = (...values: number[]): Buffer => Buffer.concat(values.map((value) => Buffer.of(value >>> 8, value & 255)));
const u32 = (...values: number[]): Buffer =>
  Buffer.concat(
    values.map((value) => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value >>> 0);
      return bytes;
    }),
  );
const text = (value: string): Buffer => Buffer.from(value, "latin1");

/** A box of ISO/IEC 14496-12. */
const box = (type: string, ...parts: Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  return Buffer.concat([u32(content.length + 8), text(type), content]);
};
const fullBox = (type: string, flags: number, ...parts: Uint8Array[]): Buffer => box(type, u32(flags), ...parts);

const MATRIX = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);
const TIMESCALE = 1000;
const AVC_CONFIGURATION = Buffer.from(
  "0142c00affe100166742c00ad91ec044000003000400000300c83c48992001000568cb83cb20",
  "hex",
);

/** `moov` with one H.264 track. */
function movie(durationTicks: number, tables: Buffer, ...others: Buffer[]): Buffer {
  const entry = box(
    "avc1",
    Buffer.alloc(6),
    u16(1),
    Buffer.alloc(16),
    u16(16, 16),
    u32(0x480000, 0x480000, 0),
    u16(1),
    Buffer.alloc(32),
    u16(24, 0xffff),
    box("avcC", AVC_CONFIGURATION),
  );
  const media = box(
    "mdia",
    fullBox("mdhd", 0, u32(0, 0, TIMESCALE, durationTicks), u16(0x55c4, 0)),
    fullBox("hdlr", 0, u32(0), text("vide"), Buffer.alloc(13)),
    box(
      "minf",
      fullBox("vmhd", 1, Buffer.alloc(8)),
      box("dinf", fullBox("dref", 0, u32(1), fullBox("url ", 1))),
      box("stbl", fullBox("stsd", 0, u32(1), entry), tables),
    ),
  );
  const header = fullBox(
    "tkhd",
    3,
    u32(0, 0, 1, 0, durationTicks, 0, 0),
    u16(0, 0, 0, 0),
    MATRIX,
    u32(16 << 16, 16 << 16),
  );
  return box(
    "moov",
    fullBox(
      "mvhd",
      0,
      u32(0, 0, TIMESCALE, durationTicks, 0x10000),
      u16(0x100, 0, 0, 0, 0, 0),
      MATRIX,
      Buffer.alloc(24),
      u32(2),
    ),
    box("trak", header, media),
    ...others,
  );
}

const START = box("ftyp", text("isom"), u32(0), text("isomiso6"));
const NO_SAMPLES = Buffer.concat([
  fullBox("stts", 0, u32(0)),
  fullBox("stsc", 0, u32(0)),
  fullBox("stsz", 0, u32(0, 0)),
  fullBox("stco", 0, u32(0)),
]);

/** A fragmented MP4 of some 700 bytes whose `trun` claims so many samples, by default 2^32 - 1. */
export function mp4OfClaimedFragment(samples = 2 ** 32 - 1): Buffer {
  const extends_ = box("mvex", fullBox("trex", 0, u32(1, 1, 1, 1, 0)));
  const fragment = (offset: number): Buffer =>
    box(
      "moof",
      fullBox("mfhd", 0, u32(1)),
      box(
        "traf",
        fullBox("tfhd", 0x020000, u32(1)),
        fullBox("tfdt", 0, u32(0)),
        fullBox("trun", 1, u32(samples, offset)),
      ),
    );
  return Buffer.concat([
    START,
    movie(0, NO_SAMPLES, extends_),
    fragment(fragment(0).length + 8),
    box("mdat", Buffer.alloc(16)),
  ]);
}

/** An MP4 with so many samples of one byte, all of them there. */
export function mp4OfTinySamples(samples = 1e6, durationTicks = 5 * TIMESCALE): Buffer {
  const tables = (offset: number): Buffer =>
    Buffer.concat([
      fullBox("stts", 0, u32(2, samples - 1, 0, 1, durationTicks)),
      fullBox("stsc", 0, u32(1, 1, samples, 1)),
      fullBox("stsz", 0, u32(1, samples)),
      fullBox("stco", 0, u32(1, offset)),
    ]);
  const before = START.length + movie(durationTicks, tables(0)).length + 8;
  return Buffer.concat([START, movie(durationTicks, tables(before)), box("mdat", Buffer.alloc(samples))]);
}

/** Bits as JPEG's entropy-coded data: 0xff is followed by a zero. */
function entropyCoded(bits: string): Buffer {
  const bytes: number[] = [];
  for (let i = 0; i < bits.length; i += 8) {
    const byte = Number.parseInt(bits.slice(i, i + 8).padEnd(8, "1"), 2);
    bytes.push(byte);
    if (byte === 0xff) bytes.push(0);
  }
  return Buffer.from(bytes);
}

const segment = (marker: number, ...parts: Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(0xff, marker), u16(content.length + 2), content]);
};

/** A grey progressive JPEG with so many scans in which nothing is coded: each goes over all blocks of the picture. */
export function jpegOfEmptyScans(scans = 100, side = 3072): Buffer {
  const blocks = Math.ceil(side / 8) ** 2;
  const table = (kind: number, symbol: number): Buffer =>
    segment(0xc4, Buffer.of(kind, 1, ...Array(15).fill(0), symbol));
  const scan = (first: number, last: number, bits: string): Buffer =>
    Buffer.concat([segment(0xda, Buffer.of(1, 1, 0, first, last, 0)), entropyCoded(bits)]);
  // A run of ends of band (ITU-T T.81, G.1.2.2): 2^14 and 14 more bits.
  const MOST = 2 ** 15 - 1;
  const runs = Array(Math.floor(blocks / MOST)).fill(`0${"1".repeat(14)}`);
  const rest = blocks % MOST;
  // What is left over is coded by runs of 2^14 + n, and by as many of one block as are then missing.
  const empty = rest >= 2 ** 14 ? `${runs.join("")}0${(rest - 2 ** 14).toString(2).padStart(14, "0")}` : runs.join("");
  return Buffer.concat([
    Buffer.of(0xff, 0xd8),
    segment(0xdb, Buffer.of(0), Buffer.alloc(64, 1)),
    segment(0xc2, Buffer.of(8), u16(side, side), Buffer.of(1, 1, 0x11, 0)),
    table(0x00, 0),
    table(0x10, 0xe0),
    scan(0, 0, "0".repeat(blocks)),
    ...Array.from({ length: scans }, () => scan(1, 63, empty)),
    Buffer.of(0xff, 0xd9),
  ]);
}

const chunk = (type: string, data: Uint8Array): Buffer => {
  const body = Buffer.concat([text(type), data]);
  return Buffer.concat([u32(data.length), body, u32(crc32(body))]);
};

/** An interlaced PNG of 16-bit RGBA, black. */
export function pngInterlaced(side = 4096, bytes = 1 << 20): Buffer {
  const steps = [
    [8, 8],
    [8, 8],
    [4, 8],
    [4, 4],
    [2, 4],
    [2, 2],
    [1, 2],
  ] as const; // x, y of Adam7's passes
  const length = steps.reduce((sum, [x, y]) => sum + Math.ceil(side / y) * (1 + Math.ceil(side / x) * 8), 0);
  const pixels = deflateSync(Buffer.alloc(length), { level: 9 });
  const head = chunk("IHDR", Buffer.concat([u32(side, side), Buffer.of(16, 6, 0, 0, 1)]));
  const rest = [chunk("IDAT", pixels), chunk("IEND", Buffer.alloc(0))];
  const sofar = 8 + head.length + rest.reduce((sum, part) => sum + part.length, 0);
  const comment = chunk(
    "tEXt",
    Buffer.concat([text("Comment\0"), Buffer.alloc(Math.max(0, bytes - sofar - 32), 0x61)]),
  );
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), head, comment, ...rest]);
}

/** An element of RFC 8794; lengths take four bytes, so that a test can make them longer. */
const element = (id: number[], ...parts: Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(id), u32(0x10000000 + content.length), content]);
};

/** A WebM of VP8 with so many pictures in one cluster; none of them can be decoded. */
export function webmOfBlocks(pictures: number, milliseconds = 40): Buffer {
  const number = (value: number): Buffer => u32(value);
  const video = element([0xe0], element([0xb0], number(16)), element([0xba], number(16)));
  const track = element(
    [0xae],
    element([0xd7], Buffer.of(1)),
    element([0x73, 0xc5], Buffer.of(1)),
    element([0x83], Buffer.of(1)),
    element([0x86], text("V_VP8")),
    video,
  );
  const blocks = Array.from({ length: pictures }, (_, i) =>
    element([0xa3], Buffer.of(0x81), u16(Math.floor(i * milliseconds)), Buffer.of(0x80, 0, 0, 0, 0)),
  );
  return Buffer.concat([
    element([0x1a, 0x45, 0xdf, 0xa3], element([0x42, 0x82], text("webm"))),
    element(
      [0x18, 0x53, 0x80, 0x67],
      element([0x15, 0x49, 0xa9, 0x66], element([0x2a, 0xd7, 0xb1], number(1e6))),
      element([0x16, 0x54, 0xae, 0x6b], track),
      element([0x1f, 0x43, 0xb6, 0x75], element([0xe7], number(0)), ...blocks),
    ),
  ]);
}
