/** The pictures that the player takes of a division of method `compress`. */
import { describe, expect, it } from "vitest";
import { sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { MainReader, type SegmentOpener, type VideoTrack } from "../../codec/index.ts";
import { type PlanarPicture, tightPlanes } from "../../codec/pictures/planar-picture.ts";
import { CompressFeed } from "../../web/src/player/worker/feeds/compress/compress-feed.ts";
import type { Picture } from "../../web/src/player/worker/feeds/media-feed.ts";
import type { FeedParts } from "../../web/src/player/worker/feeds/playback-method.ts";
import { combineDivision, divideClip, openDivision } from "../support/divisions.ts";
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
