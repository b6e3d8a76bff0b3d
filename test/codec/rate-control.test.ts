import { beforeAll, describe, expect, it } from "vitest";
import { type CodecWorkerApi, createCodecWorkerApi } from "../../codec/methods/codec-worker.ts";
import type { BPictures } from "../../codec/methods/compress/compress-types.ts";
import { encodeGops } from "../../codec/methods/compress/gop-encoder.ts";
import { averageRate, rateBelowSource } from "../../codec/methods/compress/rate-control.ts";
import type { SourcePicture } from "../../codec/pictures/source-picture.ts";
import { WorkerPool } from "../../codec/pool/worker-pool.ts";
import { sourcePicture } from "../support/compress.ts";
import { type CheckKernels, loadCheckKernels } from "../support/kernels.ts";
import { ownClip } from "../support/own-media.ts";
import { sampleOf } from "../support/sample.ts";
import { paintScene } from "../support/scenes.ts";
import { type Clip, sharedClip } from "../support/y4m.ts";

const PICTURES_A_SECOND = 25;
const kernels: CheckKernels[] = [];
beforeAll(async () => {
  for (let i = 0; i < 2; i++) kernels.push(await loadCheckKernels());
});

function poolOf(workers: number): WorkerPool<CodecWorkerApi> {
  const idle = kernels.slice(0, workers);
  return new WorkerPool(workers, () => {
    const own = idle.pop();
    if (own === undefined) throw new Error("more workers than kernels");
    const api = createCodecWorkerApi(own, (value) => value);
    return { api, terminate: () => {} };
  });
}

/** The clip forwards, backwards, forwards …, as many pictures as asked for. */
async function* played(clip: Clip, count: number): AsyncGenerator<SourcePicture> {
  const last = clip.pictures.length - 1;
  for (let i = 0; i < count; i++) {
    const at = i % (2 * last);
    const data = clip.pictures[at > last ? 2 * last - at : at] as Uint8Array;
    yield sourcePicture(clip, data.slice(), (i * 1e6) / PICTURES_A_SECOND);
  }
}

/** Lengths of the coded pictures, 10 s and a bit: the last group stays short. */
async function lengthsAt(clip: Clip, kilobits: number, workers: number, bPictures: BPictures = 0): Promise<number[]> {
  const lengths: number[] = [];
  const gops = encodeGops(played(clip, 10 * PICTURES_A_SECOND + 7), poolOf(workers), {
    video: { ...clip, frameRate: [PICTURES_A_SECOND, 1] },
    division: "gray",
    planeCode: "adaptive",
    gopPictures: 30,
    bPictures,
    rate: averageRate(kilobits, clip.width * clip.height * PICTURES_A_SECOND, bPictures),
  });
  for await (const { pictures } of gops)
    for (const { publicBytes, withheld } of pictures) lengths.push(publicBytes.length + withheld.length);
  return lengths;
}

const foundRate = (lengths: number[]): number =>
  (lengths.reduce((sum, length) => sum + length, 0) * 8) / 1000 / (lengths.length / PICTURES_A_SECOND);

describe("the mean rate over 10 s", () => {
  const cut = paintScene("scene cut", 176, 144, 40);
  const scenes = [
    { clip: paintScene("camera", 176, 144, 60), rates: [300, 1200] },
    { clip: cut, rates: [500, 1500] },
    { clip: paintScene("moving gradient", 160, 112, 50), rates: [100, 250] },
    { clip: ownClip(), rates: [150, 600] },
    { clip: sharedClip("foreman_qcif_48f.y4m"), rates: [120, 400, 900] },
  ];
  const rows = scenes.flatMap(({ clip, rates }) =>
    clip === undefined ? [] : rates.map((kilobits) => ({ clip, kilobits })),
  );
  for (const { clip, kilobits } of sampleOf(rows, 1)) {
    it(`is within 3 % of ${kilobits} kbit/s, main and slave, one worker and two: ${clip.name}`, async () => {
      for (const workers of [1, 2]) {
        const found = foundRate(await lengthsAt(clip, kilobits, workers));
        console.info(`${clip.name}, ${workers} at work: asked for ${kilobits} kbit/s, got ${found.toFixed(1)}`);
        expect(Math.abs(found / kilobits - 1)).toBeLessThan(0.03);
      }
    });
  }

  for (const bPictures of sampleOf([1, 2] as const, 1)) {
    for (const { clip, kilobits } of sampleOf(rows, 1)) {
      it(`is within 3 % with ${bPictures} B-pictures: ${clip.name}, ${kilobits} kbit/s`, async () => {
        const found = foundRate(await lengthsAt(clip, kilobits, 2, bPictures));
        console.info(`${clip.name}, ${bPictures} B-pictures: asked for ${kilobits} kbit/s, got ${found.toFixed(1)}`);
        expect(Math.abs(found / kilobits - 1)).toBeLessThan(0.03);
      });
    }
  }

  it("does not depend on which worker is done first", async () => {
    const first = await lengthsAt(cut, 700, 2);
    expect(await lengthsAt(cut, 700, 2)).toEqual(first);
  });
});

describe("D2 the rate below a source", () => {
  it("leaves room for the sound and for 5 % of what is not pictures", () => {
    const source = { bits: 20_000_000, durationSeconds: 10, soundBits: 128_000, samples: 640 * 360 * 25 };
    expect(rateBelowSource(source)).toEqual({ kilobits: 1772, isCoarse: false });
  });

  it("warns where MPEG-1 needs far more bits than the source has, and never asks for nothing", () => {
    const source = { bits: 3_000_000, durationSeconds: 10, soundBits: 64_000, samples: 1280 * 720 * 30 };
    expect(rateBelowSource(source)).toEqual({ kilobits: 221, isCoarse: true });
    expect(rateBelowSource({ ...source, bits: 1000 })).toEqual({ kilobits: 1, isCoarse: true });
  });
});
