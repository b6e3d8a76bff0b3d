import { beforeAll, describe, expect, it } from "vitest";
import { type ChromaFormat, chromaSize } from "../../codec/pictures/planar-picture.ts";
import type { Area, PictureTreatment, RestrictedPart } from "../../codec/restriction/part.ts";
import {
  coveredPixels,
  isWithin,
  type Overlay,
  type TreatmentOptions,
  treatPicture,
} from "../../codec/restriction/treat-picture.ts";
import { createRandom } from "../support/fills.ts";
import { type CheckKernels, loadCheckKernels } from "../support/kernels.ts";

let kernels: CheckKernels;
beforeAll(async () => {
  kernels = await loadCheckKernels();
});

/** Bytes behind each row. */
const SLACK = 7;

interface Planes {
  width: number;
  height: number;
  planes: { samples: Uint8Array; width: number; height: number }[];
}

/** Treats a picture of noise; gives it as it was and as it is. */
function treat(
  [width, height]: [number, number],
  areas: Area[],
  treatment: PictureTreatment,
  options: TreatmentOptions & { chroma?: ChromaFormat } = {},
): { before: Planes; after: Planes } {
  const random = createRandom(width * height);
  const [chromaWidth, chromaHeight] = chromaSize(width, height, options.chroma ?? "420");
  const strides = [width + SLACK, chromaWidth + SLACK] as const;
  const rows = [height, chromaHeight, chromaHeight];
  const pointers = rows.map((count, i) => {
    const bytes = Uint8Array.from({ length: count * strides[i === 0 ? 0 : 1] }, () => 1 + (random() % 200));
    return kernels.memory.put(bytes);
  }) as [number, number, number];
  const read = (): Planes => ({
    width,
    height,
    planes: pointers.map((pointer, i) => ({
      samples: kernels.memory.copy(pointer, (rows[i] as number) * strides[i === 0 ? 0 : 1]),
      width: i === 0 ? width : chromaWidth,
      height: rows[i] as number,
    })),
  });
  const before = read();
  const { chroma, ...rest } = options;
  const picture = { kernels, planes: pointers, strides, width, height, ...(chroma === undefined ? {} : { chroma }) };
  treatPicture(picture, { areas, treatment }, rest);
  const after = read();
  for (const pointer of pointers) kernels.memory.release(pointer);
  return { before, after };
}

/** Samples of a plane in the picture's rectangle, and all others (with the bytes behind rows). */
function split({ planes, width, height }: Planes, plane: number, area: Area): { inside: number[]; outside: number[] } {
  const { samples, width: columns, height: rows } = planes[plane] as Planes["planes"][number];
  const [inside, outside]: [number[], number[]] = [[], []];
  for (const [at, sample] of samples.entries()) {
    const [x, y] = [at % (columns + SLACK), Math.floor(at / (columns + SLACK))];
    const [px, py] = [x * (columns === width ? 1 : 2), y * (rows === height ? 1 : 2)];
    const isIn = px >= area.x && px < area.x + area.width && py >= area.y && py < area.y + area.height && x < columns;
    (isIn ? inside : outside).push(sample);
  }
  return { inside, outside };
}

const distinct = (samples: number[]): number => new Set(samples).size;

function overlay(width: number, height: number, [y, cb, cr, alpha]: [number, number, number, number]): Overlay {
  const [chromaWidth, chromaHeight] = chromaSize(width, height, "420");
  const plane = (value: number, samples: number) => kernels.memory.put(new Uint8Array(samples).fill(value));
  return {
    width,
    height,
    planes: [
      plane(y, width * height),
      plane(cb, chromaWidth * chromaHeight),
      plane(cr, chromaWidth * chromaHeight),
      plane(alpha, width * height),
    ],
    strides: [width, chromaWidth, width],
  };
}

describe("the pixels that an area covers", () => {
  it("are the macroblocks that it touches", () => {
    // 10.4 to 31.2 of 104 across, 20 to 39.2 of 80 down.
    expect(coveredPixels({ x: 100, y: 250, width: 200, height: 240 }, 104, 80)).toEqual({
      x: 0,
      y: 16,
      width: 32,
      height: 32,
    });
    expect(coveredPixels({ x: 0, y: 0, width: 1000, height: 1000 }, 101, 53)).toEqual({
      x: 0,
      y: 0,
      width: 101,
      height: 53,
    });
  });

  it("are never a sliver at the picture's edge", () => {
    expect(coveredPixels({ x: 999, y: 999, width: 1, height: 1 }, 642, 361)).toEqual({
      x: 624,
      y: 336,
      width: 18,
      height: 25,
    });
  });

  it("always hold the whole area, for any area in any picture", () => {
    const random = createRandom(7);
    for (let i = 0; i < 20_000; i++) {
      const [width, height] = [1 + (random() % 2000), 1 + (random() % 1200)];
      const [x, y] = [random() % 1000, random() % 1000];
      const area = { x, y, width: 1 + (random() % (1000 - x)), height: 1 + (random() % (1000 - y)) };
      const pixels = coveredPixels(area, width, height);
      const label = `${width}x${height} ${JSON.stringify(area)}`;
      if (pixels === undefined) expect.fail(label);
      expect(pixels.x % 16, label).toBe(0);
      expect(pixels.x * 1000 <= x * width && pixels.y * 1000 <= y * height, label).toBe(true);
      const [right, bottom] = [pixels.x + pixels.width, pixels.y + pixels.height];
      expect(right * 1000 >= (x + area.width) * width && bottom * 1000 >= (y + area.height) * height, label).toBe(true);
      expect(right <= width && bottom <= height, label).toBe(true);
      expect(right % 16 === 0 || right === width, label).toBe(true);
      expect(pixels.width >= Math.min(16, width) && pixels.height >= Math.min(16, height), label).toBe(true);
    }
  });

  it("are none for an area without extent, and those inside for one that goes over the edge", () => {
    expect(coveredPixels({ x: 1000, y: 0, width: 10, height: 10 }, 64, 64)).toBeUndefined();
    expect(coveredPixels({ x: 10, y: 10, width: 0, height: 10 }, 64, 64)).toBeUndefined();
    expect(coveredPixels({ x: 900, y: 0, width: 500, height: 2000 }, 64, 64)).toEqual({
      x: 48,
      y: 0,
      width: 16,
      height: 64,
    });
  });
});

describe("a treated picture", () => {
  const AREA = { x: 300, y: 400, width: 400, height: 300 };

  for (const chroma of ["420", "422", "444"] as const)
    for (const treatment of ["black", "mosaic"] as const)
      it(`keeps what is outside and nothing of what is inside: ${treatment}, ${chroma}`, () => {
        for (const size of [
          [176, 144],
          [333, 251],
        ] as [number, number][]) {
          const pixels = coveredPixels(AREA, ...size);
          if (pixels === undefined) throw new Error("no area");
          const { before, after } = treat(size, [AREA], treatment, { chroma });
          for (let plane = 0; plane < 3; plane++) {
            const [was, is] = [split(before, plane, pixels), split(after, plane, pixels)];
            expect(is.outside).toEqual(was.outside);
            const cells = Math.floor(pixels.width / 16) * Math.floor(pixels.height / 16);
            if (treatment === "black") expect(new Set(is.inside)).toEqual(new Set([plane === 0 ? 16 : 128]));
            else expect(distinct(is.inside)).toBeLessThanOrEqual(cells);
          }
        }
      });

  it("is black in all of its values where samples use the full range", () => {
    const { after } = treat([64, 64], [{ x: 0, y: 0, width: 1000, height: 1000 }], "black", { fullRange: true });
    const whole = { x: 0, y: 0, width: 64, height: 64 };
    expect(new Set(split(after, 0, whole).inside)).toEqual(new Set([0]));
  });

  it("has mosaic cells of a twelfth of the short side at least, and of 16 pixels", () => {
    const whole = [{ x: 0, y: 0, width: 1000, height: 1000 }];
    for (const [size, cells] of [
      [
        [1280, 720],
        [21, 12],
      ],
      [
        [200, 200],
        [11, 11],
      ],
      [
        [100, 60],
        [6, 3],
      ],
      [
        [10, 12],
        [1, 1],
      ],
    ] as [[number, number], [number, number]][]) {
      const { after } = treat(size, whole, "mosaic");
      const { samples } = after.planes[0] as Planes["planes"][number];
      const [width, height] = size;
      const changes = (length: number, at: (i: number) => number | undefined) =>
        Array.from({ length: length - 1 }, (_, i) => i + 1).filter((i) => at(i) !== at(i - 1));
      // Noise: neighbouring cells may have the same mean, so there may be fewer changes than borders, never more.
      const across = new Set<number>();
      for (let y = 0; y < height; y++)
        for (const x of changes(width, (i) => samples[y * (width + SLACK) + i])) across.add(x);
      const down = new Set<number>();
      for (let x = 0; x < width; x++)
        for (const y of changes(height, (i) => samples[i * (width + SLACK) + x])) down.add(y);
      expect([across.size + 1, down.size + 1], `${width}x${height}`).toEqual(cells);
    }
  });

  it("shows a picture in its own shape on black, never the hidden one through its clear parts", () => {
    const whole = { x: 0, y: 0, width: 128, height: 64 };
    const areas = [{ x: 0, y: 0, width: 1000, height: 1000 }];
    const opaque = treat([128, 64], areas, "picture", { overlays: { picture: overlay(300, 300, [90, 60, 200, 255]) } });
    // 64 by 64 in the middle.
    for (const [plane, value, black] of [
      [0, 90, 16],
      [1, 60, 128],
      [2, 200, 128],
    ] as [number, number, number][]) {
      const { inside, outside } = split(opaque.after, plane, { x: 32, y: 0, width: 64, height: 64 });
      expect(new Set(inside)).toEqual(new Set([value]));
      const beside = split(opaque.after, plane, { x: 0, y: 0, width: 32, height: 64 }).inside;
      expect(new Set(beside)).toEqual(new Set([black]));
      expect(outside.length).toBeGreaterThan(0);
    }
    const clear = treat([128, 64], areas, "text", { overlays: { text: overlay(50, 20, [235, 128, 128, 0]) } });
    expect(new Set(split(clear.after, 0, whole).inside)).toEqual(new Set([16]));
    const half = treat([128, 64], areas, "text", { overlays: { text: overlay(128, 64, [216, 128, 128, 51]) } });
    // 51 / 255 of the way from 16 to 216.
    expect(new Set(split(half.after, 0, whole).inside)).toEqual(new Set([56]));
    expect(new Set(split(half.after, 2, whole).inside)).toEqual(new Set([128]));
  });

  it("is black where no picture was given", () => {
    const { after } = treat([64, 64], [{ x: 0, y: 0, width: 1000, height: 1000 }], "picture");
    expect(new Set(split(after, 0, { x: 0, y: 0, width: 64, height: 64 }).inside)).toEqual(new Set([16]));
  });

  it("has several areas", () => {
    const corners = [
      { x: 0, y: 0, width: 250, height: 250 },
      { x: 750, y: 750, width: 250, height: 250 },
    ];
    const { before, after } = treat([64, 64], corners, "black");
    for (const [x, y, hidden] of [
      [0, 0, true],
      [48, 48, true],
      [32, 32, false],
      [48, 0, false],
    ] as const) {
      const area = { x, y, width: 16, height: 16 };
      const samples = split(after, 0, area).inside;
      expect(samples, `${x},${y}`).toEqual(hidden ? samples.map(() => 16) : split(before, 0, area).inside);
    }
  });
});

it("a part begins with its first picture and ends before the first that everybody sees", () => {
  const part: RestrictedPart = {
    startMicroseconds: 1000,
    endMicroseconds: 2000,
    areas: [],
    treatment: "black",
    sound: "keep",
    viewers: "premium",
  };
  expect([999, 1000, 1999, 2000].map((at) => isWithin(part, at))).toEqual([false, true, true, false]);
});
