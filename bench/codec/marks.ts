/** Looking for marks beside decoding alone: MPEG-2 of 1080p, all on one thread. Dividing with marks may take 1.6 times the decoding. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { loadNodeCodeReader, loadNodeKernels, openFile } from "../../codec/hosts/node/index.ts";
import {
  type Kernels,
  MarkFinder,
  openMpegMedia,
  type SourcePicture,
  USUAL_RULE,
  writeMark,
} from "../../codec/index.ts";
import { type Ratio, ROOT } from "../measure.ts";

const run = promisify(execFile);
const [SECONDS, ROUNDS] = [6, 3];
/** Modules of three pixels, with the quiet zone, for some seconds in the middle. */
const MARK = writeMark({
  service: "https://cmix.example",
  rule: { ...USUAL_RULE, treatment: "mosaic", sound: "mute" },
});

export async function benchMarks(): Promise<Ratio[]> {
  const folder = await mkdtemp(join(tmpdir(), "cmix-bench-marks-"));
  try {
    const plain = ["-v", "error", "-nostdin", "-y", "-i", join(ROOT, "samples/scene.mp4"), "-t", `${SECONDS}`];
    const coded = ["-an", "-c:v", "mpeg2video", "-b:v", "8M", "-bf", "2", "-g", "15"];
    const [unmarked, marked, code] = ["unmarked.m2v", "marked.m2v", "code.png"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    await run("qrencode", ["-l", "H", "-m", "4", "-s", "3", "-o", code, MARK]);
    await run("ffmpeg", [...plain, "-vf", "scale=1920:1080", ...coded, unmarked]);
    const overlay = "[0]scale=1920:1080[a];[a][1]overlay=W-w-24:24:enable='between(t,2,4)'";
    await run("ffmpeg", [...plain, "-i", code, "-filter_complex", overlay, ...coded, marked]);
    return [await benchFile(unmarked, "no mark"), await benchFile(marked, "a mark for two seconds")];
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function benchFile(path: string, what: string): Promise<Ratio> {
  const [decoding, finding] = [await loadNodeKernels(), await loadNodeKernels()];
  const read = await loadNodeCodeReader();
  let [alone, together, marks] = [0, 0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    alone = Math.max(alone, await picturesASecond(decoding, path));
    const finder = new MarkFinder(finding, read);
    const look = async (picture: SourcePicture): Promise<void> => {
      const { width, height, data, timestampMicroseconds, durationMicroseconds } = picture;
      const added = finding.memory.withAllocations((scope) => {
        const pointer = scope.put(data.subarray(0, width * height));
        return finder.add({ pointer, stride: width, width, height }, timestampMicroseconds, durationMicroseconds);
      });
      await added;
    };
    together = Math.max(together, await picturesASecond(decoding, path, look));
    marks = (await finder.finish()).length;
    finder.close();
  }
  return {
    name: `marks looked for while decoding 1080p, ${what}`,
    peer: "decoding alone",
    ours: together,
    theirs: alone,
    unit: "pictures/s",
    details: { marks, "times the decoding": (alone / together).toFixed(2), threads: 1 },
  };
}

async function picturesASecond(
  kernels: Kernels,
  path: string,
  look?: (picture: SourcePicture) => Promise<void>,
): Promise<number> {
  const file = await openFile(path);
  const media = await openMpegMedia(kernels, file);
  try {
    const started = performance.now();
    let count = 0;
    for await (const picture of media.pictures) {
      await look?.(picture);
      media.buffers?.give(picture.data.buffer as ArrayBuffer);
      count += 1;
    }
    return (count * 1000) / (performance.now() - started);
  } finally {
    media.close();
    await file.close();
  }
}
