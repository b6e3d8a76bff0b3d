/** Our indexers against ffprobe: the same packets at the same places and times. */
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { openIndex } from "../../codec/containers/open-index.ts";
import type { CodedSample } from "../../codec/containers/source-index.ts";
import { planSegments } from "../../codec/methods/samples/segment-planner.ts";
import { mediaFiles, nameOf, readBytes } from "../support/media.ts";
import { ownFiles } from "../support/own-media.ts";
import { hasTool } from "../support/tools.ts";
import { ROOT } from "../support/tree.ts";

const hasProbe = hasTool("ffprobe", "-version", "ffmpeg", "the indexers were NOT held against another reader");
/** Alpha pictures are samples of ours, and side data for ffprobe. */
const files = [`${ROOT}samples/scene.mp4`, ...ownFiles("mp4", "webm"), ...mediaFiles("mp4", "webm")].filter(
  (path) => !/vp9_alpha/.test(path),
);

interface Packet {
  pos: number;
  size: number;
  pts: number;
  key: boolean;
}

function probe(path: string): Packet[][] {
  const out = execFileSync(
    "ffprobe",
    [
      "-v",
      "error",
      "-show_packets",
      "-show_entries",
      "packet=stream_index,pts_time,size,pos,flags",
      "-of",
      "json",
      path,
    ],
    { encoding: "utf8", maxBuffer: 1 << 28 },
  );
  const streams: Packet[][] = [];
  for (const packet of JSON.parse(out).packets as Record<string, string>[]) {
    const stream = Number(packet.stream_index);
    streams[stream] ??= [];
    streams[stream].push({
      pos: Number(packet.pos),
      size: Number(packet.size),
      pts: Number(packet.pts_time),
      key: packet.flags?.startsWith("K") ?? false,
    });
  }
  return streams;
}

describe.skipIf(!hasProbe)("samples are those of ffprobe", () => {
  for (const path of files) {
    it(nameOf(path), async () => {
      const bytes = readBytes(path);
      const index = await openIndex(sourceFromBytes(bytes));
      const ours: CodedSample[][] = index.streams.map(() => []);
      let last = 0;
      for await (const batch of index.samples()) {
        for (const sample of batch) {
          expect(sample.offset).toBeGreaterThanOrEqual(last);
          last = sample.offset;
          ours[sample.stream]?.push(sample);
        }
      }
      const theirs = probe(path);
      for (const [stream, { track }] of index.streams.entries()) {
        const expected = [...(theirs[stream] ?? [])].sort((a, b) => a.pos - b.pos);
        const all = ours[stream] ?? [];
        // ffprobe leaves out what an edit list cuts off at the end.
        const samples = all.slice(0, Math.max(expected.length, all.length - 2));
        expect(samples.map(({ size }) => size)).toEqual(expected.map(({ size }) => size));
        // In Matroska and IVF ffprobe tells where the block begins, not its picture.
        const head = index.container === "mp4" || index.container === "mov" ? 0 : 32;
        const far = samples.filter(({ offset }, i) => {
          const lead = offset - (expected[i]?.pos ?? 0);
          return lead < 0 || lead > head;
        });
        expect(far).toEqual([]);
        if (track?.kind !== "video") continue;
        expect(samples.map(({ key }) => key)).toEqual(expected.map(({ key }) => key));
        const shift = (expected[0]?.pts ?? 0) * 1e6 - (samples[0]?.timeMicroseconds ?? 0);
        const off = samples.filter(
          ({ timeMicroseconds }, i) => Math.abs((expected[i]?.pts ?? 0) * 1e6 - shift - timeMicroseconds) > 1500,
        );
        expect(off.length).toBe(0);
      }
    });
  }
});

describe("segments", () => {
  for (const path of files) {
    it(`cover ${nameOf(path)} once, in order, and keep their limits`, async () => {
      const source = sourceFromBytes(readBytes(path));
      const index = await openIndex(source);
      let at = 0;
      let first = true;
      for await (const { start, end, structure, durationMicroseconds, key } of planSegments(index, source.size)) {
        expect(start).toBe(at);
        expect(end).toBeGreaterThan(start);
        at = end;
        if (structure) continue;
        if (first) expect(key).toBe(true);
        first = false;
        expect(end - start).toBeLessThanOrEqual(6 << 20);
        expect(durationMicroseconds).toBeLessThanOrEqual(end - start <= 64 << 10 ? 10_000_000 : 2_200_000);
      }
      expect(at).toBe(source.size);
    });
  }
});
