/**
 * D4: conformance streams of ISO/IEC 11172-4 and 13818-4, where CMIX_CONFORMANCE names a folder of them, stream by stream against
 * ffmpeg; prints the table of MPEG-CONFORMANCE.md.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type Kernels, loadKernels } from "../../codec/wasm/load-kernels.ts";
import { readWasm } from "../support/kernels.ts";
import { nameOf, readBytes } from "../support/media.ts";
import { agreement, decodeStream, ffmpegPictures, streamOf } from "../support/mpeg-frames.ts";
import { hasFfmpeg } from "../support/tools.ts";

const FOLDER = process.env.CMIX_CONFORMANCE;
const paths = FOLDER === undefined ? [] : readdirSync(FOLDER, { recursive: true, encoding: "utf8" }).sort();
const streams = paths.filter((path) => /\.(bits?|m1v|m2v|mpv|mpg)$/i.test(path));

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels(readWasm("kernels"));
});

describe.skipIf(FOLDER === undefined || !hasFfmpeg())("D4: conformance streams", () => {
  it("are in the folder", () => {
    expect(streams.length).toBeGreaterThan(0);
  });

  for (const path of streams)
    it(path, { timeout: 300_000 }, async () => {
      const stream = await streamOf(readBytes(join(FOLDER as string, path)));
      if (stream === undefined) return; // systems streams without video
      const ours = decodeStream(kernels, stream);
      const theirs = ffmpegPictures(stream, ours[0]?.samples.length ?? 1);
      const found = agreement(ours, theirs);
      const { width = 0, height = 0, chroma = "" } = ours[0] ?? {};
      const row = [nameOf(path), `${width}x${height}`, chroma, ours.length, found.mean.toFixed(4), found.most];
      console.info(`| ${row.join(" | ")} |`);
      expect(found.wrong).toBeUndefined();
      expect(ours.length).toBe(theirs.length);
      expect(ours.some(({ concealed }) => concealed > 0)).toBe(false);
    });
});
