/** What the player knows of each method of division, and that it plays the base layer alone. */
import { describe, expect, it } from "vitest";
import { FILE_TRACK, type IndexEntry, type MainHeader, type VideoTrack } from "../../codec/index.ts";
import { BASE_LAYER } from "../../codec/page.ts";
import type { FeedParts } from "../../web/src/player/worker/feeds/playback-method.ts";
import { playbackMethod } from "../../web/src/player/worker/feeds/playback-methods.ts";
import { SamplesFeed } from "../../web/src/player/worker/feeds/samples/samples-feed.ts";
import { StreamFeed } from "../../web/src/player/worker/feeds/samples/stream-feed.ts";
import { entriesFrom, readPackets, slotsFrom } from "../../web/src/player/worker/feeds/track-reader.ts";

const SECOND_LAYER = 9;
const VIDEO = { codec: "avc1.42001e", width: 64, height: 64, frameRate: [25, 1] } as unknown as VideoTrack;
const header = (part: Partial<MainHeader>) => part as MainHeader;

/** A second a segment, each in two layers, the second layer's behind the base's; the first and last segment of each are structure. */
function twoLayers(seconds: number, track: number): IndexEntry[] {
  return Array.from({ length: 2 * seconds }, (_, number) => ({
    number,
    offsetBytes: number * 100,
    startMilliseconds: (number >> 1) * 1000,
    durationMilliseconds: 1000,
    length: 100,
    layer: number % 2 === 0 ? BASE_LAYER : SECOND_LAYER,
    track,
    key: true,
    structure: number < 2 || number >= 2 * seconds - 2,
    substitute: false,
  }));
}

describe("of an index with two layers", () => {
  it("a track's entries are those of the layer that is asked for", () => {
    const index = twoLayers(6, 0);
    const numbers = (layer: number) =>
      entriesFrom(index, { layer, track: 0 }, 2.5, ({ key }) => key).map(({ number }) => number);
    expect(numbers(BASE_LAYER)).toEqual([4, 6, 8]);
    expect(numbers(SECOND_LAYER)).toEqual([5, 7, 9]);
    expect(entriesFrom(index, { layer: BASE_LAYER, track: 1 }, 0, () => true)).toEqual([]);
  });

  it("a reader opens the base layer's segments and no others", async () => {
    const opened: number[] = [];
    const open = async (number: number) => {
      opened.push(number);
      return { head: { startMicroseconds: 0 } as never, packets: [] };
    };
    const slots = slotsFrom(twoLayers(6, 0), 0, 0, () => true);
    for await (const _ of readPackets(slots, open, new AbortController().signal));
    expect(opened).toEqual([0, 2, 4, 6, 8, 10]);
  });

  it("a reader takes a part's true segments where all of them are its viewer's, else those that stand in for them", async () => {
    const entry = (number: number, layer: number, seconds: number, substitute = false): IndexEntry => ({
      ...{ number, layer, substitute, track: 0, key: true, structure: false, length: 100, offsetBytes: 0 },
      ...{ startMilliseconds: seconds * 1000, durationMilliseconds: 1000 },
    });
    const index = [
      entry(0, 0, 0),
      ...[entry(1, 1, 1), entry(2, 1, 2), entry(3, 0, 1, true)],
      ...[entry(4, 1, 3), entry(5, 0, 3, true), entry(6, 0, 4)],
    ];
    for (const [own, seconds, shown] of [
      [[1, 2, 4], 0, [0, 1, 2, 4, 6]],
      [[1, 4], 0, [0, 3, 4, 6]],
      [[], 0, [0, 3, 5, 6]],
      [[1, 2], 3.5, [5, 6]],
    ] as const) {
      const opened: number[] = [];
      const open = async (number: number) => {
        const isOwn = index[number]?.layer === 0 || (own as readonly number[]).includes(number);
        return isOwn ? { head: { startMicroseconds: number } as never, packets: [{ number } as never] } : undefined;
      };
      const slots = slotsFrom(index, 0, seconds, ({ key }) => key);
      for await (const [packet] of readPackets(slots, open, new AbortController().signal))
        opened.push((packet as unknown as { number: number }).number);
      expect(opened).toEqual(shown);
    }
  });

  it("method samples fetches the base layer's structure first, and runs ahead along the base layer", () => {
    const { first, aheadEnd } = playbackMethod("samples").unitOrder(twoLayers(30, FILE_TRACK));
    expect(first).toEqual([58, 0]);
    // 10 s ahead of 4 s: up to the segment of 13 s.
    expect(aheadEnd?.(8)).toBe(27);
    expect(aheadEnd?.(58)).toBe(59);
    expect(aheadEnd?.(1000)).toBe(1001);
  });

  it("method samples goes on from the base layer's segment", () => {
    const index = twoLayers(10, FILE_TRACK);
    const lengths = new Uint8Array(4 * index.length);
    const main = { index, trailer: { sourceLengths: lengths, sourceBytes: 0 }, header: header({ parameters: {} }) };
    const parts = { main, video: VIDEO, sound: undefined } as unknown as FeedParts;
    for (const feed of [new SamplesFeed(parts), new StreamFeed(parts)]) {
      expect(feed.firstSegment(4.5)).toBe(8);
      expect(feed.firstSegment(0)).toBe(2);
    }
  });
});

describe("before a commercial is shown", () => {
  it("method samples is refused in a container that the player does not take apart", async () => {
    const checked = playbackMethod("samples").checkPlayable(
      header({ method: "samples", parameters: { container: "avi" } }),
      VIDEO,
    );
    await expect(checked).rejects.toThrow(
      'this player does not play how this video was divided (method samples, container avi): ask for a version that was divided with "Compress and divide", or combine it with the cmix command',
    );
  });

  it("method samples is refused where the browser has no decoder, methods mpeg and compress nowhere", async () => {
    const mp4 = header({ method: "samples", parameters: { container: "mp4" } });
    await expect(playbackMethod("samples").checkPlayable(mp4, VIDEO)).rejects.toMatchObject({
      code: "unsupported",
      details: { codec: VIDEO.codec },
    });
    for (const method of ["mpeg", "compress"] as const)
      await playbackMethod(method).checkPlayable(header({ method }), VIDEO);
    expect(playbackMethod("compress").unitOrder(twoLayers(3, 0))).toEqual({});
  });
});
