/** Real files with a part hidden in the middle, kept as they are: the long run (R4). */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { MemorySink, sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { openIndex } from "../../codec/containers/open-index.ts";
import { UnsupportedError } from "../../codec/errors.ts";
import { nodeRecoderOf } from "../../codec/hosts/node/index.ts";
import { combineDivision, divideFile } from "../support/divisions.ts";
import { CLIP_PART } from "../support/hidden-clips.ts";
import { expectSameBytes, loadCheckKernels } from "../support/kernels.ts";
import { ALL_MEDIA, mediaFiles, nameOf, readBytes } from "../support/media.ts";
import { ordinary, sharedRun, shownSegments } from "../support/restricted.ts";

const FILES = ALL_MEDIA ? mediaFiles("mp4", "webm") : [];
const folder = mkdtempSync(join(tmpdir(), "cmix-restricted-media-"));
afterAll(() => rmSync(folder, { recursive: true }));

const secondsOf = (path: string): number =>
  Number(execFileSync("ffprobe", ["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", path]));
const complaintsOf = (path: string): string =>
  spawnSync("ffmpeg", ["-v", "error", "-i", path, "-f", "null", "-"], { encoding: "utf8" }).stderr;

describe.runIf(FILES.length > 0)("a real file with a hidden part, kept as it is", () => {
  it.each(FILES.map((path) => [nameOf(path), path] as const))("R4 %s", { timeout: 300_000 }, async (name, path) => {
    const kernels = await loadCheckKernels();
    const bytes = readBytes(path);
    const index = await openIndex(sourceFromBytes(bytes));
    const middle = Math.max(0, Math.round(index.durationMicroseconds / 2) - 300_000);
    const hidesSound = index.streams.every(({ track }) => track?.kind !== "audio" || track.codec === "mp4a.40.2");
    const sound = hidesSound ? ("mute" as const) : ("keep" as const);
    const part = { ...CLIP_PART, sound, startMicroseconds: middle, endMicroseconds: middle + 600_000 };
    const sinks = { main: new MemorySink(), slave: new MemorySink() };
    const texts = { title: name, mainName: "f.cmx", slaveName: "f.cms", protection: "sealed" as const };
    const openRecoder = nodeRecoderOf(sourceFromBytes(bytes), name);
    try {
      await divideFile(kernels, "samples", bytes, { ...texts, restrictions: [part], openRecoder }, sinks);
    } catch (error) {
      expect(error).toBeInstanceOf(UnsupportedError);
      console.log(`${name}: ${String(error)}`);
      return;
    }
    const pair = { main: sinks.main.bytes(), slave: sinks.slave.bytes() };
    const given = await ordinary(pair);
    const base = await combineDivision(kernels, given);
    expectSameBytes(await combineDivision(kernels, pair), bytes, "combined");
    const own = join(folder, name);
    writeFileSync(own, base);
    if (complaintsOf(path) === "") expect(complaintsOf(own)).toBe("");
    expect(Math.abs(secondsOf(own) - secondsOf(path))).toBeLessThan(0.1);
    const hidden: Uint8Array[] = [];
    /** What is the same in pictures that everybody sees says nothing: parameter sets, pictures in which nothing moves. */
    const others: Uint8Array[] = [];
    for await (const batch of index.samples())
      for (const { offset, size, timeMicroseconds: time, stream } of batch)
        if (stream === index.film)
          (time >= middle && time < middle + 600_000 ? hidden : others).push(bytes.subarray(offset, offset + size));
    expect(hidden.length).toBeGreaterThan(1);
    const opened = (await shownSegments(given)).flatMap(({ publicBytes, withheld }) => [publicBytes, withheld]);
    expect(sharedRun(hidden, [...opened, given.main, given.slave, base], others)).toBeUndefined();
    const added = pair.main.length + pair.slave.length - bytes.length;
    console.log(`${name}: ${bytes.length} bytes, ${added} added`);
  });
});
