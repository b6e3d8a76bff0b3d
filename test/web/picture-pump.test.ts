/** What is shown on a seek's way, and where the clock stands while pictures are late. */
import { describe, expect, it } from "vitest";
import type { Picture } from "../../web/src/player/worker/feeds/media-feed.ts";
import { PicturePump } from "../../web/src/player/worker/playback/picture-pump.ts";

const FRAME_SECONDS = 0.5;

/** Pictures that write down what becomes of them. */
class TestPictures {
  readonly painted: number[] = [];
  opened = 0;
  closed = 0;

  async *from(times: readonly number[]): AsyncGenerator<Picture> {
    for (const timeSeconds of times) {
      this.opened += 1;
      yield {
        timeSeconds,
        endSeconds: timeSeconds + FRAME_SECONDS,
        keep: () => {},
        paint: () => this.painted.push(timeSeconds),
        close: () => {
          this.closed += 1;
        },
      };
    }
  }
}

const times = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => from + index * FRAME_SECONDS);

/** Seeks to `target` in pictures that begin at `key`, and stops when the target's is shown. */
async function seek(key: number, target: number): Promise<TestPictures> {
  const pictures = new TestPictures();
  const stop = new AbortController();
  const pump = new PicturePump(() => ({ seconds: target, running: false }), {
    onPicture: (seconds) => {
      if (seconds + FRAME_SECONDS > target) stop.abort();
    },
    onReady: () => {},
    onStarved: () => {},
  });
  await pump.run(pictures.from(times(key, 2 * (target - key) + 10)), target, stop.signal);
  return pictures;
}

describe("a seek", () => {
  it("shows the target's picture alone where the key picture is near", async () => {
    expect((await seek(10, 11.6)).painted).toEqual([11.5]);
    expect((await seek(10, 12)).painted).toEqual([12]);
  });

  it("shows the key picture first where it is more than 2 s before", async () => {
    expect((await seek(10, 17.2)).painted).toEqual([10, 17]);
  });

  it("paints the picture on screen anew until the next one", async () => {
    const pictures = new TestPictures();
    const stop = new AbortController();
    let clock = { seconds: 0, running: false };
    const pump = new PicturePump(() => clock, {
      onPicture: (seconds) => {
        pump.repaint();
        if (seconds === 1) stop.abort();
        clock = { seconds: 1, running: true };
      },
      onReady: () => {},
      onStarved: () => {},
    });
    await pump.run(pictures.from([0, 1, 2]), 0, stop.signal);
    pump.repaint();
    expect(pictures.painted).toEqual([0, 0, 1, 1]);
  });

  it("closes every picture once", async () => {
    for (const target of [10, 11, 19]) {
      const { opened, closed } = await seek(10, target);
      expect(closed).toBe(opened);
    }
  });
});

describe("late pictures", () => {
  /** Shows the picture of 0, then has the clock stand at `seconds`; resolves with what was painted and how often it was ready. */
  async function standAt(seconds: number, until: number): Promise<TestPictures & { readyTimes: number }> {
    const pictures = Object.assign(new TestPictures(), { readyTimes: 0 });
    const stop = new AbortController();
    let clock = { seconds: 0, running: false };
    const pump = new PicturePump(() => clock, {
      onPicture: (shown) => {
        clock = { seconds, running: false };
        if (shown === until) setTimeout(() => stop.abort(), 30);
      },
      onReady: () => {
        pictures.readyTimes += 1;
      },
      onStarved: () => {},
    });
    await pump.run(pictures.from(times(0, 20)), 0, stop.signal);
    return pictures;
  }

  it("end at the picture of the time at which the clock was stopped, and none behind it", async () => {
    const { painted, opened, closed, readyTimes } = await standAt(3.2, 3);
    expect(painted).toEqual([0, 3]);
    expect(closed).toBe(opened);
    expect(opened).toBeLessThan(20); // the rest waits
    expect(readyTimes).toBe(1);
  });

  it("end at the last one where the clock stands behind it", async () => {
    const { painted, opened, closed } = await standAt(30, 9.5);
    expect(painted).toEqual([0, 9.5]);
    expect(closed).toBe(opened);
  });
});
