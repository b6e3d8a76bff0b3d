/** Marks that went through another encoder: where they begin and end is found to the picture. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { concatBytes } from "../../codec/bytes/bytes.ts";
import { Y4M_PICTURE_HEADER } from "../../codec/containers/y4m/y4m.ts";
import { USUAL_MARK_PLACE } from "../../codec/restriction/draw-mark.ts";
import { judgeMarks } from "../../codec/restriction/judge-marks.ts";
import { USUAL_RULE, writeMark } from "../../codec/restriction/mark.ts";
import { type CheckKernels, loadCheckKernels } from "../support/kernels.ts";
import { drawInto, type LumaPicture, seeIn, timeOf } from "../support/marked.ts";
import { mediaFiles, nameOf } from "../support/media.ts";
import { ownFiles } from "../support/own-media.ts";
import { sampleOf } from "../support/sample.ts";
import { hasTool, withFolder } from "../support/tools.ts";
import { ROOT } from "../support/tree.ts";
import { readY4m } from "../support/y4m.ts";

const [WIDTH, HEIGHT, PICTURES] = [640, 360, 70];
const [FIRST, LAST] = [11, 52];
/** 37 modules, as a mark of a longer address has. */
const TEXT = writeMark({
  service: "https://films.cmix.example",
  rule: { ...USUAL_RULE, treatment: "mosaic", sound: "mute", area: { x: 0, y: 600, width: 1000, height: 400 } },
});

const hasFfmpeg = hasTool("ffmpeg", "-version", "ffmpeg", "marks were NOT looked for behind another encoder");
const hasQrencode = hasTool("qrencode", "--version", "qrencode", "marks of another encoder were NOT looked for");

let kernels: CheckKernels;
beforeAll(async () => {
  kernels = await loadCheckKernels();
});

const ffmpeg = (...args: string[]): Buffer =>
  execFileSync("ffmpeg", ["-v", "error", "-nostdin", "-y", ...args], { maxBuffer: 1 << 30 });

/** The luma of a file's pictures, at the rate of the clip. */
function lumaOf(path: string, ...filters: string[]): LumaPicture[] {
  const y4m = ffmpeg(
    "-i",
    path,
    ...filters,
    "-an",
    "-pix_fmt",
    "yuv420p",
    "-fps_mode",
    "passthrough",
    "-f",
    "yuv4mpegpipe",
    "-",
  );
  const { width, height, pictures } = readY4m(new Uint8Array(y4m), path);
  return pictures.map((planes, picture) => {
    const start = timeOf(picture);
    const durationMicroseconds = timeOf(picture + 1) - start;
    return {
      width,
      height,
      luma: planes.subarray(0, width * height),
      timestampMicroseconds: start,
      durationMicroseconds,
    };
  });
}

/** The sample scene with a mark in its pictures 11 to 52. */
function markedClip(folder: string, maker: "own" | "qrencode"): string {
  const [plain, marked] = [join(folder, "plain.y4m"), join(folder, "marked.y4m")];
  const scene = ["-i", join(ROOT, "samples/scene.mp4"), "-an", "-frames:v", `${PICTURES}`, "-pix_fmt", "yuv420p"];
  ffmpeg(...scene, "-vf", `scale=${WIDTH}:${HEIGHT},fps=25`, plain);
  if (maker === "qrencode") {
    const code = join(folder, "code.png");
    // Modules of two pixels and the quiet zone.
    execFileSync("qrencode", ["-l", "H", "-m", "4", "-s", "2", "-o", code, TEXT]);
    const filter = `[0][1]overlay=W-w-12:12:enable='between(n,${FIRST},${LAST})'`;
    ffmpeg("-i", plain, "-i", code, "-filter_complex", filter, "-pix_fmt", "yuv420p", marked);
    return marked;
  }
  const bytes = new Uint8Array(readFileSync(plain));
  const { pictures } = readY4m(bytes, plain);
  const head = bytes.subarray(0, bytes.indexOf(10) + 1);
  const drawn = pictures.flatMap((planes, picture) => {
    const size = { width: WIDTH, height: HEIGHT };
    const luma = planes.subarray(0, WIDTH * HEIGHT);
    const marks =
      picture >= FIRST && picture <= LAST ? [{ text: TEXT, place: { ...USUAL_MARK_PLACE, size: 280 } }] : [];
    return [Y4M_PICTURE_HEADER, drawInto(kernels, { ...size, luma }, marks), planes.subarray(WIDTH * HEIGHT)];
  });
  writeFileSync(marked, concatBytes(head, ...drawn));
  return marked;
}

/** By way: what the encoder does before it encodes, what is done with what it gives, and which pictures are left. */
const WAYS: Record<string, { before: string[]; behind: string[]; isLeft: (picture: number) => boolean }> = {
  "as it is": { before: [], behind: [], isLeft: () => true },
  "half the size and back": {
    before: ["-vf", `scale=${WIDTH / 2}:${HEIGHT / 2}`],
    behind: ["-vf", `scale=${WIDTH}:${HEIGHT}`],
    isLeft: () => true,
  },
  "a tenth of the pictures dropped": {
    before: ["-vf", "select=not(eq(mod(n*7\\,10)\\,3))", "-fps_mode", "passthrough"],
    behind: [],
    isLeft: (picture) => (picture * 7) % 10 !== 3,
  },
};

describe.runIf(hasFfmpeg)("behind x264", { timeout: 180_000 }, () => {
  for (const maker of ["own", "qrencode"] as const)
    for (const crf of [20, 28, 35])
      for (const [way, { before, behind, isLeft }] of sampleOf(Object.entries(WAYS), crf === 35 ? 3 : 1))
        it.runIf(maker === "own" || hasQrencode)(
          `R2: a mark drawn by ${maker} is found to the picture, CRF ${crf}, ${way}`,
          async () => {
            const pictures = withFolder((folder) => {
              const coded = join(folder, "coded.mp4");
              ffmpeg(
                "-i",
                markedClip(folder, maker),
                ...before,
                "-c:v",
                "libx264",
                "-crf",
                `${crf}`,
                "-threads",
                "1",
                coded,
              );
              return lumaOf(coded, ...behind);
            });
            const left = Array.from({ length: PICTURES }, (_, i) => i).filter(isLeft);
            expect(pictures.length).toBe(left.length);
            const seen = await seeIn(kernels, pictures);
            const [first, last] = [left.findIndex((i) => i >= FIRST), left.findLastIndex((i) => i <= LAST)];
            expect(seen.map(({ text, firstPicture, lastPicture }) => [text, firstPicture, lastPicture])).toEqual([
              [TEXT, first, last],
            ]);
          },
        );
});

describe.runIf(hasFfmpeg)("videos without marks", { timeout: 180_000 }, () => {
  const folders = ["mp4", "webm", "mpeg", "yuv", "h264"];
  const files = mediaFiles(...folders);
  const tried = sampleOf(files.length > 0 ? files : ownFiles(...folders), 4);
  for (const path of tried)
    it(`R2: no mark is seen in ${nameOf(path)}`, async () => {
      const pictures = ((): LumaPicture[] => {
        try {
          // Ten pictures a second are more than are looked at.
          return lumaOf(path, "-t", "40", "-vf", "fps=10");
        } catch {
          return []; // what ffmpeg does not decode shows nothing
        }
      })();
      const judged = await judgeMarks(await seeIn(kernels, pictures), { unsigned: true, nowSeconds: 0 });
      expect(judged).toEqual([]);
    });
});
