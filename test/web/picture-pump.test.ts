/** What a seek shows on its way: nothing but the target's picture, or the key picture first where that lies far before it. */
import { describe, expect, it } from "vitest";
import type { Picture } from "../../web/src/player/media-feed.ts";
import { PicturePump } from "../../web/src/player/picture-pump.ts";

const FRAME_SECONDS = 0.5;

/** Seeks to `target` in pictures that begin at `key`, and stops when the target's is shown. */
async function seek(key: number, target: number): Promise<{ painted: number[]; opened: number; closed: number }> {
  const painted: number[] = [];
  let [opened, closed] = [0, 0];
  const stop = new AbortController();
  async function* pictures(): AsyncGenerator<Picture> {
    for (let timeSeconds = key; timeSeconds < target + 5; timeSeconds += FRAME_SECONDS) {
      opened += 1;
      yield {
        timeSeconds,
        endSeconds: timeSeconds + FRAME_SECONDS,
        keep: () => {},
        paint: () => painted.push(timeSeconds),
        close: () => {
          closed += 1;
        },
      };
    }
  }
  const pump = new PicturePump(() => ({ seconds: target, running: false }), {
    onPicture: (seconds) => {
      if (seconds + FRAME_SECONDS > target) stop.abort();
    },
    onReady: () => {},
    onStarved: () => {},
  });
  await pump.run(pictures(), target, stop.signal);
  return { painted, opened, closed };
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
    const painted: number[] = [];
    const stop = new AbortController();
    let clock = { seconds: 0, running: false };
    async function* pictures(): AsyncGenerator<Picture> {
      for (const timeSeconds of [0, 1, 2])
        yield {
          timeSeconds,
          endSeconds: timeSeconds + 1,
          keep: () => {},
          paint: () => painted.push(timeSeconds),
          close: () => {},
        };
    }
    const pump = new PicturePump(() => clock, {
      onPicture: (seconds) => {
        pump.repaint();
        if (seconds === 1) stop.abort();
        clock = { seconds: 1, running: true };
      },
      onReady: () => {},
      onStarved: () => {},
    });
    await pump.run(pictures(), 0, stop.signal);
    pump.repaint();
    expect(painted).toEqual([0, 0, 1, 1]);
  });

  it("closes every picture once", async () => {
    for (const target of [10, 11, 19]) {
      const { opened, closed } = await seek(10, target);
      expect(closed).toBe(opened);
    }
  });
});
