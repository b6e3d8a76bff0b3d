/** Method `compress` with parts that not everybody sees: both renditions, what each viewer gets, and nothing else (R4). */
import { beforeAll, describe, expect, it } from "vitest";
import { MemorySink, sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { UnsupportedError } from "../../codec/errors.ts";
import { SlaveReader } from "../../codec/format/slave-file.ts";
import { BASE_LAYER } from "../../codec/layers/base.ts";
import { partsOfUnit } from "../../codec/layers/parts-of-unit.ts";
import { RESTRICTED_LAYER } from "../../codec/layers/restricted.ts";
import { type CodecWorkerApi, createCodecWorkerApi } from "../../codec/methods/codec-worker.ts";
import { mergeAudioPackets } from "../../codec/methods/compress/audio-packets.ts";
import { decodePacketList } from "../../codec/methods/compress/packet-list.ts";
import { divideVideo } from "../../codec/methods/divide-video.ts";
import type { MethodSettings } from "../../codec/methods/method.ts";
import type { SourceMedia, SourcePacket, SourcePicture } from "../../codec/pictures/source-picture.ts";
import { type Pool, WorkerPool } from "../../codec/pool/worker-pool.ts";
import type { RestrictedPart } from "../../codec/restriction/part.ts";
import { coveredPixels, treatPicture } from "../../codec/restriction/treat-picture.ts";
import { sourcePicture } from "../support/compress.ts";
import { combineDivision, type Division, errorOf } from "../support/divisions.ts";
import { below, createRandom } from "../support/fills.ts";
import { type Divide, goOn, recordDivision, requiredOf } from "../support/interrupted.ts";
import { type CheckKernels, expectSameBytes, loadCheckKernels } from "../support/kernels.ts";
import { psnr } from "../support/quality.ts";
import { allSegments, openPair, ordinary, sharedRun, shownSegments } from "../support/restricted.ts";
import { paintScene } from "../support/scenes.ts";
import { readY4m } from "../support/y4m.ts";

const [width, height] = [160, 96];
const PICTURES = 130;
const PICTURE_MICROSECONDS = 40_000;
const PACKET_MICROSECONDS = 20_000;
const GROUP = 12;
const WHOLE = { x: 0, y: 0, width: 1000, height: 1000 };
const CORNER = { x: 400, y: 340, width: 300, height: 330 };

const partOf = (startPicture: number, endPicture: number, more: Partial<RestrictedPart>): RestrictedPart => ({
  startMicroseconds: startPicture * PICTURE_MICROSECONDS,
  endMicroseconds: endPicture * PICTURE_MICROSECONDS,
  ...{ areas: [CORNER], treatment: "black", sound: "keep", viewers: "premium" },
  ...more,
});
/** Beside each other, over each other, in the sound alone, at the very end; none on the border of a group. */
const PARTS: RestrictedPart[] = [
  partOf(17, 46, { sound: "mute" }),
  partOf(46, 51, { treatment: "mosaic", viewers: "age:18" }),
  partOf(49, 60, { areas: [WHOLE], viewers: "group:crew" }),
  partOf(80, 90, { areas: [], sound: "mute" }),
  partOf(124, 130, { treatment: "mosaic", areas: [{ ...CORNER, y: 0 }] }),
];

const clip = paintScene("camera", width, height, PICTURES, 5).pictures;
const packetData = (number: number): Uint8Array => {
  const random = createRandom(1000 + number);
  const data = Uint8Array.from({ length: 90 }, random);
  data[0] = 0xfc; // stereo, CELT, a frame of 20 ms
  return data;
};
const PACKETS = (PICTURES * PICTURE_MICROSECONDS) / PACKET_MICROSECONDS;

function media(codec = "opus"): SourceMedia {
  async function* pictures(): AsyncGenerator<SourcePicture> {
    for (const [i, data] of clip.entries())
      yield sourcePicture({ width, height }, data.slice(), i * PICTURE_MICROSECONDS);
  }
  async function* packets(): AsyncGenerator<SourcePacket> {
    for (let i = 0; i < PACKETS; i++)
      yield {
        timestampMicroseconds: i * PACKET_MICROSECONDS,
        durationMicroseconds: PACKET_MICROSECONDS,
        data: packetData(i),
      };
  }
  const audio = { codec, sampleRate: 48_000, channels: 2, packets: packets() };
  return { video: { width, height, frameRate: [25, 1] }, pictures: pictures(), audio };
}

let kernels: CheckKernels[];
beforeAll(async () => {
  kernels = [await loadCheckKernels(), await loadCheckKernels()];
});
function pool(workers: number): Pool<CodecWorkerApi> {
  const idle = kernels.slice();
  return new WorkerPool(workers, () => {
    const api = createCodecWorkerApi(idle.pop() as CheckKernels, (value) => value);
    return { api, terminate: () => {} };
  });
}

const dividing =
  (settings: MethodSettings, restrictions: RestrictedPart[] = PARTS, workers = 2, withoutOriginal = false): Divide =>
  (sinks, unfinished) =>
    divideVideo(
      "compress",
      {
        ...{ title: "clip", mainName: "clip.cmx", slaveName: "clip.cms", protection: "sealed" },
        ...{ settings: { gopPictures: GROUP, ...settings }, restrictions, withoutOriginal },
        source: sourceFromBytes(new Uint8Array()),
        openMedia: async () => media(),
      },
      sinks,
      pool(workers),
      unfinished,
    );

async function divide(settings: MethodSettings, parts = PARTS, workers = 2, withoutOriginal = false) {
  const sinks = { main: new MemorySink(), slave: new MemorySink() };
  await dividing(settings, parts, workers, withoutOriginal)(sinks);
  return { main: sinks.main.bytes(), slave: sinks.slave.bytes() };
}

const picturesOf = async (pair: Division): Promise<Uint8Array[]> => [
  ...readY4m(await combineDivision(await loadCheckKernels(), pair), "combined").pictures,
];

/** Start code of a picture's first slice. */
const SLICE = Uint8Array.of(0, 0, 1, 1);

const WHOLE_PARTS = [
  partOf(17, 46, { areas: [WHOLE], sound: "mute" }),
  partOf(60, 70, { areas: [WHOLE], treatment: "mosaic" }),
];

/** What is coded of hidden pictures and sound; headers of sequence, group and picture are the same of all pictures. */
async function codedTruth(division: Division): Promise<Uint8Array[]> {
  const slices = (bytes: Uint8Array): Uint8Array => bytes.subarray(Buffer.from(bytes).indexOf(SLICE) + SLICE.length);
  return (await allSegments(division))
    .filter(({ head }) => head.layer === RESTRICTED_LAYER)
    .flatMap(({ head, publicBytes, withheld }) =>
      decodePacketList(publicBytes, withheld).flatMap((packet) => [
        head.track === 0 ? slices(packet.publicBytes) : packet.publicBytes,
        packet.withheld,
      ]),
    );
}

/** The parts that hide something of a picture. */
const hiding = (picture: number): RestrictedPart[] =>
  PARTS.filter(
    ({ areas, startMicroseconds, endMicroseconds }) =>
      areas.length > 0 &&
      picture * PICTURE_MICROSECONDS >= startMicroseconds &&
      picture * PICTURE_MICROSECONDS < endMicroseconds,
  );

/** A source picture as ordinary viewers should see it. */
function treated(picture: number): Uint8Array {
  const own = kernels[0] as CheckKernels;
  return own.memory.withAllocations((scope) => {
    const data = scope.put(clip[picture] as Uint8Array);
    const luma = width * height;
    const planes = [data, data + luma, data + luma + luma / 4] as const;
    for (const part of hiding(picture))
      treatPicture({ kernels: own, planes, strides: [width, width / 2], width, height }, part);
    return own.memory.copy(data, luma * 1.5);
  });
}

/** Luminance inside of an area's macroblocks, or outside of all the picture's hidden areas. */
function samples(picture: Uint8Array, wanted: (x: number, y: number) => boolean): Uint8Array {
  const taken: number[] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) if (wanted(x, y)) taken.push(picture[y * width + x] as number);
  return Uint8Array.from(taken);
}
const isHidden =
  (picture: number) =>
  (x: number, y: number): boolean =>
    hiding(picture).some(({ areas }) =>
      areas.some((area) => {
        const pixels = coveredPixels(area, width, height);
        return (
          pixels !== undefined &&
          x >= pixels.x &&
          x < pixels.x + pixels.width &&
          y >= pixels.y &&
          y < pixels.y + pixels.height
        );
      }),
    );

describe.each([
  { settings: { quality: 2 }, workers: 2 },
  { settings: { quality: 2, bPictures: 2 }, workers: 1 },
] as const)("restricted parts, compressed with $settings", ({ settings, workers }) => {
  let pair: Division;
  let base: Division;
  beforeAll(async () => {
    pair = await divide(settings, PARTS, workers);
    base = await ordinary(pair);
  });

  it("R4 show the source to who may see it, and areas as they are treated to everybody else, over 38 dB", async () => {
    const [truth, shown] = [await picturesOf(pair), await picturesOf(base)];
    expect([truth.length, shown.length]).toEqual([PICTURES, PICTURES]);
    let hidden = 0;
    for (let i = 0; i < PICTURES; i++) {
      const source = clip[i] as Uint8Array;
      expect(psnr(truth[i] as Uint8Array, source), `true picture ${i}`).toBeGreaterThan(38);
      if (hiding(i).length === 0) {
        expectSameBytes(shown[i] as Uint8Array, truth[i] as Uint8Array, `picture ${i}, which everybody sees`);
        continue;
      }
      hidden += 1;
      const [inside, wanted] = [isHidden(i), treated(i)];
      const outside = (x: number, y: number): boolean => !inside(x, y);
      const seen = samples(shown[i] as Uint8Array, inside);
      expect(psnr(seen, samples(wanted, inside)), `hidden area of picture ${i}`).toBeGreaterThan(34);
      // No more of the source is in it than in the treated area itself.
      const left = psnr(samples(wanted, inside), samples(source, inside));
      expect(psnr(seen, samples(source, inside)), `what is left of picture ${i}`).toBeLessThan(left + 1);
      const around = samples(source, outside);
      if (around.length > 0)
        expect(psnr(samples(shown[i] as Uint8Array, outside), around), `around ${i}`).toBeGreaterThan(38);
    }
    expect(hidden).toBe(60 - 17 + 6);
  });

  it("R4 give ordinary viewers nothing of what is coded of hidden pictures and sound: no run of 32 bytes", async () => {
    const division = await divide(settings, WHOLE_PARTS, workers);
    const given = await ordinary(division);
    const hidden = await codedTruth(division);
    const seen = (await shownSegments(given)).flatMap(({ publicBytes, withheld }) => [publicBytes, withheld]);
    expect(hidden.length).toBeGreaterThan(60);
    expect(sharedRun(hidden, [...seen, given.main, given.slave])).toBeUndefined();
    // The search finds what is there.
    const truth = (await shownSegments(division)).flatMap(({ publicBytes, withheld }) => [publicBytes, withheld]);
    expect(sharedRun(hidden, truth)).toBeDefined();
  });

  it("R5 without the original stand in neither file: no layer, no viewers, no run of 32 bytes (claim 3)", async () => {
    const hidden = await codedTruth(await divide(settings, WHOLE_PARTS, workers));
    const alone = await divide(settings, WHOLE_PARTS, workers, true);
    const { main } = await openPair(alone);
    const slave = await SlaveReader.open(sourceFromBytes(alone.slave));
    expect([main.header.layers, slave.header.layers].map((layers) => layers.map(({ id }) => id))).toEqual([
      [BASE_LAYER],
      [BASE_LAYER],
    ]);
    expect(slave.header.restrictions).toBeUndefined();
    expect(main.index.some(({ layer, substitute }) => layer !== BASE_LAYER || substitute)).toBe(false);
    const there = (await allSegments(alone)).flatMap(({ publicBytes, withheld }) => [publicBytes, withheld]);
    expect(sharedRun(hidden, [...there, alone.main, alone.slave])).toBeUndefined();
    const seen = await picturesOf(await ordinary(await divide(settings, PARTS, workers)));
    const shown = await picturesOf(await divide(settings, PARTS, workers, true));
    expect(shown.length).toBe(PICTURES);
    for (const [i, picture] of shown.entries()) expectSameBytes(picture, seen[i] as Uint8Array, `picture ${i}`);
  });

  it("R4 mute the sound of a part and the packet before it, whose end reaches into it, and no other", async () => {
    const own = kernels[0] as CheckKernels;
    const soundOf = async (division: Division): Promise<Uint8Array[]> =>
      (await shownSegments(division))
        .filter(({ head }) => head.track === 1)
        .flatMap(({ publicBytes, withheld }) => mergeAudioPackets(own, decodePacketList(publicBytes, withheld)));
    const [truth, heard] = [await soundOf(pair), await soundOf(base)];
    expect([truth.length, heard.length]).toEqual([PACKETS, PACKETS]);
    const [silent] = [Uint8Array.of(0xfc, 0xff, 0xfe)];
    for (let i = 0; i < PACKETS; i++) {
      expectSameBytes(truth[i] as Uint8Array, packetData(i), `packet ${i}`);
      const isMuted = [PARTS[0], PARTS[3]].some(
        (part) =>
          part !== undefined &&
          i * PACKET_MICROSECONDS > part.startMicroseconds - 2 * PACKET_MICROSECONDS &&
          i * PACKET_MICROSECONDS < part.endMicroseconds,
      );
      expectSameBytes(heard[i] as Uint8Array, isMuted ? silent : packetData(i), `packet ${i} as everybody hears it`);
    }
  });

  it("R4 stand in slots of whole groups, which are whole again right behind the part", async () => {
    const { main } = await openPair(pair);
    const video = main.index.filter(({ track }) => track === 0);
    const starts = (wanted: (entry: (typeof video)[number]) => boolean): number[] =>
      video.filter(wanted).map(({ startMilliseconds }) => startMilliseconds);
    expect(starts(({ layer }) => layer === RESTRICTED_LAYER)).toEqual(
      expect.arrayContaining([17 * 40, 46 * 40, 49 * 40, 51 * 40, 124 * 40]),
    );
    expect(starts(({ substitute }) => substitute)).toEqual(expect.arrayContaining([17 * 40, 46 * 40, 124 * 40]));
    expect(starts(({ layer, substitute, key }) => layer === BASE_LAYER && !substitute && key)).toContain(60 * 40);
    expect(main.trailer?.pictures).toBe(PICTURES);
    expect(main.trailer?.durationMicroseconds).toBe(PICTURES * PICTURE_MICROSECONDS);
  });

  it("R4 are for the viewers that the slave tells, unit by unit", async () => {
    const slave = await SlaveReader.open(sourceFromBytes(pair.slave));
    const { restrictions = [] } = slave.header;
    expect(restrictions.map(({ viewers }) => viewers)).toEqual(PARTS.map(({ viewers }) => viewers));
    const { main } = await openPair(pair);
    for (const { number, layer, track, startMilliseconds, durationMilliseconds, length } of main.index) {
      if (layer !== RESTRICTED_LAYER || (track === 255 && length > 0)) continue;
      const viewers = partsOfUnit(restrictions, startMilliseconds, durationMilliseconds).map((part) => part.viewers);
      const picture = startMilliseconds / 40;
      if (track === 0) expect(viewers, `unit ${number}`).toEqual(hiding(picture).map((part) => part.viewers));
      else expect(viewers.length, `unit ${number}`).toBeGreaterThan(0);
    }
  });
});

describe("a division with restricted parts", () => {
  it.each<{ settings: MethodSettings }>([
    { settings: { quality: 5 } },
    { settings: { bitrateKbits: 500 } },
    { settings: { bitrateKbits: 300, bPictures: 2 } },
  ])("goes on wherever it was interrupted, to what it would have been: $settings", async ({ settings }) => {
    const divideOn = dividing(settings);
    const { writes, whole, filesAt } = await recordDivision(divideOn);
    const expected = await allSegments(whole);
    const random = createRandom(77);
    let most = 0;
    for (let trial = 0; trial < 12; trial++) {
      const count = 2 + below(random, writes.length - 2);
      const files = filesAt(count, below(random, writes[count]?.bytes.length ?? 0));
      const unfinished = await requiredOf(files, { gopPictures: GROUP, ...settings });
      most = Math.max(most, unfinished.segments.length);
      const gone = await allSegments(await goOn(files, unfinished, divideOn));
      expect(gone.length).toBe(expected.length);
      gone.forEach((segment, i) => {
        const { head, substitute, publicBytes, withheld } = expected[i] as (typeof expected)[number];
        expect({ ...segment.head, substitute: segment.substitute }, `cut in write ${count}`).toEqual({
          ...head,
          substitute,
        });
        expectSameBytes(segment.publicBytes, publicBytes, `public part ${i}, cut in write ${count}`);
        expectSameBytes(segment.withheld, withheld, `withheld part ${i}, cut in write ${count}`);
      });
    }
    expect(most).toBeGreaterThan(20);
  });

  it("does not go on with other parts", async () => {
    const { writes, filesAt } = await recordDivision(dividing({ quality: 5 }));
    const files = filesAt(writes.length >> 1, 0);
    const unfinished = await requiredOf(files, { gopPictures: GROUP, quality: 5 });
    const others = [...PARTS.slice(0, 4), partOf(120, 130, {})];
    const error = await errorOf(goOn(files, unfinished, dividing({ quality: 5 }, others)));
    expect(String(error)).toMatch(/the parts are not those of the interrupted division/);
  });

  it("is as one without them where there are none", async () => {
    const [none, plain] = [await divide({ quality: 5 }, []), await divide({ quality: 5 })];
    const { main } = await openPair(none);
    expect(main.header.layers.length).toBe(1);
    expect(main.index.every(({ layer, substitute }) => layer === BASE_LAYER && !substitute)).toBe(true);
    expect(plain.main.length).toBeGreaterThan(none.main.length);
  });

  it("says before it writes anything what it cannot do", async () => {
    const sinks = () => ({ main: new MemorySink(), slave: new MemorySink() });
    for (const sound of ["voice", "tone"] as const)
      expect(await errorOf(dividing({}, [partOf(0, 5, { sound })])(sinks()) as Promise<unknown>)).toBeInstanceOf(
        UnsupportedError,
      );
    const job = {
      ...{ title: "clip", mainName: "clip.cmx", slaveName: "clip.cms", protection: "sealed" as const },
      ...{ restrictions: PARTS, source: sourceFromBytes(new Uint8Array()) },
    };
    const opened = sinks();
    const flac = divideVideo("compress", { ...job, openMedia: async () => media("flac") }, opened, pool(1));
    expect(String(await errorOf(flac))).toMatch(/sound in flac of 2 channels cannot be muted here/);
    expect(opened.main.aborted && opened.slave.aborted).toBe(true);
  });
});
