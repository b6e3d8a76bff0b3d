/** The pictures that the player takes of a division of method `compress`. */
import { describe, expect, it } from "vitest";
import { MemorySink, sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { MainReader, SegmentOpener, SlaveReader, type VideoTrack } from "../../codec/index.ts";
import { type PlanarPicture, tightPlanes } from "../../codec/pictures/planar-picture.ts";
import { CompressFeed } from "../../web/src/player/worker/feeds/compress/compress-feed.ts";
import type { Picture } from "../../web/src/player/worker/feeds/media-feed.ts";
import type { FeedParts } from "../../web/src/player/worker/feeds/playback-method.ts";
import { sourcePicture } from "../support/compress.ts";
import { combineDivision, type Division, divideClip, dividePictures, openDivision } from "../support/divisions.ts";
import { expectSameBytes, loadCheckKernels } from "../support/kernels.ts";
import { paintScene } from "../support/scenes.ts";
import { readY4m } from "../support/y4m.ts";

const PICTURES = 130;
const PICTURE_SECONDS = 0.04;
const [WIDTH, HEIGHT] = [48, 32];

async function play(bPictures: 0 | 1 | 2) {
  const kernels = await loadCheckKernels();
  const clip = paintScene("camera", WIDTH, HEIGHT, PICTURES);
  const options = { protection: "sealed", bitplane: "gray", quality: 4, gopPictures: 25, bPictures } as const;
  const division = await divideClip(await loadCheckKernels(), clip, options);
  const combined = readY4m(await combineDivision(await loadCheckKernels(), division), "combined").pictures;
  const main = await MainReader.open(sourceFromBytes(division.main));
  const segments = await openDivision(division);
  let painted = new Uint8Array();
  const screen = {
    paint({ planes, strides }: PlanarPicture) {
      const planeAt = (plane: number) => ({ pointer: planes[plane] as number, stride: strides[plane === 0 ? 0 : 1] });
      painted = tightPlanes(kernels.memory, WIDTH, HEIGHT, planeAt);
    },
  };
  const held = new Map<number, number>();
  const { decoderHold, decoderLetGo } = kernels.raw;
  const raw = {
    ...kernels.raw,
    decoderHold(picture: number) {
      held.set(picture, (held.get(picture) ?? 0) + 1);
      decoderHold(picture);
    },
    decoderLetGo(picture: number) {
      held.set(picture, (held.get(picture) ?? 0) - 1);
      decoderLetGo(picture);
    },
  };
  const parts = {
    kernels: { ...kernels, raw, memory: kernels.memory },
    main,
    opener: { openHeld: async (number: number) => segments[number] } as unknown as SegmentOpener,
    screen,
    video: main.header.tracks[0] as VideoTrack,
    sound: undefined,
  } as unknown as FeedParts;
  const paint = (picture: Picture): Uint8Array => {
    picture.paint();
    return painted;
  };
  const holders = () => [...held.values()].reduce((sum, count) => sum + count, 0);
  return { feed: new CompressFeed(parts), combined, paint, holders };
}

describe.each([0, 1, 2] as const)("with %i B-pictures", (bPictures) => {
  it("come in display order with their times, from the key picture before a seek's target on", async () => {
    const { feed, combined, paint, holders } = await play(bPictures);
    for (const [seconds, first] of [
      [0, 0],
      [2.5, 50],
    ] as const) {
      let number = first;
      for await (const picture of feed.pictures(seconds, new AbortController().signal)) {
        expect(picture.timeSeconds).toBeCloseTo(number * PICTURE_SECONDS, 6);
        expect(picture.endSeconds).toBeCloseTo((number + 1) * PICTURE_SECONDS, 6);
        expectSameBytes(paint(picture), combined[number] as Uint8Array, `picture ${number} from ${seconds} s on`);
        picture.close();
        number += 1;
      }
      expect(number).toBe(PICTURES);
    }
    expect(holders()).toBe(0);
    feed.close();
  });

  it("let go of all memory where a play ends anywhere", async () => {
    const { feed, holders } = await play(bPictures);
    for (let end = 1; end <= 8; end++) {
      let count = 0;
      for await (const picture of feed.pictures(0, new AbortController().signal)) {
        picture.close();
        count += 1;
        if (count === end) break;
      }
      expect(holders(), `ended at picture ${end}`).toBe(0);
    }
    feed.close();
  });
});

describe("with parts that not everybody sees", () => {
  const part = { areas: [{ x: 0, y: 0, width: 1000, height: 1000 }], treatment: "black", sound: "keep" } as const;
  const restrictions = [
    { ...part, areas: [...part.areas], startMicroseconds: 1e6, endMicroseconds: 3.2e6, viewers: "premium" as const },
  ];

  async function divided(): Promise<Division> {
    const clip = paintScene("camera", WIDTH, HEIGHT, PICTURES);
    async function* pictures() {
      for (const [i, data] of clip.pictures.entries()) yield sourcePicture(clip, data.slice(), i * 40_000);
    }
    const sinks = { main: new MemorySink(), slave: new MemorySink() };
    const media = {
      video: { width: WIDTH, height: HEIGHT, frameRate: [25, 1] as [number, number] },
      pictures: pictures(),
    };
    const texts = { title: "clip", mainName: "clip.cmx", slaveName: "clip.cms", protection: "sealed" as const };
    await dividePictures(await loadCheckKernels(), media, { ...texts, gopPictures: 10, restrictions }, sinks);
    return { main: sinks.main.bytes(), slave: sinks.slave.bytes() };
  }

  /** What a feed shows, by the numbers of pictures from `seconds` on. */
  async function shown(
    { main, slave }: Division,
    isSent: (number: number) => boolean,
    seconds = 0,
  ): Promise<Map<number, Uint8Array>> {
    const kernels = await loadCheckKernels();
    const reader = await MainReader.open(sourceFromBytes(main));
    const file = await SlaveReader.open(sourceFromBytes(slave));
    const opener = await SegmentOpener.open(reader, {
      header: file.header,
      readSegment: async (number, layer) => (layer === 0 || isSent(number) ? file.readSegment(number) : undefined),
    });
    let painted = new Uint8Array();
    const screen = {
      paint({ planes, strides }: PlanarPicture) {
        const planeAt = (plane: number) => ({ pointer: planes[plane] as number, stride: strides[plane === 0 ? 0 : 1] });
        painted = tightPlanes(kernels.memory, WIDTH, HEIGHT, planeAt);
      },
    };
    const video = reader.header.tracks[0] as VideoTrack;
    const feed = new CompressFeed({ kernels, main: reader, opener, screen, video } as unknown as FeedParts);
    const pictures = new Map<number, Uint8Array>();
    for await (const picture of feed.pictures(seconds, new AbortController().signal)) {
      picture.paint();
      pictures.set(Math.round(picture.timeSeconds / PICTURE_SECONDS), painted);
      picture.close();
    }
    feed.close();
    return pictures;
  }

  const isBlack = (picture: Uint8Array | undefined): boolean =>
    picture?.subarray(0, WIDTH * HEIGHT).every((y) => y < 24) === true;

  it("R4 come as they are where their units come, else as everybody sees them, from any place on", async () => {
    const division = await divided();
    const combined = readY4m(await combineDivision(await loadCheckKernels(), division), "combined").pictures;
    for (const seconds of [0, 2.1]) {
      const [truth, seen] = [await shown(division, () => true, seconds), await shown(division, () => false, seconds)];
      expect(truth.size).toBe(seen.size);
      expect(truth.size).toBeGreaterThanOrEqual(PICTURES - seconds / PICTURE_SECONDS);
      for (const [number, picture] of truth) {
        expectSameBytes(picture, combined[number] as Uint8Array, `picture ${number} from ${seconds} s on`);
        const isHidden = number >= 25 && number < 80;
        expect(isBlack(seen.get(number)), `picture ${number}`).toBe(isHidden);
        if (!isHidden) expectSameBytes(seen.get(number) as Uint8Array, picture, `picture ${number}, which all see`);
      }
    }
  });

  it("R4 change with a right that begins, or ends, in the middle of a part: at the next slot", async () => {
    const division = await divided();
    const { index } = await MainReader.open(sourceFromBytes(division.main));
    const truth = index.filter(({ layer, track }) => layer === 1 && track === 0).map(({ number }) => number);
    const middle = truth[truth.length >> 1] as number;
    const turn = (index[middle]?.startMilliseconds ?? 0) / 40;
    expect(truth.length).toBeGreaterThan(1);
    // A start unit before the right began is another's too: each slot has its own.
    const [begins, ends] = [
      await shown(division, (number) => number >= middle - 1),
      await shown(division, (number) => number < middle - 1),
    ];
    for (let number = 25; number < 80; number++) {
      expect(isBlack(begins.get(number)), `picture ${number}`).toBe(number < turn);
      expect(isBlack(ends.get(number)), `picture ${number}`).toBe(number >= turn);
    }
  });
});
