/** Divisions of methods `mpeg` and `compress`, interrupted anywhere, go on to the very pair that would have been. */
import { extname } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { sourceFromBytes } from "../../codec/bytes/bytes.ts";
import type { InputError } from "../../codec/errors.ts";
import { type CodecWorkerApi, createCodecWorkerApi } from "../../codec/methods/codec-worker.ts";
import { segmentsBeforeLastGroup } from "../../codec/methods/compress/go-on.ts";
import { divideVideo } from "../../codec/methods/divide-video.ts";
import type { DivisionProgress, MethodSettings } from "../../codec/methods/method.ts";
import type { SourceMedia, SourcePacket, SourcePicture } from "../../codec/pictures/source-picture.ts";
import { type Pool, WorkerPool } from "../../codec/pool/worker-pool.ts";
import { sourcePicture } from "../support/compress.ts";
import { combineDivision, errorOf, type ProtectionName } from "../support/divisions.ts";
import { below, createRandom } from "../support/fills.ts";
import { type Divide, FILES, goOn, type RecordedDivision, recordDivision, requiredOf } from "../support/interrupted.ts";
import { type CheckKernels, expectSameBytes, loadCheckKernels } from "../support/kernels.ts";
import { readBytes } from "../support/media.ts";
import { ownFiles } from "../support/own-media.ts";
import { paintScene } from "../support/scenes.ts";

const WORKERS = 2;
const kernels: CheckKernels[] = [];
beforeAll(async () => {
  for (let i = 0; i < WORKERS; i++) kernels.push(await loadCheckKernels());
});

function poolHere(): Pool<CodecWorkerApi> {
  const idle = kernels.slice();
  return new WorkerPool(WORKERS, () => {
    const api = createCodecWorkerApi(idle.pop() as CheckKernels, (value) => value);
    return { api, terminate: () => {} };
  });
}

const texts = { title: "clip", mainName: "clip.cmx", slaveName: "clip.cms" };
const TRIALS = 8;

/** Cuts it at places all over, and goes on each time. @returns the most segments that were kept */
async function cutAllOver(
  { writes, whole, filesAt }: RecordedDivision,
  divide: Divide,
  settings: MethodSettings,
  seed: number,
): Promise<number> {
  const random = createRandom(seed);
  let most = 0;
  for (let trial = 0; trial < TRIALS; trial++) {
    const among = Math.floor(((writes.length - 2) * trial) / TRIALS);
    const count = 2 + among + below(random, Math.ceil((writes.length - 2) / TRIALS));
    const files = filesAt(count, below(random, writes[count]?.bytes.length ?? 0));
    const unfinished = await requiredOf(files, settings);
    most = Math.max(most, unfinished.segments.length);
    const pair = await goOn(files, unfinished, divide);
    for (const file of FILES) expectSameBytes(pair[file], whole[file], `${file}, seed ${seed}, cut in write ${count}`);
  }
  return most;
}

describe("method mpeg", () => {
  const sources = ownFiles("mpeg").filter((path) => /own-(mpeg1-ps\.mpg|mpeg1\.m1v|mpeg2\.ts)$/.test(path));
  const cases = sources.flatMap((path) =>
    (["sealed", "patent"] as const).map((protection) => ({ name: extname(path), path, protection })),
  );

  it.each(cases)("goes on in $name, $protection", async ({ path, protection }) => {
    const source = readBytes(path);
    const told: DivisionProgress[] = [];
    const divide: Divide = (sinks, unfinished) => {
      const onProgress = (step: DivisionProgress) => void told.push(step);
      const job = { ...texts, protection, source: sourceFromBytes(source.slice()), onProgress };
      return divideVideo("mpeg", job, sinks, poolHere(), unfinished);
    };
    const recorded = await recordDivision(divide);
    expect(await cutAllOver(recorded, divide, {}, 5)).toBeGreaterThan(0);
    expectSameBytes(await combineDivision(kernels[0] as CheckKernels, recorded.whole), source, "combined");

    // What was kept is told in one step.
    const nearEnd = recorded.filesAt(recorded.writes.length - 2, 0);
    const unfinished = await requiredOf(nearEnd);
    told.length = 0;
    await goOn(nearEnd, unfinished, divide);
    expect(told).toHaveLength(recordedSegments(recorded) - Math.max(0, unfinished.segments.length - 1));
  });

  it.runIf(sources.length > 0)("does not go on with another file", async () => {
    const [first, other] = sources.map(readBytes) as [Uint8Array, Uint8Array];
    const dividing =
      (bytes: Uint8Array): Divide =>
      (sinks, unfinished) => {
        const job = { ...texts, protection: "sealed" as const, source: sourceFromBytes(bytes.slice()) };
        return divideVideo("mpeg", job, sinks, poolHere(), unfinished);
      };
    const { writes, filesAt } = await recordDivision(dividing(first));
    const files = filesAt(writes.length - 3, 0);
    const error = (await errorOf(goOn(files, await requiredOf(files), dividing(other)))) as InputError;
    expect(error).toMatchObject({ code: "input", details: { reason: "changed" } });
  });
});

const recordedSegments = ({ writes }: RecordedDivision): number =>
  writes.filter(({ file }) => file === "journal").length;

describe("method compress", () => {
  const GROUP = 10;
  const PICTURES = 73;
  const [width, height] = [96, 80];
  /** Uneven times: first groups that are joined in a segment, then groups of more than one. */
  const timeOf = (picture: number): number =>
    Math.min(picture, 30) * 60_000 + Math.max(0, picture - 30) * 220_000 + (picture % 3) * 5_000;

  /** Scenes that change: cuts bring more key pictures. */
  const clip = [
    ...paintScene("camera", width, height, 35).pictures,
    ...paintScene("saturated chroma", width, height, 3).pictures,
    ...paintScene("camera", width, height, PICTURES - 38).pictures,
  ];

  const mediaOf = (asked: { pictures: number; from: number | undefined }, seeks = false): SourceMedia => {
    async function* pictures(from = 0): AsyncGenerator<SourcePicture> {
      for (let i = from; i < PICTURES; i++) {
        asked.pictures += 1;
        yield sourcePicture({ width, height }, (clip[i] as Uint8Array).slice(), timeOf(i));
      }
    }
    async function* packets(): AsyncGenerator<SourcePacket> {
      const random = createRandom(9);
      for (let time = 0; time < timeOf(PICTURES); time += 21_333) {
        const isGap = time > 1_000_000 && time < 1_100_000;
        const data = Uint8Array.from({ length: 20 + below(random, 90) }, random);
        if (!isGap) yield { timestampMicroseconds: time, durationMicroseconds: 21_333, data };
      }
    }
    return {
      video: { width, height, frameRate: [25, 1] },
      pictures: pictures(),
      ...(seeks && {
        picturesFrom: (microseconds: number) => {
          asked.from = microseconds;
          return pictures(Math.max(0, clip.findIndex((_, i) => timeOf(i) >= microseconds) - 1));
        },
      }),
      audio: { codec: "opus", sampleRate: 48_000, channels: 2, packets: packets() },
    };
  };

  const dividing = (
    settings: MethodSettings,
    protection: ProtectionName = "sealed",
    asked = { pictures: 0, from: undefined as number | undefined },
    seeks = false,
  ): Divide => {
    return (sinks, unfinished) => {
      const source = sourceFromBytes(new Uint8Array());
      const job = { ...texts, protection, settings, source, openMedia: async () => mediaOf(asked, seeks) };
      return divideVideo("compress", job, sinks, poolHere(), unfinished);
    };
  };

  it.each<{ settings: MethodSettings; protection: ProtectionName }>([
    { settings: { quality: 4 }, protection: "sealed" },
    { settings: { quality: 2, bPictures: 2, bitplane: "binary" }, protection: "patent" },
    { settings: { bitrateKbits: 700 }, protection: "sealed" },
    { settings: { bitrateKbits: 300, bPictures: 2 }, protection: "sealed" },
  ])("goes on: $settings, $protection", async ({ settings, protection }) => {
    const all = { ...settings, gopPictures: GROUP };
    const divide = dividing(all, protection);
    const recorded = await recordDivision(divide);
    expect(await cutAllOver(recorded, divide, all, 7)).toBeGreaterThan(recordedSegments(recorded) / 2);
  });

  it("begins at the group that was under way: the source is asked for pictures from there, where it can be", async () => {
    const settings = { quality: 4, gopPictures: GROUP };
    const { writes, filesAt, whole } = await recordDivision(dividing(settings));
    const files = filesAt(writes.length - 4, 0);
    const unfinished = await requiredOf(files, settings);
    const kept = unfinished.segments.filter(({ head }) => head.track === 0);
    const before = kept.reduce((sum, { head }) => sum + head.pictures, 0);
    expect(before % GROUP).toBe(0);
    expect(before).toBeGreaterThan(PICTURES / 2);
    for (const seeks of [false, true]) {
      const asked = { pictures: 0, from: undefined };
      const pair = await goOn(files, unfinished, dividing(settings, "sealed", asked, seeks));
      expectSameBytes(pair.main, whole.main, "main");
      expect(asked).toEqual({
        pictures: seeks ? PICTURES - before + 1 : PICTURES,
        from: seeks ? timeOf(before) : undefined,
      });
    }
  });

  it("does not seal other pictures under a key that was used", async () => {
    const settings = { quality: 4, gopPictures: GROUP };
    const { writes, filesAt } = await recordDivision(dividing(settings));
    const files = filesAt(writes.length - 4, 0);
    const error = (await errorOf(
      goOn(files, await requiredOf(files, settings), dividing({ ...settings, quality: 5 })),
    )) as InputError;
    expect(error).toMatchObject({ code: "input", details: { reason: "changed" } });
  });

  it("keeps whole groups alone, with all their sound", () => {
    const segment = (track: number, pictures: number, key = true) =>
      ({ head: { track, pictures, key } }) as Parameters<typeof segmentsBeforeLastGroup>[0][number];
    const [sound, group] = [segment(1, 40), segment(0, 10)];
    expect(segmentsBeforeLastGroup([], 10)).toBe(0);
    expect(segmentsBeforeLastGroup([group, sound], 10)).toBe(0);
    expect(segmentsBeforeLastGroup([group, sound, group], 10)).toBe(2);
    // The second group is of two segments, of which the second may begin with a scene's key picture.
    expect(segmentsBeforeLastGroup([group, segment(0, 6), sound, segment(0, 4), sound], 10)).toBe(1);
    expect(segmentsBeforeLastGroup([group, segment(0, 6), sound, segment(0, 4, false), sound, group], 10)).toBe(5);
  });
});
