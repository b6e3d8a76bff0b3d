/** Generated moving pictures, I420, all from a seed. */
import { createRandom } from "./fills.ts";
import type { Clip } from "./y4m.ts";

type Sample = (plane: number, x: number, y: number, picture: number, random: () => number) => number;

/** A bright and a dark object, a gradient and a fine texture that all move: what a camera gives, more or less. */
const camera: Sample = (plane, x, y, picture) => {
  if (plane > 0) return 128 + 50 * Math.sin((x + 2 * y) / 23 + plane + picture / 31);
  const ground = 96 + 60 * Math.sin((x - picture * 1.5) / 37) + 24 * Math.cos((y + picture / 2) / 19);
  const texture = 10 * Math.sin((x - picture * 1.5) * 1.1) * Math.cos((y + picture / 2) * 0.9);
  const disc = (x - 60 - 2 * picture) ** 2 + (y - 60) ** 2 < 900 ? 90 : 0;
  const bar = Math.abs(x + y - 150 + picture) < 9 ? -70 : 0;
  return ground + texture + disc + bar;
};

export const SCENES: Record<string, Sample> = {
  noise: (_plane, _x, _y, _picture, random) => random() & 255,
  "chequer of single samples": (_plane, x, y, picture) => ((x + y + picture) & 1) * 255,
  "saturated chroma": (plane, x, y, picture) =>
    plane === 0 ? 16 + 219 * (((x >> 3) + picture) & 1) : (((x >> 2) + (y >> 2) + plane + picture) & 1) * 255,
  "moving gradient": (plane, x, y, picture) =>
    (plane === 0 ? 3 * x + 2 * y + 5 * picture : 128 + x - y + picture) & 255,
  static: (plane, x, y) => camera(plane, x, y, 0, () => 0),
  "scene cut": (plane, x, y, picture, random) =>
    picture < 3 ? camera(plane, x, y, picture, random) : 255 - camera(plane, 3 * y + 17, 2 * x, picture, random),
  /** Vectors that need every forward_f_code up to 4. */
  "fast pan": (plane, x, y, picture) => camera(plane, x + 9 * picture * picture, y + 5 * picture * picture, 0, () => 0),
  camera,
};

export function paintScene(name: string, width: number, height: number, count: number, seed = 1): Clip {
  const sample = SCENES[name];
  if (sample === undefined) throw new Error(`no scene "${name}"`);
  const random = createRandom(seed);
  const sizes = [1, 2, 2].map((step) => [step, Math.ceil(width / step), Math.ceil(height / step)] as const);
  const length = sizes.reduce((sum, [, columns, rows]) => sum + columns * rows, 0);
  const pictures = Array.from({ length: count }, (_, picture) => {
    const samples = new Uint8ClampedArray(length);
    let i = 0;
    sizes.forEach(([step, columns, rows], plane) => {
      for (let y = 0; y < rows; y++)
        for (let x = 0; x < columns; x++) samples[i++] = sample(plane, x * step, y * step, picture, random);
    });
    return new Uint8Array(samples.buffer);
  });
  return { name: `${name} ${width}x${height}`, width, height, pictures };
}
