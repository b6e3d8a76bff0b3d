import { beforeAll, describe, expect, it } from "vitest";
import type { SourcePicture } from "../../codec/pictures/source-picture.ts";
import { WorkerPool } from "../../codec/pool/worker-pool.ts";
import type { MarkPlace } from "../../codec/restriction/draw-mark.ts";
import { findMarks } from "../../codec/restriction/find-marks.ts";
import { createMarksWorker } from "../../codec/restriction/marks-worker.ts";
import { createRandom } from "../support/fills.ts";
import { type CheckKernels, loadCheckKernels } from "../support/kernels.ts";
import { type DrawnMark, loadCodeReader, markedPictures, seeIn, timeOf } from "../support/marked.ts";
import { readCodes } from "../support/qr.ts";

const FIRST = "https://cmix.example/r#1r.alt.tm";
const SECOND = "https://cmix.example/r#1r.sm";
const SIZE = { width: 420, height: 320, pictures: 60 };
const at = (x: number, y: number, size = 300): MarkPlace => ({ x, y, size });

let kernels: CheckKernels;
beforeAll(async () => {
  kernels = await loadCheckKernels();
});

/** First and last picture of each sighting, by text. */
async function spans(marks: DrawnMark[], clip: Parameters<typeof markedPictures>[1] = SIZE) {
  const seen = await seeIn(kernels, markedPictures(kernels, clip, marks));
  return seen.map(({ text, firstPicture, lastPicture }) => [text, firstPicture, lastPicture]);
}

describe("marks are found", () => {
  it("to the picture, wherever they begin and end between two looks", async () => {
    for (const [first, last] of [
      [0, 59],
      [1, 1],
      [7, 7],
      [8, 25],
      [13, 14],
      [20, 44],
      [58, 59],
      [59, 59],
    ] as const) {
      // One that is shorter than the time between two looks may fall between them.
      const seen = await spans([{ text: FIRST, first, last }]);
      if (last - first >= 7 || last === 59) expect(seen, `${first}-${last}`).toEqual([[FIRST, first, last]]);
      else if (seen.length > 0) expect(seen, `${first}-${last}`).toEqual([[FIRST, first, last]]);
    }
  });

  it("with the times of those pictures", async () => {
    const [seen, ...others] = await seeIn(
      kernels,
      markedPictures(kernels, { ...SIZE, rate: 30000 / 1001 }, [{ text: FIRST, first: 11, last: 33 }]),
    );
    expect(others).toEqual([]);
    expect(seen?.startMicroseconds).toBe(timeOf(11, 30000 / 1001));
    expect(seen?.endMicroseconds).toBe(timeOf(34, 30000 / 1001));
  });

  it("several at once, each with its own place", async () => {
    const marks = [
      { text: FIRST, first: 10, last: 40, place: at(0, 0) },
      { text: SECOND, first: 22, last: 50, place: at(1000, 1000) },
    ];
    const seen = await seeIn(kernels, markedPictures(kernels, SIZE, marks));
    expect(seen.map(({ text, firstPicture, lastPicture }) => [text, firstPicture, lastPicture])).toEqual([
      [FIRST, 10, 40],
      [SECOND, 22, 50],
    ]);
    // 82 pixels of 420 by 320 in the corners, without the quiet zone of 8.
    expect(seen[0]?.area.x).toBeLessThan(30);
    expect((seen[1]?.area.x ?? 0) + (seen[1]?.area.width ?? 0)).toBeGreaterThan(970);
    expect(seen[1]?.area.y).toBeGreaterThan(740);
  });

  it("while they jump from place to place", async () => {
    const placeAt = (picture: number) => at((picture * 137) % 1000, (picture * 311) % 1000);
    expect(await spans([{ text: FIRST, first: 5, last: 47, placeAt }])).toEqual([[FIRST, 5, 47]]);
  });

  it("again after they were away for some pictures, as another sighting where a look saw nothing", async () => {
    const placeAt = (picture: number) => (picture >= 20 && picture < 35 ? undefined : at(1000, 0));
    expect(await spans([{ text: FIRST, first: 3, last: 57, placeAt }])).toEqual([
      [FIRST, 3, 19],
      [FIRST, 35, 57],
    ]);
  });

  it("while they cannot be read, but still look as they did", async () => {
    const random = createRandom(3);
    const pictures = [...markedPictures(kernels, SIZE, [{ text: FIRST, first: 4, last: 51 }])];
    const spoilt = pictures.map((picture, i) => {
      if (i > 8 && i < 45) return picture;
      // Noise that leaves no module sure.
      return {
        ...picture,
        luma: picture.luma.map((value) => Math.max(0, Math.min(255, value + (random() % 361) - 180))),
      };
    });
    for (const i of [4, 8, 45, 51]) {
      const { luma, width, height } = spoilt[i] as (typeof spoilt)[0];
      expect(await readCodes(luma, width, height), `picture ${i}`).toEqual([]);
    }
    const seen = await seeIn(kernels, spoilt);
    expect(seen.map(({ firstPicture, lastPicture }) => [firstPicture, lastPicture])).toEqual([[4, 51]]);
  });

  it("of any size, from two pixels a module to a mark as large as the picture", async () => {
    for (const size of [130, 260, 700, 1000]) {
      const clip = { width: 960, height: 640, pictures: 12 };
      expect(await spans([{ text: FIRST, first: 2, last: 9, place: at(500, 500, size) }], clip), `${size}`).toEqual([
        [FIRST, 2, 9],
      ]);
    }
  });

  it("where the picture's size changes in the middle", async () => {
    const small = markedPictures(kernels, { ...SIZE, pictures: 30 }, [{ text: FIRST, first: 12, last: 29 }]);
    const large = markedPictures(kernels, { width: 560, height: 420, pictures: 30 }, [
      { text: FIRST, first: 0, last: 16 },
    ]);
    const shift = timeOf(30);
    const later = Array.from(large, (one) => ({ ...one, timestampMicroseconds: one.timestampMicroseconds + shift }));
    const seen = await seeIn(kernels, [...small, ...later]);
    expect(seen.map(({ firstPicture, lastPicture }) => [firstPicture, lastPicture])).toEqual([[12, 46]]);
  });

  it("in pictures of 4K and at 120 a second, in bounded memory", async () => {
    const large = { width: 3840, height: 2160, pictures: 9, rate: 25 };
    expect(await spans([{ text: FIRST, first: 3, last: 7, place: at(1000, 0, 120) }], large)).toEqual([[FIRST, 3, 7]]);
    const quick = { width: 320, height: 180, pictures: 140, rate: 120 };
    expect(await spans([{ text: FIRST, first: 17, last: 121, place: at(0, 0, 500) }], quick)).toEqual([
      [FIRST, 17, 121],
    ]);
    expect(kernels.raw.memory.buffer.byteLength).toBeLessThan(256 << 20);
  });

  it("not where there are none", async () => {
    expect(await spans([])).toEqual([]);
  });
});

describe("findMarks", () => {
  const poolOf = () => {
    const api = createMarksWorker(kernels, (value) => value, loadCodeReader);
    return new WorkerPool(1, () => ({ api, terminate() {} }));
  };
  async function* sources(marks: DrawnMark[], format: SourcePicture["format"]): AsyncGenerator<SourcePicture> {
    for (const { luma, width, height, ...times } of markedPictures(kernels, SIZE, marks)) {
      const isPlanar = format === "I420" || format === "NV12";
      const data = isPlanar
        ? new Uint8Array(17 + luma.length * 1.5)
        : Uint8Array.from({ length: luma.length * 4 }, (_, i) => (i % 4 === 3 ? 255 : (luma[i >> 2] as number)));
      if (isPlanar) data.set(luma, 17);
      const planes = isPlanar ? [{ offset: 17, stride: width }] : [{ offset: 0, stride: 4 * width }];
      yield { ...times, format, width, height, data, planes };
    }
  }

  it("looks through a video's pictures in any layout, and gives their buffers back", async () => {
    for (const format of ["I420", "NV12", "RGBA", "BGRA"] as const) {
      let given = 0;
      const buffers = { take: (bytes: number) => new Uint8Array(bytes), give: () => void given++ };
      const told: number[] = [];
      const found = await findMarks(sources([{ text: FIRST, first: 9, last: 31 }], format), poolOf(), {
        buffers: buffers as never,
        onPicture: (pictures) => told.push(pictures),
      });
      expect(
        found.sightings.map(({ firstPicture, lastPicture }) => [firstPicture, lastPicture]),
        format,
      ).toEqual([[9, 31]]);
      expect(found).toMatchObject({ pictures: 60, endMicroseconds: timeOf(60) });
      expect(given).toBe(60);
      expect(told).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
    }
  });

  it("stops when it is told to", async () => {
    const stop = new AbortController();
    const found = findMarks(sources([], "I420"), poolOf(), {
      signal: stop.signal,
      onPicture: (pictures) => pictures === 20 && stop.abort(),
    });
    await expect(found).rejects.toMatchObject({ name: "AbortError" });
  });

  it("says so where the worker has no reader", async () => {
    const { createCodecWorkerApi } = await import("../../codec/methods/codec-worker.ts");
    const api = createCodecWorkerApi(kernels, (value) => value);
    await expect(api.beginMarks()).rejects.toThrow(/no reader of codes/);
    await expect(api.lookAtPictures([])).rejects.toThrow(TypeError);
  });
});
