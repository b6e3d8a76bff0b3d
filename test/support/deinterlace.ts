/** How like whole pictures are that were made of fields: against the progressive clip that the fields were taken from. */
import { execFileSync } from "node:child_process";
import type { Kernels } from "../../codec/wasm/load-kernels.ts";

export interface Luma {
  width: number;
  height: number;
  /** One picture after the other, tight; an even number of them. */
  data: Uint8Array;
}

const ffmpeg = (args: readonly string[], input?: Uint8Array): Uint8Array =>
  new Uint8Array(
    execFileSync("ffmpeg", ["-v", "error", "-nostdin", ...args], { maxBuffer: 1 << 30, ...(input && { input }) }),
  );

/** The luminance of a clip's first pictures. @param input as ffmpeg takes it: `-i FILE`, `-f lavfi -i SOURCE` */
export function lumaOf(input: readonly string[], width: number, height: number, pictures: number): Luma {
  const filter = ["-vf", `scale=${width}:${height},format=gray`, "-frames:v", String(pictures)];
  const all = ffmpeg([...input, ...filter, "-f", "rawvideo", "-"]);
  const pair = 2 * width * height;
  return { width, height, data: all.subarray(0, Math.floor(all.length / pair) * pair) };
}

/** Pairs of pictures made frames of two fields, the top one first. */
function interlaced({ width, height, data }: Luma): Uint8Array {
  const size = width * height;
  const frames = new Uint8Array(data.length / 2);
  for (let frame = 0; frame < frames.length / size; frame++)
    for (let y = 0; y < height; y++) {
      const from = (2 * frame + (y & 1)) * size + y * width;
      frames.set(data.subarray(from, from + width), frame * size + y * width);
    }
  return frames;
}

/** The first and the last pictures have no neighbours. */
const EDGE_PICTURES = 4;

function decibels({ width, height, data }: Luma, made: Uint8Array): number {
  const edge = EDGE_PICTURES * width * height;
  let squares = 0;
  for (let i = edge; i < data.length - edge; i++) squares += ((data[i] as number) - (made[i] as number)) ** 2;
  return 10 * Math.log10((255 * 255 * (data.length - 2 * edge)) / squares);
}

function byKernel({ raw, memory }: Kernels, { width, height }: Luma, frames: Uint8Array): Uint8Array {
  const size = width * height;
  const count = frames.length / size;
  const made = new Uint8Array(2 * frames.length);
  memory.withAllocations((scope) => {
    const [target, before, current, after] = [0, 0, 0, 0].map(() => scope.allocate(size)) as [
      number,
      number,
      number,
      number,
    ];
    for (let frame = 0; frame < count; frame++) {
      for (const [place, pointer] of [before, current, after].entries()) {
        const number = Math.min(count - 1, Math.max(0, frame + place - 1));
        memory.bytes(pointer, size).set(frames.subarray(number * size, (number + 1) * size));
      }
      for (const field of [0, 1]) {
        raw.deinterlacePlane(target, before, current, after, width, width, height, field, field);
        made.set(memory.bytes(target, size), (2 * frame + field) * size);
      }
    }
  });
  return made;
}

function byFilter(name: string, { width, height }: Luma, frames: Uint8Array): Uint8Array {
  const raw = ["-f", "rawvideo", "-pix_fmt", "gray", "-s", `${width}x${height}`, "-r", "25", "-i", "-"];
  const filter = `setfield=tff,${name}=mode=send_field:parity=tff:deint=all`;
  return ffmpeg([...raw, "-vf", filter, "-pix_fmt", "gray", "-f", "rawvideo", "-"], frames);
}

/** Decibels of all pictures together. */
export function deinterlaceQuality(
  kernels: Kernels,
  progressive: Luma,
): { ours: number; yadif: number; bwdif: number } {
  const frames = interlaced(progressive);
  const of = (made: Uint8Array): number => decibels(progressive, made);
  return {
    ours: of(byKernel(kernels, progressive, frames)),
    yadif: of(byFilter("yadif", progressive, frames)),
    bwdif: of(byFilter("bwdif", progressive, frames)),
  };
}
