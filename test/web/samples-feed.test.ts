/** What the player shows of a file that was kept as it is, with parts that not everybody sees. Decoded by NodeAV. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { registerMediabunnyServer } from "@mediabunny/server";
import { VideoSample } from "mediabunny";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { nodeRecoderOf } from "../../codec/hosts/node/index.ts";
import { MainReader, SegmentOpener, SlaveReader, type VideoTrack } from "../../codec/index.ts";
import { MemorySink, sourceFromBytes } from "../../codec/page.ts";
import type { FeedParts } from "../../web/src/player/worker/feeds/playback-method.ts";
import { SamplesFeed } from "../../web/src/player/worker/feeds/samples/samples-feed.ts";
import { type Division, divideFile } from "../support/divisions.ts";
import {
  BLACK_MOST,
  CLIP_PART,
  CLIP_RATE,
  CLIP_SECONDS,
  clipLuminance,
  H264_CLIP,
  makeClip,
} from "../support/hidden-clips.ts";
import { loadCheckKernels } from "../support/kernels.ts";
import { ordinary } from "../support/restricted.ts";

const folder = mkdtempSync(join(tmpdir(), "cmix-feed-"));
const PARTS = [CLIP_PART, { ...CLIP_PART, startMicroseconds: 3_200_000, endMicroseconds: 3_600_000 }];
const PICTURES = CLIP_SECONDS * CLIP_RATE;

let pair: Division;
let everybodys: Division;
beforeAll(() => {
  registerMediabunnyServer({ hardwareContext: null });
  // In the place of a canvas: what would be painted is looked at.
  vi.spyOn(VideoSample.prototype, "toVideoFrame").mockImplementation(function (this: VideoSample) {
    return this.clone() as unknown as VideoFrame;
  });
});
async function divide(name: string, coding: readonly string[]): Promise<void> {
  const bytes = makeClip(join(folder, name), coding);
  const sinks = { main: new MemorySink(), slave: new MemorySink() };
  const texts = { title: "clip", mainName: "clip.cmx", slaveName: "clip.cms", protection: "sealed" as const };
  const openRecoder = nodeRecoderOf(sourceFromBytes(bytes), name);
  await divideFile(await loadCheckKernels(), "samples", bytes, { ...texts, restrictions: PARTS, openRecoder }, sinks);
  pair = { main: sinks.main.bytes(), slave: sinks.slave.bytes() };
  everybodys = await ordinary(pair);
}
afterAll(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** @param comes whether a unit of the layer `restricted` is sent */
async function feedOf(slave: Uint8Array, comes: (number: number) => boolean = () => true) {
  const main = await MainReader.open(sourceFromBytes(pair.main));
  const opener = await SegmentOpener.open(main, await SlaveReader.open(sourceFromBytes(slave)));
  const openHeld = opener.openHeld.bind(opener);
  opener.openHeld = async (number, again) =>
    main.index[number]?.layer === 0 || comes(number) ? openHeld(number, again) : undefined;
  const seen: Uint8Array[] = [];
  const copies: Promise<unknown>[] = [];
  const screen = {
    paintFrame(frame: unknown) {
      const sample = (frame as VideoSample).clone();
      const data = new Uint8Array(sample.allocationSize());
      seen.push(data);
      copies.push(sample.copyTo(data).finally(() => sample.close()));
    },
  };
  const video = main.header.tracks.find(({ kind }) => kind === "video") as VideoTrack;
  const parts = { kernels: await loadCheckKernels(), main, opener, video, sound: undefined, screen };
  const feed = new SamplesFeed(parts as unknown as FeedParts);
  /** Times of the pictures, and whether each is covered. */
  const shown = async (seconds: number, onPicture = (_time: number): void => {}) => {
    const times: number[] = [];
    seen.length = 0;
    for await (const picture of feed.pictures(seconds, new AbortController().signal)) {
      times.push(Math.round(picture.timeSeconds * CLIP_RATE));
      picture.paint();
      picture.close();
      onPicture(picture.timeSeconds);
    }
    await Promise.all(copies);
    const covered = seen.map((picture) => Math.max(...clipLuminance(picture, true)) < BLACK_MOST);
    return { times, covered: times.filter((_, i) => covered[i]) };
  };
  return { feed, main, shown };
}

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
const FIRST = numbers(30, 45);
const SECOND = numbers(80, 90);

/** Parts lie too far apart in them to be one. */
const CLIPS = [
  ["clip.mp4", [...H264_CLIP, "-crf", "10"]],
  ["clip.webm", ["-c:v", "libvpx", "-g", "25", "-b:v", "1500k", "-an"]],
] as const;

describe.each(CLIPS)("%s, kept as it is, with hidden parts", (name, coding) => {
  beforeAll(() => divide(name, coding));

  it("R4 is shown as it is to who gets all units, and covered to everybody else, each picture once", async () => {
    for (const [slave, covered] of [
      [pair.slave, []],
      [everybodys.slave, [...FIRST, ...SECOND]],
    ] as const) {
      const { feed, shown } = await feedOf(slave);
      expect(await shown(0)).toEqual({ times: numbers(0, PICTURES), covered });
      const later = await shown(1.4);
      expect(later.times).toEqual(numbers(35, PICTURES));
      expect(later.covered).toEqual(covered.filter((number) => number >= 35));
      feed.close();
    }
  });

  it("R4 is covered from the next part on when a right ends, and shown again from the next one on when one begins", async () => {
    let isMember = true;
    const { feed, shown } = await feedOf(pair.slave, () => isMember);
    let changed = false;
    const once = (time: number): void => {
      if (changed || time < 2.2) return;
      changed = true;
      isMember = !isMember;
    };
    expect((await shown(0, once)).covered).toEqual(SECOND);
    changed = false;
    expect((await shown(0, once)).covered).toEqual(FIRST);
    feed.close();
  });

  it("R4 goes on with what everybody sees where a right ends inside a part", async () => {
    const { feed, main, shown } = await feedOf(pair.slave);
    const hidden = main.index.filter(({ layer, structure }) => layer === 1 && !structure);
    feed.close();
    // The part's later segments are not sent any more.
    const behind = hidden.find(({ startMilliseconds }) => startMilliseconds > 2500)?.number ?? 0;
    const ended = await feedOf(pair.slave, (number) => number !== behind + 1);
    const { times } = await ended.shown(0);
    expect(times).toEqual(numbers(0, PICTURES));
    ended.feed.close();
    expect(await shown(3.9)).toMatchObject({ covered: [] });
  });
});
