/** What the codec benches run on: the clips of the proof where the shared media are at hand, the project's own scene always. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Ratio, ROOT } from "../measure.ts";

const run = promisify(execFile);

/** Uncompressed 1080p is 93 MB a second: the clips are cut to what memory holds. */
const CLIPS = [
  { name: "scene 360p", path: join(ROOT, "samples/scene.mp4"), pictures: 300 },
  { name: "foreman_cif", shared: "mp4/foreman_cif.mp4", pictures: 300 },
  { name: "bbb_480p_30s", shared: "mp4/bbb_480p_30s.mp4", pictures: 300 },
  { name: "flower_540p", shared: "mp4/flower_540p.mp4", pictures: 150 },
  { name: "camera_1080p_fullrange", shared: "mp4/camera_1080p_fullrange.mp4", pictures: 100 },
];

export interface BenchClip {
  name: string;
  /** Uncompressed 4:2:0. */
  y4m: string;
  seconds: number;
}

/** Decodes the clips into a folder of their own, and measures one after another; says which are not at hand. */
export async function forEachClip(measure: (clip: BenchClip, folder: string) => Promise<Ratio[]>): Promise<Ratio[]> {
  const folder = await mkdtemp(join(tmpdir(), "cmix-bench-"));
  try {
    const ratios: Ratio[] = [];
    for (const clip of await benchClips(folder)) ratios.push(...(await measure(clip, folder)));
    return ratios;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function benchClips(folder: string): Promise<BenchClip[]> {
  const shared = process.env.SHARED_MEDIA ?? join(ROOT, "../shared/media");
  const clips: BenchClip[] = [];
  for (const { name, path, shared: file, pictures } of CLIPS) {
    const source = path ?? join(shared, file ?? "");
    if (!existsSync(source)) {
      console.log(`  ${name}: ${source} is not at hand, left out`);
      continue;
    }
    const y4m = join(folder, `${name.replace(" ", "_")}.y4m`);
    await run("ffmpeg", ["-v", "error", "-y", "-i", source, "-frames:v", `${pictures}`, "-pix_fmt", "yuv420p", y4m]);
    clips.push({ name, y4m, seconds: await secondsOf(y4m) });
  }
  return clips;
}

async function secondsOf(path: string): Promise<number> {
  const args = ["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", path];
  return Number((await run("ffprobe", args)).stdout);
}
