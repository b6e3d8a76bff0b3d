/** Programs of other people that tests hold the code against. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * False where a program is not installed, with a loud word.
 * @param notHeld what goes unproved without it
 * @throws Error in a continuous integration run, which has to have it
 */
export function hasTool(program: string, probe: string, debianPackage: string, notHeld: string): boolean {
  const found = spawnSync(program, [probe]).error === undefined;
  if (!found && process.env.CI) throw new Error(`${program} is missing: apt-get install ${debianPackage}`);
  if (!found) console.warn(`SKIPPED: ${program} is missing, ${notHeld}: apt-get install ${debianPackage}`);
  return found;
}

/** Runs `work` with a folder of its own, which is gone afterwards. */
export function withFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "cmix-test-"));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const hasFfmpeg = (): boolean =>
  hasTool("ffmpeg", "-version", "ffmpeg", "our MPEG-1 streams were NOT held against another decoder");

/** Lets ffmpeg decode an MPEG-1 elementary stream; one I420 picture after another, as they come out, and what it complained about. */
export function ffmpegDecode(stream: Uint8Array, pictureBytes: number): { pictures: Uint8Array[]; complaints: string } {
  return withFolder((folder) => {
    const source = join(folder, "in.m1v");
    const target = join(folder, "out.yuv");
    writeFileSync(source, stream);
    const { stderr, status } = spawnSync(
      "ffmpeg",
      [
        "-v",
        "warning",
        "-nostdin",
        "-threads",
        "1",
        "-f",
        "mpegvideo",
        "-i",
        source,
        "-fps_mode",
        "passthrough",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "yuv420p",
        target,
      ],
      { encoding: "utf8" },
    );
    if (status !== 0) throw new Error(`ffmpeg ended with ${status}: ${stderr}`);
    // It guesses a duration of a bare stream from its rate and says so; that is no complaint about the stream.
    const complaints = stderr.split("\n").filter((line) => line.trim() !== "" && !line.includes("Estimating duration"));
    const bytes = new Uint8Array(readFileSync(target));
    const pictures = Array.from({ length: bytes.length / pictureBytes }, (_, i) =>
      bytes.subarray(i * pictureBytes, (i + 1) * pictureBytes),
    );
    return { pictures, complaints: complaints.join("\n") };
  });
}

/** Runs a program on a file and gives back the file that it wrote. */
export function convertFile(
  program: string,
  bytes: Uint8Array,
  args: (source: string, target: string) => string[],
  extension: string,
): Uint8Array {
  return withFolder((folder) => {
    const source = join(folder, `in.${extension}`);
    const target = join(folder, `out.${extension}`);
    writeFileSync(source, bytes);
    execFileSync(program, args(source, target), { stdio: "pipe" });
    return new Uint8Array(readFileSync(target));
  });
}

/** The first pictures of any video file, 4:2:0 with 8 bits a sample, as a .y4m file. */
export function ffmpegToY4m(path: string, pictures: number): Uint8Array {
  const options = ["-v", "error", "-nostdin", "-i", path, "-an", "-frames:v", `${pictures}`, "-pix_fmt", "yuv420p"];
  return new Uint8Array(
    execFileSync("ffmpeg", [...options, "-f", "yuv4mpegpipe", "-"], {
      maxBuffer: 1 << 30,
      stdio: ["ignore", "pipe", "pipe"],
    }),
  );
}
