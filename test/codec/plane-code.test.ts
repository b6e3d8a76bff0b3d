/** The context coder of the top bit plane, held against READ and against a reader written from FORMAT.md 9.1. */
import { beforeAll, describe, expect, it } from "vitest";
import { CompressDecoder } from "../../codec/methods/compress-decoder.ts";
import { PictureEncoder, type PlaneCode } from "../../codec/methods/picture-encoder.ts";
import { type Kernels, loadKernels } from "../../codec/wasm/load-kernels.ts";
import { below, createRandom } from "../support/fills.ts";
import { readWasm } from "../support/kernels.ts";
import { paintScene, SCENES } from "../support/scenes.ts";
import type { Clip } from "../support/y4m.ts";

const SEED = 61;
let wasm: WebAssembly.Module;
let encoderSide: Kernels;
let decoderSide: Kernels;
beforeAll(async () => {
  wasm = await WebAssembly.compile(readWasm("check"));
  encoderSide = await loadKernels(wasm);
  decoderSide = await loadKernels(wasm);
});

interface Coded {
  publicBytes: Uint8Array;
  withheld: Uint8Array;
  reconstruction: Uint8Array;
}

function encode(clip: Clip, bitplane: "gray" | "binary", planeCode: PlaneCode, quality: number): Coded[] {
  const { width, height } = clip;
  const [chromaWidth, chromaHeight] = [(width + 1) >> 1, (height + 1) >> 1];
  const encoder = new PictureEncoder(encoderSide, { width, height, frameRate: [25, 1] }, bitplane, planeCode);
  const coded = clip.pictures.map((data, number) => {
    const planes = [
      { offset: 0, stride: width },
      { offset: width * height, stride: chromaWidth },
      { offset: width * height + chromaWidth * chromaHeight, stride: chromaWidth },
    ];
    const picture = {
      timestampMicroseconds: 0,
      durationMicroseconds: 1,
      format: "I420" as const,
      width,
      height,
      data,
      planes,
    };
    const part = encoder.encode(picture, { quality, key: number % 4 === 0, number });
    return { ...part, reconstruction: encoder.reconstruction() };
  });
  encoder.close();
  return coded;
}

function openDecoder(clip: Clip, bitplane: string, planeCode: string): CompressDecoder {
  const track = {
    id: 0,
    kind: "video",
    codec: "cmix-mpeg1",
    width: clip.width,
    height: clip.height,
    frameRate: [25, 1],
    pixelAspect: [1, 1],
    rotation: 0,
    mirrored: false,
    matrix: "bt601",
    fullRange: false,
  } as const;
  return new CompressDecoder(
    decoderSide,
    { ...track, frameRate: [25, 1], pixelAspect: [1, 1] },
    { bitplane, planeCode },
  );
}

describe("the plane by context", () => {
  for (const scene of Object.keys(SCENES)) {
    for (const bitplane of ["gray", "binary"] as const) {
      it(`gives the pictures that READ gives, never longer by more than its byte: ${scene}, ${bitplane}`, () => {
        for (const [width, height] of [
          [16, 16],
          [50, 38],
          [144, 80],
        ] as const) {
          const clip = paintScene(scene, width, height, 5, SEED);
          for (const quality of [1, 4, 31]) {
            const read = encode(clip, bitplane, "read", quality);
            const adaptive = encode(clip, bitplane, "adaptive", quality);
            const decoder = openDecoder(clip, bitplane, "adaptive");
            adaptive.forEach((part, i) => {
              expect(part.publicBytes).toEqual(read[i]?.publicBytes);
              expect(part.reconstruction).toEqual(read[i]?.reconstruction);
              expect(part.withheld.length).toBeLessThanOrEqual((read[i]?.withheld.length ?? 0) + 1);
              decoder.decode(part.publicBytes, part.withheld);
              expect(decoder.i420()).toEqual(part.reconstruction);
            });
            decoder.close();
          }
        }
      });
    }
  }

  it("is shorter than READ by a sixth and more on what a camera gives", () => {
    const clip = paintScene("camera", 352, 288, 1, SEED);
    const [read] = encode(clip, "gray", "read", 4);
    const [adaptive] = encode(clip, "gray", "adaptive", 4);
    expect(adaptive?.withheld[0]).toBe(1);
    expect(adaptive?.withheld.length).toBeLessThan(0.83 * (read?.withheld.length ?? 0));
  });

  it("is read by a reader written from FORMAT.md 9.1", () => {
    const clip = paintScene("camera", 64, 48, 1, SEED);
    const [coded] = encode(clip, "gray", "adaptive", 4);
    if (coded === undefined) throw new Error("nothing coded");
    expect(coded.withheld[0]).toBe(1);
    // Whole macroblocks, so the reconstruction is the plane: its fold back is the low bits, its top bit what is to be found.
    const sizes = [
      [64, 48],
      [32, 24],
      [32, 24],
    ] as const;
    const reader = new PlaneReader(coded.withheld.subarray(1));
    let offset = 0;
    sizes.forEach(([width, height], plane) => {
      if (plane < 2) reader.reset();
      const samples = coded.reconstruction.subarray(offset, offset + width * height);
      const low = samples.map((sample) => (sample < 128 ? sample : 255 - sample));
      const bits = reader.plane(low, width, height);
      expect([...bits]).toEqual([...samples].map((sample) => sample >> 7));
      offset += width * height;
    });
  });

  it("takes any withheld bytes without a trap", () => {
    const clip = paintScene("camera", 64, 48, 1, SEED);
    const [coded] = encode(clip, "gray", "adaptive", 4);
    if (coded === undefined) throw new Error("nothing coded");
    for (let turn = 0; turn < 3000; turn++) {
      const random = createRandom(SEED + turn);
      const withheld = coded.withheld.slice(0, turn % 3 === 0 ? below(random, coded.withheld.length + 1) : undefined);
      for (let flips = 0; flips < 3 && withheld.length > 0; flips++)
        withheld[below(random, withheld.length)] = random() & 255;
      const { memory, raw } = decoderSide;
      raw.decoderOpen(1, 1);
      const status = memory.withAllocations((scope) =>
        raw.decoderPicture(
          scope.put(coded.publicBytes),
          coded.publicBytes.length,
          scope.put(withheld),
          withheld.length,
        ),
      );
      expect(status, `seed=${SEED + turn}`).toBeLessThanOrEqual(1);
    }
  });
});

/** FORMAT.md 9.1, in plain numbers. */
class PlaneReader {
  private range = 2 ** 32 - 1;
  private code = 0;
  private position = 0;
  private samples: { p: number; r: number }[] = [];
  private groups: { p: number; r: number }[] = [];

  constructor(private readonly bytes: Uint8Array) {
    for (let i = 0; i < 4; i++) this.code = this.code * 256 + this.next();
  }

  reset(): void {
    const ones = (value: number): number => value.toString(2).replaceAll("0", "").length;
    this.samples = Array.from({ length: 4096 }, (_, i) => ({
      p: Math.floor(((2 * ones(i % 1024) + 1) * 32768) / 22),
      r: 1,
    }));
    this.groups = Array.from({ length: 8 }, () => ({ p: 29491, r: 1 }));
  }

  plane(low: Uint8Array, width: number, height: number): Uint8Array {
    const bits = new Uint8Array(width * height);
    const at = (x: number, y: number): number => (x < 0 || x >= width || y < 0 ? 0 : (bits[y * width + x] ?? 0));
    const classOf = (sample: number): number => (sample < 96 ? 0 : sample < 112 ? 1 : sample < 122 ? 2 : 3);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x += 8) {
        const eight = low.subarray(y * width + x, y * width + x + 8);
        const v = at(x - 1, y);
        let uniform = true;
        for (let i = -2; i <= 9; i++) uniform &&= at(x + i, y - 1) === v;
        if (uniform && this.decide(this.groups[v * 4 + Math.max(...[...eight].map(classOf))])) {
          bits.fill(v, y * width + x, y * width + x + 8);
          continue;
        }
        for (let i = x; i < x + 8; i++) {
          let number = classOf(low[y * width + i] ?? 0);
          for (const [dx, dy] of [
            [-1, -2],
            [0, -2],
            [1, -2],
            [-2, -1],
            [-1, -1],
            [0, -1],
            [1, -1],
            [2, -1],
            [-2, 0],
            [-1, 0],
          ] as const) {
            number = number * 2 + at(i + dx, y + dy);
          }
          bits[y * width + i] = this.decide(this.samples[number]) ? 1 : 0;
        }
      }
    }
    return bits;
  }

  private next(): number {
    return this.bytes[this.position++] ?? 0;
  }

  private decide(context: { p: number; r: number } | undefined): boolean {
    if (context === undefined) throw new Error("no such context");
    const ones = Math.floor(this.range / 32768) * context.p;
    const answer = this.code < ones;
    if (answer) {
      this.range = ones;
      context.p += (32768 - context.p) >> context.r;
    } else {
      this.code -= ones;
      this.range -= ones;
      context.p -= context.p >> context.r;
    }
    context.p = Math.min(32736, Math.max(32, context.p));
    if (context.r < 5) context.r += 1;
    while (this.range < 2 ** 24) {
      this.range *= 256;
      this.code = this.code * 256 + this.next();
    }
    return answer;
  }
}
