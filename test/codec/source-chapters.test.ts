/** Chapters inside files that ffmpeg wrote, and what becomes of them in a division. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MemorySink, sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { readSourceChapters } from "../../codec/containers/source-chapters.ts";
import { CmixError } from "../../codec/errors.ts";
import { CHAPTER_TITLE_MAX, CHAPTERS_MAX, tidyChapters, trimChapters } from "../../codec/format/chapters.ts";
import { MainReader } from "../../codec/format/main-file.ts";
import { divideFile } from "../support/divisions.ts";
import { createRandom } from "../support/fills.ts";
import { boxOf } from "../support/iso-bytes.ts";
import { loadCheckKernels } from "../support/kernels.ts";
import { readBytes } from "../support/media.ts";
import { mutate } from "../support/mutate.ts";
import { hasFfmpeg } from "../support/tools.ts";
import { ROOT } from "../support/tree.ts";

const SCENE = join(ROOT, "samples/scene.mp4");
const folder = mkdtempSync(join(tmpdir(), "cmix-chapters-"));
const at = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const TITLES = ["Dawn & the bay", "夜明けの湾", "The “end”, later"];
const chapterText = (start: number, end: number, title: string) =>
  `[CHAPTER]\nTIMEBASE=1/1000\nSTART=${start}\nEND=${end}\ntitle=${title}\n`;

const ffmpeg = (...args: string[]) => execFileSync("ffmpeg", ["-v", "error", "-y", ...args]);

/** What ffprobe tells of a file's chapters. */
function probed(name: string): { title: string; seconds: number }[] {
  const args = ["-v", "error", "-show_chapters", "-of", "json", at(name)];
  const { chapters } = JSON.parse(execFileSync("ffprobe", args, { encoding: "utf8" })) as {
    chapters: { start_time: string; tags: { title: string } }[];
  };
  return chapters.map(({ start_time, tags }) => ({ title: tags.title, seconds: Number(start_time) }));
}

const chaptersOf = (bytes: Uint8Array) => readSourceChapters(sourceFromBytes(bytes));

/** Renames a box or an id by its bytes. */
function renamed(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const copy = Buffer.from(bytes);
  const place = copy.lastIndexOf(Buffer.from(from, "latin1"));
  expect(place).toBeGreaterThan(0);
  copy.write(to, place, "latin1");
  return copy;
}

describe.runIf(hasFfmpeg())("chapters that ffmpeg wrote", () => {
  beforeAll(() => {
    const text = TITLES.map((title, i) => chapterText(i * 2500, (i + 1) * 2500, title)).join("");
    writeFileSync(at("chapters.txt"), `;FFMETADATA1\n${text}`);
    const all = ["-i", SCENE, "-i", at("chapters.txt"), "-map", "0:v", "-map_chapters", "1", "-t", "8"];
    for (const name of ["film.mp4", "film.mov", "film.mkv"]) ffmpeg(...all, "-c", "copy", at(name));
    ffmpeg(...all, "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", at("film.webm"));
  });

  it.each(["film.mp4", "film.mov", "film.mkv", "film.webm"])(
    "are read out of %s as ffprobe reads them",
    async (name) => {
      const told = await chaptersOf(readBytes(at(name)));
      expect(told.map(({ title }) => title)).toEqual(TITLES);
      for (const [i, { title, seconds }] of probed(name).entries()) {
        expect(told[i]?.title).toBe(title);
        expect((told[i]?.startMicroseconds ?? 0) / 1e6).toBeCloseTo(seconds, 2);
      }
    },
  );

  it("are read out of Nero's list where no track has them", async () => {
    const told = await chaptersOf(renamed(readBytes(at("film.mp4")), "chap", "none"));
    expect(told).toEqual(TITLES.map((title, i) => ({ title, startMicroseconds: i * 2_500_000 })));
  });

  it("are none where the track is damaged and the list is gone", async () => {
    const none = renamed(renamed(readBytes(at("film.mp4")), "chap", "none"), "chpl", "none");
    expect(await chaptersOf(none)).toEqual([]);
  });

  it("go along in a division; with none there is no field", async () => {
    const headerOf = async (path: string) => {
      const sinks = { main: new MemorySink(), slave: new MemorySink() };
      const options = { protection: "sealed", title: "t", mainName: "t.cmx", slaveName: "t.cms" } as const;
      await divideFile(await loadCheckKernels(), "samples", readBytes(path), options, sinks);
      return (await MainReader.open(sourceFromBytes(sinks.main.bytes()))).header;
    };
    expect((await headerOf(at("film.mp4"))).chapters?.map(({ title }) => title)).toEqual(TITLES);
    expect("chapters" in (await headerOf(SCENE))).toBe(false);
  });

  it("of damaged files come back in bounds or are none, quickly", async () => {
    for (const name of ["film.mp4", "film.mkv"]) {
      const bytes = readBytes(at(name));
      const edge = Math.min(6000, bytes.length);
      for (let seed = 1; seed <= 60; seed++) {
        const random = createRandom(seed);
        const isStart = name.endsWith("mkv") || seed % 2 === 0;
        const part = isStart ? bytes.subarray(0, edge) : bytes.subarray(bytes.length - edge);
        const damaged = mutate(part, random);
        const whole = isStart
          ? Buffer.concat([damaged, bytes.subarray(edge)])
          : Buffer.concat([bytes.subarray(0, bytes.length - edge), damaged]);
        const started = performance.now();
        const told = await chaptersOf(whole).catch((error: unknown) => {
          throw new Error(`seed ${seed} of ${name}: ${error instanceof CmixError ? error.code : error}`);
        });
        expect(told.length).toBeLessThanOrEqual(CHAPTERS_MAX);
        for (const { title } of told) expect(title.length).toBeLessThanOrEqual(CHAPTER_TITLE_MAX);
        expect(performance.now() - started, `seed ${seed}`).toBeLessThan(5000);
      }
    }
  });
});

describe("what a source tells", () => {
  it("is put in order, one chapter at a time, with a title each, no more and no longer than a main takes", () => {
    const many = Array.from({ length: 100_000 }, (_, i) => ({ startMicroseconds: i * 7.3, title: `no ${i}` }));
    expect(tidyChapters(many)).toHaveLength(CHAPTERS_MAX);
    expect(
      tidyChapters([
        { startMicroseconds: 5e6, title: "later" },
        { startMicroseconds: -3, title: "first\0\n one" },
        { startMicroseconds: 5e6, title: "last at once" },
        { startMicroseconds: Number.NaN, title: "never" },
        { startMicroseconds: 1e30, title: "too late" },
        { startMicroseconds: 6e6, title: " \n " },
      ]),
    ).toEqual([
      { startMicroseconds: 0, title: "first one" },
      { startMicroseconds: 5e6, title: "last at once" },
    ]);
    const [long] = tidyChapters([{ startMicroseconds: 0, title: `${"x".repeat(CHAPTER_TITLE_MAX - 1)}😀` }]);
    expect(long?.title).toBe("x".repeat(CHAPTER_TITLE_MAX - 1));
  });

  it("goes with a part of the video, by the part's own times", () => {
    const chapters = [0, 10, 20, 30].map((seconds) => ({ startMicroseconds: seconds * 1e6, title: `at ${seconds}` }));
    const part = trimChapters(chapters, { fromMicroseconds: 15e6, toMicroseconds: 30e6 });
    expect(part).toEqual([
      { startMicroseconds: 0, title: "at 10" },
      { startMicroseconds: 5e6, title: "at 20" },
    ]);
    const rest = trimChapters(chapters, { fromMicroseconds: 20e6, toMicroseconds: Number.POSITIVE_INFINITY });
    expect(rest.map(({ title }) => title)).toEqual(["at 20", "at 30"]);
  });

  it("is nothing for files that have no chapters", async () => {
    expect(await chaptersOf(boxOf("ftyp", new Uint8Array(8)))).toEqual([]);
    expect(await chaptersOf(new TextEncoder().encode("YUV4MPEG2 W16 H16 F25:1\n"))).toEqual([]);
    expect(await chaptersOf(new Uint8Array())).toEqual([]);
  });
});
