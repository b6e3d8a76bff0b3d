/** A division of a file as it is, interrupted anywhere, goes on: the same pair comes out, or nothing. */

import { beforeAll, describe, expect, it } from "vitest";
import { MemorySink, sourceFromBytes } from "../../codec/bytes/bytes.ts";
import type { CaptionTrack } from "../../codec/captions/caption-track.ts";
import { CHECKED_BYTES, type UnfinishedDivision } from "../../codec/division/unfinished.ts";
import { InputError } from "../../codec/errors.ts";
import { MAIN_HEAD_BYTES, TAG_BYTES } from "../../codec/format/layout.ts";
import { SlaveReader } from "../../codec/format/slave-file.ts";
import { type Kernels, loadKernels } from "../../codec/wasm/load-kernels.ts";
import { combineDivision, divideFile, errorOf } from "../support/divisions.ts";
import { below, createRandom } from "../support/fills.ts";
import {
  type Divide,
  FILES,
  type Files,
  goOn as goOnWith,
  type RecordedDivision,
  readFiles,
  recordDivision,
  requiredOf,
} from "../support/interrupted.ts";
import { expectSameBytes, readWasm } from "../support/kernels.ts";
import { readBytes } from "../support/media.ts";
import { ROOT } from "../support/tree.ts";

const CAPTIONS: CaptionTrack = {
  language: "ja",
  label: "日本語",
  kind: "subtitles",
  text: "WEBVTT\n\n00:00.000 --> 00:02.000\n夜明けの湾\n",
};
const OPTIONS = {
  protection: "sealed",
  title: "scene",
  mainName: "scene.cmx",
  slaveName: "scene.cms",
  captions: [CAPTIONS],
} as const;
const source = readBytes(`${ROOT}samples/scene.mp4`);

let kernels: Kernels;
let whole: Files;
let writes: RecordedDivision["writes"];
let filesAt: RecordedDivision["filesAt"];

const dividing =
  (from: Uint8Array = source, captions: readonly CaptionTrack[] = OPTIONS.captions): Divide =>
  (sinks, unfinished) =>
    divideFile(kernels, "samples", from.slice(), { ...OPTIONS, captions }, sinks, unfinished);

const goOn = (
  files: Files,
  unfinished: UnfinishedDivision,
  from?: Uint8Array,
  captions?: readonly CaptionTrack[],
): Promise<Files> => goOnWith(files, unfinished, dividing(from, captions));

beforeAll(async () => {
  kernels = await loadKernels(readWasm("kernels"));
  ({ whole, writes, filesAt } = await recordDivision(dividing()));
});

describe("an interrupted division", () => {
  it("goes on wherever it was cut, to the very pair that would have been", async () => {
    const random = createRandom(11);
    const segments = writes.filter(({ file }) => file === "journal").length;
    expect(segments).toBeGreaterThan(5);
    let most = 0;
    for (let trial = 0; trial < 12; trial++) {
      const count = 2 + below(random, writes.length - 2);
      const files = filesAt(count, below(random, writes[count]?.bytes.length ?? 0));
      const unfinished = await requiredOf(files);
      most = Math.max(most, unfinished.segments.length);
      const pair = await goOn(files, unfinished);
      for (const file of FILES) expectSameBytes(pair[file], whole[file], `${file}, cut in write ${count}`);
    }
    expect(most).toBeGreaterThan(segments / 2);
    expectSameBytes(await combineDivision(kernels, whole), source, "combined");
  });

  it("goes on too when its end was never marked, though every segment is there", async () => {
    const files = filesAt(writes.length - 2, 0); // both trailers are missing
    const unfinished = await requiredOf(files);
    expectSameBytes((await goOn(files, unfinished)).main, whole.main, "main");
  });

  it("goes on with its own captions alone, which come last", async () => {
    const files = filesAt(Math.floor(writes.length / 2), 0);
    const unfinished = await requiredOf(files);
    for (const captions of [[], [{ ...CAPTIONS, text: CAPTIONS.text.replace("湾", "海") }], [CAPTIONS, CAPTIONS]])
      expect(await errorOf(goOn(files, unfinished, source, captions))).toMatchObject({ code: "input" });
  });

  it("goes on when the main is far behind slave and journal, and when the journal is empty", async () => {
    const half = filesAt(Math.floor(writes.length / 2), 0);
    for (const files of [
      { ...whole, main: half.main.subarray(0, half.main.length >> 1) },
      { ...half, journal: new Uint8Array() },
    ]) {
      const unfinished = await requiredOf(files);
      expect(unfinished.segments.length).toBeGreaterThan(0);
      const pair = await goOn(files, unfinished);
      expectSameBytes(pair.main, whole.main, "main");
      expectSameBytes(pair.slave, whole.slave, "slave");
      expectSameBytes(pair.journal, whole.journal, "journal");
    }
  });

  it("does not seal another plaintext under a key that was used: a changed source is refused, and nothing of it is written", async () => {
    const files = filesAt(Math.floor(writes.length / 2), 0);
    const lagging = { ...files, main: files.main.subarray(0, files.main.length >> 1) };
    const unfinished = await requiredOf(lagging);
    expect(unfinished.sealedTags.length).toBeGreaterThan(unfinished.segments.length);
    // The first segment that is made again is changed in its open bytes: the same is withheld of it, so its key is the same.
    const first = unfinished.segments.reduce((sum, { head, withheldBytes }) => sum + head.length + withheldBytes, 0);
    const changed = source.slice();
    const at = Math.min(changed.length - 1, first + 60_000);
    changed[at] = (changed[at] ?? 0) ^ 1;
    const parts: Uint8Array[] = [];
    const sinks = { main: new MemorySink(), slave: new MemorySink(), journal: new MemorySink() };
    sinks.main.write = async (bytes) => void parts.push(bytes.slice());
    const refused = divideFile(kernels, "samples", changed, OPTIONS, sinks, unfinished);
    const error = (await errorOf(refused)) as InputError;
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toMatch(/comes out otherwise than before the interruption.*divide it from the start/);
    const number = error.details.segment as number;
    expect(number).toBeLessThan(unfinished.sealedTags.length);
    expect(sinks.main.aborted && sinks.slave.aborted && sinks.journal.aborted).toBe(true);
    const written = new Uint8Array(Buffer.concat(parts));
    expectSameBytes(
      written,
      whole.main.subarray(unfinished.mainBytes, unfinished.mainBytes + written.length),
      "what was written before",
    );

    // Without the journal it would have been written, under the key of the first time.
    const careless = await goOn(lagging, { ...unfinished, sealedTags: [], journalBytes: 0 }, changed);
    const [before, now] = await Promise.all(
      [whole, careless].map((pair) => SlaveReader.open(sourceFromBytes(pair.slave))),
    );
    expect((await now?.readSegment(number))?.payload).toEqual((await before?.readSegment(number))?.payload);
    expect(Buffer.compare(careless.main, whole.main)).not.toBe(0);
  });

  it("refuses another file in the source's place", async () => {
    const files = filesAt(Math.floor(writes.length / 2), 0);
    const other = readBytes(`${ROOT}samples/house-cm.mp4`);
    const unfinished = await requiredOf(files);
    const sinks = { main: new MemorySink(), slave: new MemorySink(), journal: new MemorySink() };
    const refused = divideFile(kernels, "samples", other, OPTIONS, sinks, unfinished);
    const error = (await errorOf(refused)) as InputError;
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toMatch(/divide it from the start/);
  });

  it("makes a segment again that the disk did not take whole", async () => {
    const files = filesAt(Math.floor(writes.length * 0.7), 0);
    const { segments, mainStartBytes, slaveStartBytes } = await requiredOf(files);
    expect(segments.length).toBeGreaterThan(3);
    expect(files.main.length).toBeLessThan(CHECKED_BYTES);
    const mainAt = mainStartBytes + 2 * (MAIN_HEAD_BYTES + TAG_BYTES) + (segments[0]?.head.length ?? 0) + 100;
    for (const [file, at, least] of [
      ["main", mainAt, 1],
      ["slave", slaveStartBytes + 40, 0],
    ] as const) {
      const torn = { ...files, [file]: files[file].slice() };
      torn[file].fill(0, at, at + 16);
      const unfinished = await requiredOf(torn);
      expect(unfinished.segments.length, file).toBe(least);
      expectSameBytes((await goOn(torn, unfinished)).main, whole.main, `main, after a torn ${file}`);
    }
  });

  it("keeps nothing where headers are missing or files contradict each other", async () => {
    const files = filesAt(Math.floor(writes.length / 2), 0);
    const nothing = new Uint8Array();
    expect(await readFiles({ ...files, main: nothing })).toBeUndefined();
    expect(await readFiles({ ...files, slave: nothing })).toBeUndefined();
    expect(await readFiles({ ...files, main: new Uint8Array(files.main.length) })).toBeUndefined();
    expect(await readFiles({ main: nothing, slave: nothing, journal: nothing })).toBeUndefined();
    const journal = files.journal.slice();
    journal[3] = (journal[3] ?? 0) ^ 1;
    expect(await readFiles({ ...files, journal })).toBeUndefined();
  });
});
