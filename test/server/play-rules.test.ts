import { describe, expect, it } from "vitest";
import {
  elapsedMilliseconds,
  mayBeginAt as mayBegin,
  openVideo,
  releaseUnits as release,
  SEEK_REFILL_SECONDS,
  seekTo as seek,
  type VideoState,
  visitAgain,
} from "../../server/plays/play-rules.ts";
import { coversFromZero, hasNumber, type Ranges, withRun } from "../../server/plays/ranges.ts";
import {
  beginVisit,
  endVisit,
  openShare,
  SEEK_BURST,
  unlockedMilliseconds,
  type VideoShare,
} from "../../server/plays/video-share.ts";
import { PackedTimeline, packTimeline, type Timeline, timelineOf } from "../../server/timeline.ts";

const CM_MS = 6000;
/** 200 segments of 1 s: picture and sound in turn, 100 s. */
const TIMELINE = timelineOf(
  Array.from({ length: 200 }, (_, i) => ({ layer: 0, track: i % 2, startMilliseconds: Math.floor(i / 2) * 1000 })),
  100_000,
);

/** A play's state of a video, and what its viewer's plays share of it. */
interface Both {
  state: VideoState;
  share: VideoShare;
}
const fresh = (): Both => ({ state: openVideo(), share: openShare(0) });
/** The CM was asked for at `time`, and came whole. */
const startCm = ({ state, share }: Both, time: number, key = "p 1"): Both => ({
  state: { ...state, cmEndsAt: time + CM_MS },
  share: beginVisit(share, key, time + CM_MS, time),
});
const releaseUnits = ({ state, share }: Both, timeline: Timeline, from: number, most: number, now: number) =>
  release(state, share, timeline, from, most, now, Math.max(0, (state.cmEndsAt ?? now + CM_MS) - now) / 1000);
const mayBeginAt = ({ state, share }: Both, timeline: Timeline, from: number) => mayBegin(state, share, timeline, from);
const seekTo = ({ state, share }: Both, segment: number, now: number) => seek(state, share, segment, now);

describe("timeline", () => {
  it("gives a segment the time until the next one of its track, the last one the rest", () => {
    const heads = [0, 1000, 2500].flatMap((startMilliseconds) =>
      [0, 1].map((track) => ({ layer: 0, track, startMilliseconds })),
    );
    expect(timelineOf(heads, 4000).map(({ durationMilliseconds }) => durationMilliseconds)).toEqual([
      1000, 1000, 1500, 1500, 1500, 1500,
    ]);
  });

  it("counts structure segments at time 0 as nothing, wherever they stand in the file", () => {
    const starts = [0, 0, 2000, 4000, 0]; // ftyp, pictures, pictures, pictures, moov at the end
    const durations = timelineOf(
      starts.map((startMilliseconds) => ({ layer: 0, track: 0, startMilliseconds })),
      6000,
    ).map((segment) => segment.durationMilliseconds);
    expect(durations.reduce((a, b) => a + b)).toBe(6000);
    expect(durations.filter((duration) => duration === 0)).toHaveLength(2);
  });

  it("is the same after it was stored", () => {
    const stored = new PackedTimeline(packTimeline(TIMELINE).bytes.slice());
    expect(TIMELINE.map((_, segment) => stored.at(segment))).toEqual(TIMELINE);
    expect([stored.length, stored.at(-1), stored.at(TIMELINE.length)]).toEqual([TIMELINE.length, undefined, undefined]);
  });
});

describe("a timeline of a quarter of a million segments", () => {
  it("is opened without a look at each: within a millisecond", () => {
    const many = Array.from({ length: 2 ** 18 }, (_, i) => ({
      lane: i % 2,
      startMilliseconds: i * 10,
      durationMilliseconds: 20,
    }));
    const { bytes } = packTimeline(many);
    const milliseconds = Array.from({ length: 9 }, () => {
      const start = performance.now();
      const timeline = new PackedTimeline(bytes);
      expect(timeline.at(2 ** 18 - 1)).toEqual(many.at(-1));
      return performance.now() - start;
    });
    expect(Math.min(...milliseconds)).toBeLessThan(1);
  });
});

describe("a set of segments", () => {
  it("is the same as a plain set, whatever runs are put in", () => {
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 48271) % 2147483647;
      return seed % below;
    };
    for (let round = 0; round < 50; round++) {
      let ranges: Ranges = [];
      const plain = new Set<number>();
      for (let i = 0; i < 12; i++) {
        const start = random(60);
        const end = start + random(9);
        ranges = withRun(ranges, start, end);
        for (let n = start; n < end; n++) plain.add(n);
      }
      expect(Array.from({ length: 70 }, (_, n) => hasNumber(ranges, n))).toEqual(
        Array.from({ length: 70 }, (_, n) => plain.has(n)),
      );
      expect(ranges).toEqual([...ranges].sort((a, b) => a - b));
      expect(new Set(ranges).size).toBe(ranges.length);
    }
  });
});

describe("P4 another visit of a video", () => {
  it("keeps what was released and the time that was watched, and waits for its CM", () => {
    const first = releaseUnits(startCm(fresh(), 0), TIMELINE, 0, 1000, CM_MS + 2500);
    if (first.kind !== "units") throw new Error(first.kind);
    const again = {
      state: visitAgain(first.state, CM_MS + 8000),
      share: endVisit(first.share, "p 1", CM_MS + 8000),
    };
    expect(again.state).toMatchObject({ visit: 1, cmEndsAt: null });
    expect(again.share.released).toEqual([0, 70]);
    expect(elapsedMilliseconds(again.state, 1e9)).toBe(8000);
    expect(releaseUnits(again, TIMELINE, 70, 1000, 1e9)).toMatchObject({ kind: "units", end: 92 });
    expect(elapsedMilliseconds(startCm(again, 1e6).state, 1e6 + CM_MS + 1000)).toBe(9000);
  });
});

describe("S5 time that several plays of one viewer unlock", () => {
  it("counts once where they run side by side", () => {
    let share = openShare(0);
    for (let play = 0; play < 68; play++) share = beginVisit(share, `${play} 1`, 1000, 0);
    expect(unlockedMilliseconds(share, 11_000)).toBe(10_000);
    for (let play = 0; play < 68; play++) share = endVisit(share, `${play} 1`, 11_000);
    expect(unlockedMilliseconds(share, 99_000)).toBe(10_000);
  });

  it("is the union of their visits, in whatever order they begin and end", () => {
    let seed = 11;
    const random = (below: number) => {
      seed = (seed * 48271) % 2147483647;
      return seed % below;
    };
    for (let round = 0; round < 200; round++) {
      let share = openShare(0);
      const going = new Map<string, number>();
      const covered = new Set<number>();
      for (let now = 0; now < 60; now++) {
        const key = `${random(4)} 1`;
        const since = going.get(key);
        if (since === undefined) {
          const cmEndsAt = now + random(6);
          going.set(key, cmEndsAt);
          share = beginVisit(share, key, cmEndsAt, now);
        } else if (random(3) === 0) {
          going.delete(key);
          share = endVisit(share, key, now);
        }
        expect(unlockedMilliseconds(share, now), `round ${round}, ${now}`).toBe(covered.size);
        if ([...going.values()].some((begun) => begun <= now)) covered.add(now);
      }
    }
  });

  it("does not grow for ever by a play that nobody ended", () => {
    const day = 24 * 3600 * 1000;
    const left = beginVisit(openShare(0), "left 1", 0, 0);
    const share = endVisit(beginVisit(left, "next 1", 9 * day, 9 * day), "next 1", 9 * day + 500);
    expect(unlockedMilliseconds(share, 20 * day)).toBe(day + 500);
  });
});

describe("the bytes of a CM", () => {
  it("are all there when their runs meet from the first to the last", () => {
    expect(coversFromZero([], 0)).toBe(true);
    expect(coversFromZero([], 1)).toBe(false);
    expect(coversFromZero(withRun(withRun([], 5, 10), 0, 5), 10)).toBe(true);
    expect(coversFromZero([0, 9], 10)).toBe(false);
    expect(coversFromZero([0, 4, 5, 10], 10)).toBe(false);
    expect(coversFromZero([1, 10], 10)).toBe(false);
  });
});

describe("S4 the allowance", () => {
  it("is 30 s of each track before the CM's end", () => {
    const answer = releaseUnits(fresh(), TIMELINE, 0, 1000, 0);
    expect(answer).toMatchObject({ kind: "units", end: 60 });
  });

  it("grows with twice the time since the CM's end, for who plays at double speed", () => {
    const started = startCm(fresh(), 0);
    const first = releaseUnits(started, TIMELINE, 0, 1000, CM_MS);
    if (first.kind !== "units") throw new Error(first.kind);
    expect(releaseUnits(first, TIMELINE, 60, 1000, CM_MS + 400)).toEqual({ kind: "wait", seconds: 0.1 });
    expect(releaseUnits(first, TIMELINE, 60, 1000, CM_MS + 5000)).toMatchObject({ kind: "units", end: 80 });
  });

  it("tells how long to wait before the CM has started, too", () => {
    const first = releaseUnits(fresh(), TIMELINE, 0, 1000, 0);
    if (first.kind !== "units") throw new Error(first.kind);
    expect(releaseUnits(first, TIMELINE, 60, 1, 0)).toEqual({ kind: "wait", seconds: 6.5 });
  });

  it("is not used by segments that were released before", () => {
    const first = releaseUnits(fresh(), TIMELINE, 0, 40, 0);
    if (first.kind !== "units") throw new Error(first.kind);
    const again = releaseUnits(first, TIMELINE, 0, 1000, 0);
    expect(again).toMatchObject({ kind: "units", end: 60 });
  });

  it("adds 10 s a seek", () => {
    const moved = seekTo(fresh(), 100, 0);
    if (moved.kind !== "moved") throw new Error(moved.kind);
    expect(releaseUnits(moved, TIMELINE, 100, 1000, 0)).toMatchObject({ kind: "units", end: 180 });
  });
});

describe("S4 the position", () => {
  it("refuses to jump ahead without a seek", () => {
    expect(mayBeginAt(fresh(), TIMELINE, 100)).toBe(false);
  });

  it("lets a request begin up to 10 s ahead, where picture and sound of a place begin apart", () => {
    expect(mayBeginAt(fresh(), TIMELINE, 21)).toBe(true);
    expect(mayBeginAt(fresh(), TIMELINE, 22)).toBe(false);
  });

  it("carries on behind what was released, after a seek back", () => {
    const first = releaseUnits(fresh(), TIMELINE, 0, 50, 0);
    if (first.kind !== "units") throw new Error(first.kind);
    const back = seekTo(first, 0, 0);
    if (back.kind !== "moved") throw new Error(back.kind);
    expect(back.state.position).toBe(0);
    expect(back.share).toMatchObject({ seeks: 0, seekTokens: SEEK_BURST });
    expect(mayBeginAt(back, TIMELINE, 50)).toBe(true);
  });
});

describe("S4 seeks", () => {
  it("stop after a burst and come back one by one", () => {
    let both = fresh();
    for (let i = 0; i < SEEK_BURST; i++) {
      const answer = seekTo(both, i, 0);
      if (answer.kind !== "moved") throw new Error(answer.kind);
      both = answer;
    }
    expect(seekTo(both, 0, 0)).toEqual({ kind: "wait", seconds: SEEK_REFILL_SECONDS });
    expect(seekTo(both, 0, SEEK_REFILL_SECONDS * 1000 - 1000).kind).toBe("wait");
    const next = seekTo(both, 0, SEEK_REFILL_SECONDS * 1000);
    expect(next.kind).toBe("moved");
    if (next.kind === "moved") expect(seekTo(next, 0, SEEK_REFILL_SECONDS * 1000).kind).toBe("wait");
  });

  it("never give the whole slave: greedy for 60 s, a play gets elapsed + 30 s + 10 s a seek and no more", () => {
    let both = startCm(fresh(), 0);
    const released = new Set<number>();
    for (let now = CM_MS; now <= CM_MS + 20_000; now += 250) {
      const target = TIMELINE.findLastIndex((_, segment) => !released.has(segment));
      const moved = seekTo(both, target, now);
      if (moved.kind === "moved") both = moved;
      for (let from = 0; from < TIMELINE.length; from++) {
        if (!mayBeginAt(both, TIMELINE, from)) continue;
        const answer = releaseUnits(both, TIMELINE, from, 1, now);
        if (answer.kind !== "units") continue;
        both = answer;
        released.add(from);
      }
    }
    const pictureSeconds = [...released].filter((segment) => segment % 2 === 0).length;
    expect(both.share.seeks).toBe(SEEK_BURST + 2);
    expect(pictureSeconds).toBeLessThanOrEqual(20 + 30 + 10 * both.share.seeks);
  });
});
