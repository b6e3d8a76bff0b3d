/** The pictures that the player takes of a division of method `mpeg` with a part that not everybody sees. */
import { beforeAll, describe, expect, it } from "vitest";
import { sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { MainReader, RESTRICTED_LAYER, SegmentOpener, SlaveReader, type VideoTrack } from "../../codec/index.ts";
import { type PlanarPicture, tightPlanes } from "../../codec/pictures/planar-picture.ts";
import { MpegFeed } from "../../web/src/player/worker/feeds/mpeg/mpeg-feed.ts";
import type { FeedParts } from "../../web/src/player/worker/feeds/playback-method.ts";
import type { Division } from "../support/divisions.ts";
import { expectSameBytes, loadCheckKernels } from "../support/kernels.ts";
import { divideParts, HEIGHT, HIDDEN, makeFile, PART, PICTURES, RATE, WIDTH } from "../support/restricted-mpeg.ts";

/** What a feed shows of a video of 25 pictures a second, by their numbers, from `seconds` on. */
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
  const feed = new MpegFeed({ kernels, main: reader, opener, screen, video } as unknown as FeedParts);
  feed.setDeinterlacing(false);
  const pictures = new Map<number, Uint8Array>();
  for await (const picture of feed.pictures(seconds, new AbortController().signal)) {
    picture.paint();
    pictures.set(Math.round(picture.timeSeconds * RATE), painted);
    picture.close();
  }
  feed.close();
  return pictures;
}

/** The middle of the picture, all of it hidden. */
function isBlack(picture: Uint8Array | undefined): boolean {
  const row = picture?.subarray((HEIGHT / 2) * WIDTH + WIDTH / 3, (HEIGHT / 2) * WIDTH + WIDTH / 2);
  return row?.every((y) => y < 24) === true;
}

describe.each(["program stream", "transport stream", "elementary stream"] as const)("a part of a %s", (kind) => {
  /** Hidden for so long that there is more than one slot. */
  const long = { ...PART, endMicroseconds: 2.2e6, areas: [{ x: 0, y: 0, width: 1000, height: 1000 }] };
  let division: Division;
  let divisionLong: Division;
  beforeAll(async () => {
    const kernels = await loadCheckKernels();
    const source = makeFile(kind);
    division = await divideParts(kernels, source);
    divisionLong = await divideParts(kernels, source, [{ ...long, startMicroseconds: 0.4e6 }]);
  });

  it("R4 is shown as it is where its units come, else as everybody sees it, from any place on", async () => {
    const whole = await shown(division, () => true);
    expect([...whole.keys()]).toEqual([...Array(PICTURES).keys()]);
    for (const seconds of [0, 1.1]) {
      const [truth, seen] = [await shown(division, () => true, seconds), await shown(division, () => false, seconds)];
      expect([...seen.keys()]).toEqual(expect.arrayContaining([...Array(PICTURES - 28).keys()].map((i) => 28 + i)));
      for (const [number, picture] of truth)
        expectSameBytes(picture, whole.get(number) as Uint8Array, `picture ${number} from ${seconds} s on`);
      for (const [number, picture] of seen)
        expect(isBlack(picture), `picture ${number}`).toBe(number >= HIDDEN.from && number < HIDDEN.to);
    }
  });

  it("R4 changes with a right that begins, or ends, in the middle of it: at the next slot", async () => {
    const { index } = await MainReader.open(sourceFromBytes(divisionLong.main));
    const starts = index.filter(({ layer, structure }) => layer === RESTRICTED_LAYER && structure);
    expect(starts.length).toBeGreaterThan(1);
    const middle = starts[1]?.number ?? 0;
    // The first group's leading pictures refer to the rendition before: they are not shown.
    const turn = ((index[middle + 1]?.startMilliseconds ?? 0) * RATE) / 1000;
    const [begins, ends] = [
      await shown(divisionLong, (number) => number >= middle),
      await shown(divisionLong, (number) => number < middle),
    ];
    for (let number = 10; number < 55; number++) {
      if (Math.abs(number - turn) < 3) continue;
      expect(begins.has(number) && ends.has(number), `picture ${number} is there`).toBe(true);
      expect(isBlack(begins.get(number)), `picture ${number}, a right begins`).toBe(number < turn);
      expect(isBlack(ends.get(number)), `picture ${number}, a right ends`).toBe(number >= turn);
    }
  });
});
