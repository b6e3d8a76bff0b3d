/** The context coder of the top bit plane, compared with READ and against a reader written from FORMAT.md 9.1. */
import { beforeAll, describe, expect, it } from "vitest";
import { CompressDecoder } from "../../codec/methods/compress/compress-decoder.ts";
import { PictureEncoder, type PlaneCode } from "../../codec/methods/compress/picture-encoder.ts";
import { type Kernels, loadKernels } from "../../codec/wasm/load-kernels.ts";
import { below, createRandom } from "../support/fills.ts";
import { readWasm } from "../support/kernels.ts";
import { sampleOf } from "../support/sample.ts";
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
  const rows = Object.keys(SCENES).flatMap((scene) =>
    (["gray", "binary"] as const).map((bitplane) => ({ scene, bitplane })),
  );
  for (const { scene, bitplane } of sampleOf(rows, 4)) {
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
    const reader = new PlaneReader(new RangeReader(coded.withheld.subarray(1)));
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

  it("is followed by the DC levels of P-pictures, read by a reader written from FORMAT.md 9.2", () => {
    // The right half of the second picture is new and brighter, every block of it flat, so that its samples are its DC level.
    const [width, height] = [192, 96];
    const random = createRandom(SEED);
    const flat = (planeWidth: number, planeHeight: number, texture: Uint8Array): Uint8Array => {
      const levels = Array.from({ length: (planeWidth * planeHeight) / 64 }, () => 200 + below(random, 12));
      return texture.map((sample, i) => {
        const [x, y] = [i % planeWidth, Math.floor(i / planeWidth)];
        return x < planeWidth / 2 ? sample : (levels[(y >> 3) * (planeWidth >> 3) + (x >> 3)] ?? 0);
      });
    };
    const [bright] = paintScene("camera", width, height, 1, SEED).pictures;
    if (bright === undefined) throw new Error("no picture");
    const before = bright.map((sample) => sample >> 1);
    const sizes = [
      [width, height, 0],
      [width / 2, height / 2, width * height],
      [width / 2, height / 2, width * height * 1.25],
    ] as const;
    const second = new Uint8Array(before.length);
    for (const [w, h, offset] of sizes) second.set(flat(w, h, before.slice(offset, offset + w * h)), offset);
    const clip = { name: "half new", width, height, pictures: [before, second] };
    const coded = encode(clip, "gray", "adaptive", 4)[1];
    if (coded === undefined) throw new Error("nothing coded");
    expect(coded.withheld[0]).toBe(1);

    const planes = sizes.map(([w, h, offset], i) => ({
      samples: coded.reconstruction.slice(offset, offset + w * h),
      width: w,
      isChroma: i > 0,
    }));
    const [luma, cb, cr] = planes as [DcPlane, DcPlane, DcPlane];
    const reader = new DcReader(new RangeReader(coded.withheld.subarray(1)));
    for (let top = 0; top < height; top += 16) {
      for (let left = width / 2; left < width; left += 16) {
        for (const [plane, x, y] of [
          [luma, left, top],
          [luma, left + 8, top],
          [luma, left, top + 8],
          [luma, left + 8, top + 8],
          [cb, left / 2, top / 2],
          [cr, left / 2, top / 2],
        ] as const) {
          const level = reader.level(plane, x, y);
          expect(level, `${plane.isChroma ? "chrominance" : "luminance"} ${x}, ${y}`).toBe(
            plane.samples[y * plane.width + x],
          );
        }
      }
    }
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

interface Context {
  p: number;
  r: number;
}

/** FORMAT.md 9.1, in plain numbers: the range coder. */
class RangeReader {
  private range = 2 ** 32 - 1;
  private code = 0;
  private position = 0;

  constructor(private readonly bytes: Uint8Array) {
    for (let i = 0; i < 4; i++) this.code = this.code * 256 + this.next();
  }

  private next(): number {
    return this.bytes[this.position++] ?? 0;
  }

  decide(first: Context | undefined, second?: Context): boolean {
    if (first === undefined) throw new Error("no such context");
    let p = first.p;
    if (second !== undefined) {
      const surer = Math.abs(first.p - 16384) > Math.abs(second.p - 16384) ? first : second;
      p = Math.floor((first.p + second.p + 2 * surer.p) / 4);
    }
    const ones = Math.floor(this.range / 32768) * p;
    const answer = this.code < ones;
    if (answer) {
      this.range = ones;
    } else {
      this.code -= ones;
      this.range -= ones;
    }
    for (const context of second === undefined ? [first] : [first, second]) {
      if (answer) context.p += (32768 - context.p) >> context.r;
      else context.p -= context.p >> context.r;
      context.p = Math.min(32736, Math.max(32, context.p));
      if (context.r < 5) context.r += 1;
    }
    while (this.range < 2 ** 24) {
      this.range *= 256;
      this.code = this.code * 256 + this.next();
    }
    return answer;
  }
}

/** The planes of FORMAT.md 9.1, `gray`. */
class PlaneReader {
  private fits: Context[] = [];
  private patterns: Context[] = [];
  private wides: Context[] = [];
  private groups: Context[] = [];

  constructor(private readonly coder: RangeReader) {}

  reset(): void {
    const ones = (value: number): number => value.toString(2).replaceAll("0", "").length;
    const first = [300, 800, 1600, 3200, 6400, 11000, 16384, 21768, 26368, 29568, 31168, 31968, 32468];
    this.fits = Array.from({ length: 13 * 64 }, (_, i) => ({ p: first[Math.floor(i / 64)] ?? 0, r: 1 }));
    this.patterns = Array.from({ length: 4096 }, (_, i) => ({
      p: Math.floor(((2 * ones(i % 1024) + 1) * 32768) / 22),
      r: 1,
    }));
    this.wides = Array.from({ length: 8 }, () => ({ p: 29491, r: 1 }));
    this.groups = Array.from({ length: 16 }, () => ({ p: 29491, r: 1 }));
  }

  plane(low: Uint8Array, width: number, height: number): Uint8Array {
    const bits = new Uint8Array(width * height);
    const at = (x: number, y: number): number => (x < 0 || x >= width || y < 0 ? 0 : (bits[y * width + x] ?? 0));
    const classOf = (sample: number): number => (sample < 96 ? 0 : sample < 112 ? 1 : sample < 122 ? 2 : 3);
    const put = (value: number, bit: number): number => (bit ? 255 - value : value);
    const sample = (x: number, y: number): number => put(low[y * width + x] ?? 0, at(x, y));
    const fitOf = (x: number, y: number): number => {
      const [up, left] = [y > 0, x > 0];
      const a = left ? sample(x - 1, y) : up ? sample(x, y - 1) : 0;
      const b = up ? sample(x, y - 1) : a;
      const c = up && left ? sample(x - 1, y - 1) : up ? b : a;
      const expected = c >= Math.max(a, b) ? Math.min(a, b) : c <= Math.min(a, b) ? Math.max(a, b) : a + b - c;
      const [z, o] = [0, 1].map((bit) => Math.abs(put(low[y * width + x] ?? 0, bit) - expected)) as [number, number];
      const step = [3, 8, 16, 32, 64, 112].filter((limit) => Math.abs(z - o) >= limit).length;
      const distance = [3, 8, 24].filter((limit) => Math.min(z, o) >= limit).length;
      const near = at(x - 1, y) * 8 + at(x, y - 1) * 4 + at(x - 1, y - 1) * 2 + at(x + 1, y - 1);
      return ((z < o ? 6 - step : 6 + step) * 4 + distance) * 16 + near;
    };
    const patternOf = (x: number, y: number): number =>
      (
        [
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
        ] as const
      ).reduce((number, [dx, dy]) => number * 2 + at(x + dx, y + dy), classOf(low[y * width + x] ?? 0));
    /** Whether the bits above and before `count` samples all equal the one before. */
    const agrees = (x: number, y: number, count: number): boolean => {
      for (let i = -2; i < count + 2; i++) if (at(x + i, y - 1) !== at(x - 1, y)) return false;
      return true;
    };
    const classFrom = (x: number, y: number, count: number): number =>
      Math.max(...[...low.subarray(y * width + x, y * width + x + count)].map(classOf));
    for (let y = 0; y < height; y++) {
      let asked = false;
      for (let x = 0; x < width; x += 8) {
        const v = at(x - 1, y);
        if (x % 64 === 0) {
          asked = x + 64 <= width && agrees(x, y, 64);
          if (asked && this.coder.decide(this.wides[v * 4 + classFrom(x, y, 64)])) {
            bits.fill(v, y * width + x, y * width + x + 64);
            x += 56;
            continue;
          }
        }
        const t = asked ? 1 : 0;
        if (agrees(x, y, 8) && this.coder.decide(this.groups[t * 8 + v * 4 + classFrom(x, y, 8)])) {
          bits.fill(v, y * width + x, y * width + x + 8);
          continue;
        }
        for (let i = x; i < x + 8; i++)
          bits[y * width + i] = this.coder.decide(this.fits[fitOf(i, y)], this.patterns[patternOf(i, y)]) ? 1 : 0;
      }
    }
    return bits;
  }
}

/** One plane of a reconstruction. */
interface DcPlane {
  samples: Uint8Array;
  width: number;
  isChroma: boolean;
}

/** The DC levels of FORMAT.md 9.2, of blocks that have nothing but a DC. */
class DcReader {
  private readonly contexts = new Map<string, Context>();

  constructor(private readonly coder: RangeReader) {}

  private decide(name: string): boolean {
    const context = this.contexts.get(name) ?? { p: 16384, r: 1 };
    this.contexts.set(name, context);
    return this.coder.decide(context);
  }

  level({ samples, width, isChroma }: DcPlane, left: number, top: number): number {
    const beside: number[] = [];
    for (let i = 0; i < 8; i++) {
      if (top > 0) beside.push(samples[(top - 1) * width + left + i] ?? 0);
      if (left > 0) beside.push(samples[(top + i) * width + left - 1] ?? 0);
    }
    const n = beside.length;
    const m = n === 0 ? 128 : Math.floor((beside.reduce((sum, sample) => sum + sample, 0) + n / 2) / n);
    const e = n === 0 ? 99 : Math.floor(beside.reduce((sum, sample) => sum + Math.abs(sample - m), 0) / n);
    const agreement = [2, 4, 8, 16, 32].filter((limit) => e >= limit).length;
    let k = 0;
    while (k < 8 && this.decide(`size ${isChroma} ${agreement} ${k}`)) k += 1;
    if (k === 0) return m;
    const negative = this.decide(`sign ${isChroma}`);
    let magnitude = 1;
    for (let bit = k - 2; bit >= 0; bit--) magnitude = magnitude * 2 + (this.decide(`bit ${k} ${bit}`) ? 1 : 0);
    return negative ? m - magnitude : m + magnitude;
  }
}
