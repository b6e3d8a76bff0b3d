/** Captions in a main: public, authenticated, read apart from everything else. */

import { decode, encode } from "cborg";
import { describe, expect, it } from "vitest";
import { type ByteSource, concatBytes, MemorySink, sourceFromBytes } from "../../codec/bytes/bytes.ts";
import type { CaptionTrack } from "../../codec/captions/caption-track.ts";
import { sha256 } from "../../codec/crypto/primitives.ts";
import { DivisionWriter } from "../../codec/division/division-writer.ts";
import { frameTrailer, MAIN_MAGIC, TRAILER_MAX_BYTES, writePreamble } from "../../codec/format/layout.ts";
import { MainReader } from "../../codec/format/main-file.ts";
import { description, errorOf, openDivision, randomSegments, writeDivision } from "../support/divisions.ts";
import { readCmixFile } from "../support/independent-opener.ts";

const SEED = 83;
const cues = (text: string, count = 1): string =>
  `WEBVTT\n\n${Array.from({ length: count }, (_, i) => `${100 + i}:00:00.000 --> ${100 + i}:00:02.000\n${text}\n`).join("\n")}`;
const TRACKS: CaptionTrack[] = [
  { language: "ja", label: "日本語", kind: "subtitles", text: cues("夜明けの湾") },
  { language: "en", label: "English", kind: "captions", text: cues("[waves] The bay at dawn", 1000) },
  { language: "pt-BR", label: "português (Brasil)", kind: "subtitles", text: cues("A baía") },
];
const segments = randomSegments(5, SEED);
const opened = async (main: Uint8Array): Promise<MainReader> => MainReader.open(sourceFromBytes(main));

describe("captions of a main", () => {
  for (const protection of ["sealed", "patent"] as const) {
    it(`come back as they went in, beside the same segments, ${protection}`, async () => {
      const files = await writeDivision(segments, protection, TRACKS);
      const main = await opened(files.main);
      expect(await Promise.all(TRACKS.map((_, i) => main.readCaptions(i)))).toEqual(TRACKS.map(({ text }) => text));
      expect(main.header.captions).toMatchObject(TRACKS.map(({ text: _text, ...about }) => about));
      const combined = await openDivision(files);
      expect(combined.map(({ publicBytes }) => publicBytes)).toEqual(segments.map(({ publicBytes }) => publicBytes));
    });
  }

  it("are found by a reader written from FORMAT.md, at the end of a trailer like any other", async () => {
    const { main } = await writeDivision(segments, "sealed", TRACKS);
    const { header, headerHash, trailer } = readCmixFile(main, "main");
    const { captions: bytes, ...front } = trailer as { captions: Buffer };
    const entries = header.captions as { bytes: number; sha256: Buffer }[];
    let at = 8;
    for (const [i, entry] of entries.entries()) {
      const text = bytes.subarray(at, at + entry.bytes);
      expect(text.toString("utf8")).toBe(TRACKS[i]?.text);
      expect(Buffer.from(await sha256(text))).toEqual(entry.sha256);
      at += entry.bytes;
    }
    expect(at).toBe(bytes.length);
    expect(bytes.subarray(0, 8)).toEqual(Buffer.from((await sha256(headerHash, encode(front))).subarray(0, 8)));
  });

  it("cost nothing when a file is opened: their bytes are not read", async () => {
    const { main } = await writeDivision(segments, "sealed", TRACKS);
    const { main: plain } = await writeDivision(segments, "sealed");
    const readBytes = async (bytes: Uint8Array): Promise<number> => {
      let sum = 0;
      const source: ByteSource = {
        size: bytes.length,
        read: async (offset, length) => {
          sum += length;
          return bytes.slice(offset, offset + length);
        },
      };
      await MainReader.open(source);
      return sum;
    };
    expect((await readBytes(main)) - (await readBytes(plain))).toBeLessThan(500); // what the header says of three
  });

  it("leave a file as it is that is opened from a buffer of Node", async () => {
    const main = Buffer.from((await writeDivision(segments, "sealed", TRACKS)).main);
    const before = Buffer.from(main);
    expect((await opened(main)).index).toEqual((await opened(main)).index);
    expect(main.equals(before)).toBe(true);
  });

  it("are counted apart, as the poster is", async () => {
    const sinks = { main: new MemorySink(), slave: new MemorySink() };
    const writer = await DivisionWriter.open({ ...description("sealed"), captions: TRACKS }, sinks);
    const { mainBytes, extrasBytes } = await writer.finish();
    expect(extrasBytes).toBe(4 + TRACKS.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0));
    expect(mainBytes + extrasBytes).toBe(sinks.main.bytes().length);
  });

  it("are not there in a main without them", async () => {
    const main = await opened((await writeDivision(segments, "sealed")).main);
    expect(main.header.captions).toBeUndefined();
    await expect(main.readCaptions(0)).rejects.toThrow(RangeError);
  });
});

describe("changed captions", () => {
  it("are refused wherever a byte of the trailer is another, and the segments' seal covers what the header says of them", async () => {
    const { main, slave } = await writeDivision(segments, "sealed", TRACKS);
    const trailer = main.length - new DataView(main.buffer).getUint32(main.length - 12);
    const used = async (bytes: Uint8Array): Promise<void> => {
      const reader = await opened(bytes);
      for (let i = 0; i < TRACKS.length; i++) await reader.readCaptions(i);
    };
    await used(main);
    // Of the whole trailer's checksum, which such a reader does not need, and of the marks of the trailer, see damage.test.ts.
    for (let place = trailer + 16; place < main.length - 12; place += 1 + (place % 37)) {
      const changed = main.slice();
      changed[place] = (changed[place] as number) ^ 0x20;
      expect(await errorOf(used(changed)), `byte ${place}`).toMatchObject({ code: "format" });
    }

    // Another text under its own hash: header and trailer agree, the slave and the seals do not.
    const same = await withHeader(main, (header) => header);
    expect((await openDivision({ main: same, slave })).length).toBe(5);
    const other = cues("Buy now!");
    const swapped = await withHeader(main, (header) => ({ ...header, captions: undefined }), [
      { ...(TRACKS[0] as CaptionTrack), text: other },
    ]);
    expect(await (await opened(swapped)).readCaptions(0)).toBe(other);
    expect(await errorOf(openDivision({ main: swapped, slave }))).toMatchObject({
      code: "format",
      message: expect.stringContaining("header was changed"),
    });
  });

  it("of a hostile header are refused before anything is read for them", async () => {
    const { main } = await writeDivision(segments, "sealed", TRACKS);
    const entry = { language: "en", label: "English", kind: "captions", bytes: 10, sha256: new Uint8Array(32) };
    const hostile: [string, unknown][] = [
      ["33 languages", Array(33).fill(entry)],
      ["more than 8 MiB in all", Array(5).fill({ ...entry, bytes: 2 << 20 })],
      ["more than 2 MiB in one", [{ ...entry, bytes: (2 << 20) + 1 }]],
      ["a negative length", [{ ...entry, bytes: -1 }]],
      ["no language", [{ ...entry, language: "<b>" }]],
      ["another kind", [{ ...entry, kind: "chapters" }]],
      ["an endless label", [{ ...entry, label: "x".repeat(101) }]],
      ["a short hash", [{ ...entry, sha256: new Uint8Array(31) }]],
      ["more bytes than the file has", [{ ...entry, bytes: 1 << 20 }]],
      ["another length than the trailer's", [{ ...entry, bytes: 11 }]],
    ];
    for (const [name, captions] of hostile) {
      const changed = await withHeader(main, (header) => ({ ...header, captions }));
      const largest = { bytes: 0 };
      const source: ByteSource = {
        size: changed.length,
        read: async (offset, length) => {
          largest.bytes = Math.max(largest.bytes, length);
          return changed.slice(offset, offset + length);
        },
      };
      expect(await errorOf(MainReader.open(source)), name).toMatchObject({ code: "format" });
      expect(largest.bytes).toBeLessThanOrEqual(TRAILER_MAX_BYTES);
    }
  });

  it("that a page could not take are refused when they are read, though their hash agrees", async () => {
    const { main } = await writeDivision(segments, "sealed", TRACKS);
    const hostile = [
      cues("x", 20_001),
      cues("<b>".repeat(700)),
      "not captions",
      "WEBVTT\n\nno cue at all",
      "WEBVTT\n\n00:00.000 --> 00:01.000\n\xff", // the test below makes it other bytes than UTF-8
    ];
    for (const text of hostile) {
      const changed = await withHeader(main, (header) => ({ ...header, captions: undefined }), [
        { ...(TRACKS[0] as CaptionTrack), text },
      ]);
      expect(await errorOf((await opened(changed)).readCaptions(0)), text.slice(0, 40)).toMatchObject({
        code: "input",
      });
    }
  });

  it("are not written either", async () => {
    const one = TRACKS[0] as CaptionTrack;
    const full = { ...one, text: cues("x".repeat(1900), 1050) };
    const refused: [string, CaptionTrack[], RegExp][] = [
      ["33 languages", Array(33).fill(one), /33 captions, at most 32/],
      ["too much in all", Array(5).fill(full), /at most 8388608/],
      ["too much in one", [{ ...one, text: cues("x".repeat(1900), 1200) }], /more than 2097152 bytes/],
      ["no WebVTT", [{ ...one, text: "hello" }], /there are no captions/],
    ];
    for (const [name, captions, message] of refused) {
      const error = await errorOf(writeDivision(segments, "sealed", captions));
      expect(error, name).toMatchObject({ code: "input", message: expect.stringMatching(message) });
    }
  });

  it("are not to be had of a file that is cut, which still says which there were", async () => {
    const { main } = await writeDivision(segments, "sealed", TRACKS);
    const cut = await MainReader.open(sourceFromBytes(main.subarray(0, main.length - 1)), { scan: true });
    expect(cut.header.captions?.length).toBe(3);
    expect(await errorOf(cut.readCaptions(0))).toMatchObject({ code: "format", details: { cut: true } });
  });
});

/** The main with another header, and with other captions where some are given; all checksums without a key made anew. */
async function withHeader(
  main: Uint8Array,
  change: (header: Record<string, unknown>) => Record<string, unknown>,
  captions?: readonly CaptionTrack[],
): Promise<Uint8Array> {
  const view = new DataView(main.buffer, main.byteOffset, main.length);
  const headerEnd = 16 + view.getUint32(12);
  const trailerStart = main.length - view.getUint32(main.length - 12);
  const { captions: kept, ...front } = decode(main.subarray(trailerStart + 16, main.length - 12)) as {
    captions: Uint8Array;
  };
  const texts = captions?.map(({ text }) =>
    Uint8Array.from(Buffer.from(text, text.includes("\xff") ? "latin1" : "utf8")),
  );
  const entries = await Promise.all(
    (captions ?? []).map(async ({ text: _text, ...about }, i) => ({
      ...about,
      bytes: texts?.[i]?.length,
      sha256: await sha256(texts?.[i] ?? new Uint8Array()),
    })),
  );
  const header = change(decode(main.subarray(16, headerEnd)) as Record<string, unknown>);
  if (captions !== undefined) header.captions = entries;
  const headerCbor = encode(Object.fromEntries(Object.entries(header).filter(([, value]) => value !== undefined)));
  const start = concatBytes(writePreamble(MAIN_MAGIC, headerCbor.length), headerCbor);
  const headerHash = await sha256(start);
  const frontCbor = encode(front);
  const value = concatBytes(
    (await sha256(headerHash, frontCbor)).subarray(0, 8),
    texts === undefined ? kept.subarray(8) : concatBytes(...texts),
  );
  const entry = Uint8Array.of(0x68, ...Buffer.from("captions"), 0x5a, 0, 0, 0, 0);
  new DataView(entry.buffer).setUint32(10, value.length);
  const trailer = concatBytes(frontCbor, entry, value);
  trailer[0] = (trailer[0] as number) + 1;
  return concatBytes(
    start,
    main.subarray(headerEnd, trailerStart),
    frameTrailer(trailer, await sha256(headerHash, trailer)),
  );
}
