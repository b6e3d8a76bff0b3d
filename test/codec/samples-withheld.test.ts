/** D1: what lies in the main alone shows nothing. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { openIndex } from "../../codec/containers/open-index.ts";
import { MainReader } from "../../codec/format/main-file.ts";
import { type Kernels, loadKernels } from "../../codec/wasm/load-kernels.ts";
import { readWasm } from "../support/kernels.ts";
import { ALL_MEDIA, divideBytes, mediaFiles, nameOf, readBytes } from "../support/media.ts";
import { ownFiles } from "../support/own-media.ts";
import { sampleOf } from "../support/sample.ts";
import { hasFfmpeg, withFolder } from "../support/tools.ts";
import { ROOT } from "../support/tree.ts";
import { likeness, withoutSlave } from "../support/withheld.ts";

const RUN_BYTES = 32;
const SIDE = 64; // pictures are compared at 64x64, grey: what can be recognised survives that

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels(readWasm("kernels"));
});

const CODECS =
  /A4|av1_1080|bikes|hevc|gizmo|642x642|rabbit_240p_vp8|with_sound|vp9_alpha|av1_444|stream_vp8|BA_MW_D\.264|CABA3/;
const all = [
  `${ROOT}samples/scene.mp4`,
  ...ownFiles("mp4", "webm", "h264"),
  ...mediaFiles("mp4", "webm", "h264").filter((path) => ALL_MEDIA || CODECS.test(path)),
  ...[...ownFiles("mpeg"), ...mediaFiles("mpeg")].filter((path) => /h264.*\.ts$/.test(path)),
];
const files = sampleOf(all, 14);

describe("sealed: no 32 bytes of the source's coded data stand in the main", () => {
  for (const path of files) {
    it(nameOf(path), async () => {
      const source = Buffer.from(readBytes(path));
      const division = await divideBytes(kernels, new Uint8Array(source), "sealed");
      const main = Buffer.from(division.main);
      expect((await MainReader.open(sourceFromBytes(division.main))).header.layers[0]?.public).toBe("sealed");
      // Wherever a run of 32 lies in the main, 16 of its bytes begin there at a multiple of 16.
      const blocks = new Map<string, number>();
      for (let at = 0; at + 16 <= main.length; at += 16) blocks.set(main.toString("latin1", at, at + 16), at);
      const found: number[] = [];
      for await (const batch of (await openIndex(sourceFromBytes(source))).samples())
        for (const { offset, size } of batch)
          for (let at = offset; at + 16 <= Math.min(offset + size, source.length); at++) {
            const other = blocks.get(source.toString("latin1", at, at + 16));
            if (other !== undefined && sameRun(source, at, main, other) >= RUN_BYTES) found.push(at);
          }
      expect(found).toEqual([]);
    });
  }
});

/** Length of the run around two places that are the same in both. */
function sameRun(a: Uint8Array, atA: number, b: Uint8Array, atB: number): number {
  let [before, behind] = [0, 0];
  while (atA + behind < a.length && atB + behind < b.length && a[atA + behind] === b[atB + behind]) behind += 1;
  while (before < Math.min(atA, atB) && a[atA - before - 1] === b[atB - before - 1]) before += 1;
  return before + behind;
}

/** Grey pictures of 64x64 that ffmpeg makes of a file, one behind another. */
function decode(bytes: Uint8Array, name: string): Uint8Array {
  return withFolder((folder) => {
    const [source, target] = [join(folder, name), join(folder, "out.raw")];
    writeFileSync(source, bytes);
    writeFileSync(target, "");
    const args = [
      "-v",
      "quiet",
      "-nostdin",
      "-y",
      "-threads",
      "1",
      "-err_detect",
      "ignore_err",
      "-flags",
      "+output_corrupt",
    ];
    const scale = `scale=${SIDE}:${SIDE}:flags=area,format=gray`;
    spawnSync(
      "ffmpeg",
      [
        ...args,
        "-i",
        source,
        "-an",
        "-fps_mode",
        "passthrough",
        "-frames:v",
        "40",
        "-vf",
        scale,
        "-f",
        "rawvideo",
        target,
      ],
      {
        timeout: 30_000,
      },
    );
    return new Uint8Array(readFileSync(target));
  });
}

describe.skipIf(!hasFfmpeg())(
  "patent: with the codec configuration handed in and zeros for the rest, no picture is recognised",
  () => {
    const rows: string[] = [];
    for (const path of files) {
      it(nameOf(path), async () => {
        const bytes = readBytes(path);
        const original = decode(bytes, nameOf(path));
        expect(original.length).toBeGreaterThan(0);
        const stolen = decode(await withoutSlave(kernels, bytes), nameOf(path));
        const size = SIDE * SIDE;
        let best = 0;
        // Against every picture of the original, since a decoder that drops some moves the others.
        for (let at = 0; at + size <= stolen.length; at += size)
          for (let from = 0; from + size <= original.length; from += size)
            best = Math.max(best, likeness(stolen.subarray(at, at + size), original.subarray(from, from + size)));
        rows.push(
          `${nameOf(path)}: ${stolen.length / size} of ${original.length / size} pictures, likeness ${best.toFixed(2)}`,
        );
        expect(best).toBeLessThan(0.5);
      });
    }
    it("what came out", () => console.log(rows.join("\n")));
  },
);
