/** What the viewer's last seek asked for, and this one finds still on its way. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type IndexEntry, MainReader, SegmentOpener, SlaveReader, type VideoTrack } from "../../codec/index.ts";
import { MemorySink, sourceFromBytes } from "../../codec/page.ts";
import { OpenSegments } from "../../web/src/player/worker/feeds/open-segments.ts";
import type { FeedParts } from "../../web/src/player/worker/feeds/playback-method.ts";
import { SamplesFeed } from "../../web/src/player/worker/feeds/samples/samples-feed.ts";
import { deferred } from "../../web/src/shared/deferred.ts";
import { divideFile } from "../support/divisions.ts";
import { loadCheckKernels } from "../support/kernels.ts";
import { ROOT } from "../support/tree.ts";

const cancelled = () => new DOMException("cancelled", "AbortError");

/** Opens segments as `opener` does; the first `held` calls wait for `end`, which ends them as a seek does. */
function heldOpener(opener: SegmentOpener, held: number) {
  const ends: (() => void)[] = [];
  const isHolding = deferred<void>();
  const openSegment: SegmentOpener["openSegment"] = (number) => {
    if (ends.length >= held) return opener.openSegment(number);
    const { promise, reject } = deferred<never>();
    ends.push(() => reject(cancelled()));
    isHolding.resolve();
    return promise;
  };
  return {
    opener: { openSegment } as SegmentOpener,
    isHolding: isHolding.promise,
    end: () => ends.map((one) => one()),
  };
}

async function sampleFeed(held: number) {
  const sinks = { main: new MemorySink(), slave: new MemorySink() };
  const source = await readFile(join(ROOT, "samples/scene.mp4"));
  const options = { protection: "sealed", title: "scene", mainName: "scene.cmx", slaveName: "scene.cms" } as const;
  await divideFile(await loadCheckKernels(), "samples", source, options, sinks);
  const reader = await MainReader.open(sourceFromBytes(sinks.main.bytes()));
  const whole = await SegmentOpener.open(reader, await SlaveReader.open(sourceFromBytes(sinks.slave.bytes())));
  const { opener, ...control } = heldOpener(whole, held);
  const video = reader.header.tracks.find(({ kind }) => kind === "video") as VideoTrack;
  const parts = { kernels: await loadCheckKernels(), main: reader, opener, video, sound: undefined, screen: {} };
  return { feed: new SamplesFeed(parts as unknown as FeedParts), ...control };
}

describe("a seek while segments are on their way", () => {
  it("a file's reader goes on when what an earlier run had asked for ends with that run", async () => {
    const { feed, isHolding, end } = await sampleFeed(1);
    const [earlier, run] = [new AbortController(), new AbortController()];
    const before = feed.pictures(0, earlier.signal).next();
    await isHolding;
    earlier.abort();
    const now = feed.pictures(5, run.signal).next();
    end();
    await before.catch(() => {});
    // Reading came as far as to a decoder, of which there is one here or none.
    const reached = await now.then(
      ({ value }) => value?.timeSeconds,
      (error: Error) => error.message,
    );
    expect([5, expect.stringContaining("this browser has no decoder")]).toContainEqual(reached);
    feed.close();
  });

  it("a run that is over reads nothing again", async () => {
    const { feed, isHolding, end } = await sampleFeed(Number.POSITIVE_INFINITY);
    const run = new AbortController();
    const pictures = feed.pictures(0, run.signal).next();
    await isHolding;
    run.abort();
    expect(end()).toHaveLength(1);
    await expect(pictures).rejects.toThrow("cancelled");
    expect(end()).toHaveLength(1);
    feed.close();
  });

  it("segments in order, too", async () => {
    const first = deferred<string>();
    let opened = 0;
    const segments = new OpenSegments<string>(() => (opened++ === 0 ? first.promise : Promise.resolve("open")));
    const entries = [{ number: 3 } as IndexEntry];
    const earlier = new AbortController();
    const before = segments.inOrder(entries, earlier.signal).next();
    earlier.abort();
    const now = segments.inOrder(entries, new AbortController().signal).next();
    first.reject(cancelled());
    await expect(before).rejects.toThrow("cancelled");
    expect((await now).value).toBe("open");
  });
});
