/** D1: what lies in the main alone shows nothing. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { sourceFromBytes } from "../../codec/format/bytes.ts";
import { MainReader } from "../../codec/format/main-file.ts";
import { openIndex } from "../../codec/methods/samples/open-index.ts";
import { type Kernels, loadKernels } from "../../codec/wasm/load-kernels.ts";
import { readWasm } from "../support/kernels.ts";
import { ALL_MEDIA, divideBytes, mediaFiles, nameOf, readBytes } from "../support/media.ts";
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
const files = [
  `${ROOT}samples/scene.mp4`,
  ...mediaFiles("mp4", "webm", "h264").filter((path) => ALL_MEDIA || CODECS.test(path)),
  ...mediaFiles("mpeg").filter((path) => /h264.*\.ts$/.test(path)),
];

describe("sealed", () => {
  it("no 32 bytes of the source's coded data stand in the main", async () => {
    const source = readBytes(`${ROOT}samples/scene.mp4`);
    const { main } = await divideBytes(kernels, source.slice(), "sealed");
    const key = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + RUN_BYTES));
    // Every run of 32 in the source holds one that starts at a multiple of 16 when 47 are looked at; so 16-byte steps find all of 48.
    const runs = new Set<string>();
    for (let at = 0; at + RUN_BYTES <= main.length; at++) runs.add(key(main, at));
    const found: number[] = [];
    for await (const batch of (await openIndex(sourceFromBytes(source))).samples())
      for (const { offset, size } of batch)
        for (let at = offset; at + RUN_BYTES <= offset + size; at += 16) if (runs.has(key(source, at))) found.push(at);
    expect(found).toEqual([]);
    expect((await MainReader.open(sourceFromBytes(main))).header.layers[0]?.public).toBe("sealed");
  });
});

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
