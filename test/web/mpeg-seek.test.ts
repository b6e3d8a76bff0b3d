/** D4 P3: from any time on, the player shows the picture of that time first, in streams of open groups too. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { MemorySink, sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { MainReader, SegmentOpener, SlaveReader, type VideoTrack } from "../../codec/index.ts";
import { MpegFeed } from "../../web/src/player/worker/feeds/mpeg/mpeg-feed.ts";
import type { FeedParts } from "../../web/src/player/worker/feeds/playback-method.ts";
import { divideFile } from "../support/divisions.ts";
import { loadCheckKernels } from "../support/kernels.ts";
import { hasFfmpeg, withFolder } from "../support/tools.ts";

const FRAME_SECONDS = 0.04;
const FRAMES = 60;

const made = (codec: string, format: string, ...sound: string[]): Uint8Array =>
  withFolder((folder) => {
    const path = join(folder, "film");
    const input = ["-f", "lavfi", "-i", `testsrc2=s=176x144:r=25:d=${FRAMES * FRAME_SECONDS}`];
    const tone = sound.length > 0 ? ["-f", "lavfi", "-i", `sine=d=${FRAMES * FRAME_SECONDS}`] : [];
    const video = ["-c:v", codec, "-b:v", "2M", "-g", "12", "-bf", "2"];
    execFileSync("ffmpeg", ["-v", "error", ...input, ...tone, ...video, ...sound, "-f", format, path]);
    return new Uint8Array(readFileSync(path));
  });

async function feedOf(bytes: Uint8Array): Promise<MpegFeed> {
  const kernels = await loadCheckKernels();
  const sinks = { main: new MemorySink(), slave: new MemorySink() };
  const texts = { title: "film", mainName: "film.cmx", slaveName: "film.cms", protection: "sealed" as const };
  await divideFile(await loadCheckKernels(), "mpeg", bytes, texts, sinks);
  const main = await MainReader.open(sourceFromBytes(sinks.main.bytes()));
  const opener = await SegmentOpener.open(main, await SlaveReader.open(sourceFromBytes(sinks.slave.bytes())));
  const screen = { paint() {} };
  const video = main.header.tracks[0] as VideoTrack;
  return new MpegFeed({ kernels, main, opener, screen, video, sound: undefined } as unknown as FeedParts);
}

describe.skipIf(!hasFfmpeg)("the picture of every time", () => {
  it.each([
    ["MPEG-1 in a program stream", () => made("mpeg1video", "mpeg", "-c:a", "mp2")],
    ["MPEG-2 of a DVD", () => made("mpeg2video", "dvd", "-c:a", "ac3")],
    ["MPEG-2 in a transport stream", () => made("mpeg2video", "mpegts", "-c:a", "mp2")],
    ["MPEG-2 alone", () => made("mpeg2video", "mpeg2video")],
  ])("is shown first from there on: %s", async (_, make) => {
    const feed = await feedOf(make());
    const missed: string[] = [];
    for (let frame = 0; frame < FRAMES; frame++) {
      const seconds = (frame + 0.5) * FRAME_SECONDS;
      let first: number | undefined;
      for await (const picture of feed.pictures(seconds, new AbortController().signal)) {
        first = picture.timeSeconds;
        picture.close();
        break;
      }
      if (first === undefined || first > seconds) missed.push(`${seconds}: ${first}`);
    }
    expect(missed).toEqual([]);
    feed.close();
  });
});
