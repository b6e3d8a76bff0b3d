/** P3: where the viewer was in a video, as the device remembers it; and the play that a reload leaves open. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { keepPlace, keptPlace } from "../../web/src/player/page/kept-places.ts";
import { keepSpeed, keptSpeed } from "../../web/src/player/page/kept-speed.ts";
import { findLeftPlay, keepLeftPlay } from "../../web/src/player/page/play/left-play.ts";

const storage = () => {
  const items = new Map<string, string>();
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  };
};

beforeEach(() => {
  vi.stubGlobal("localStorage", storage());
  vi.stubGlobal("sessionStorage", storage());
});
afterEach(() => vi.unstubAllGlobals());

it("P3: a place inside a video is remembered, one at its start or end is forgotten", () => {
  keepPlace("a", 4, 100);
  expect(keptPlace("a")).toBeUndefined();
  keepPlace("a", 60.7, 100);
  keepPlace("b", 30, 100);
  expect([keptPlace("a"), keptPlace("b")]).toEqual([60, 30]);
  keepPlace("a", 95, 100);
  expect([keptPlace("a"), keptPlace("b")]).toEqual([undefined, 30]);
});

it("P3: of more than two hundred places the oldest is forgotten", () => {
  for (let i = 0; i <= 200; i++) keepPlace(`main ${i}`, 20, 100);
  expect([keptPlace("main 0"), keptPlace("main 1"), keptPlace("main 200")]).toEqual([undefined, 20, 20]);
});

it("P3: a speed that the player does not offer counts for nothing", () => {
  keepSpeed(1.5);
  expect(keptSpeed()).toBe(1.5);
  keepSpeed(16);
  expect(keptSpeed()).toBe(1);
});

it("P3 P4: a left play is found once, for the same videos, while the service still has it at its video", async () => {
  const left = {
    play: { playId: "p", videos: [] },
    ...{ sentAttributes: {}, mainIds: ["a", "b"], number: 2, seconds: 7 },
  };
  const place = { kind: "video", number: 2, cm: {} };
  const answer = vi.fn(async () => Response.json(place));
  vi.stubGlobal("fetch", answer);
  const closed = vi.fn();
  vi.stubGlobal("navigator", { sendBeacon: closed });
  const { signal } = new AbortController();
  keepLeftPlay(left);
  expect(await findLeftPlay(["a"], true, signal)).toBeUndefined();
  keepLeftPlay(left);
  expect(await findLeftPlay(["a", "b"], false, signal)).toBeUndefined(); // come to by a link
  expect(answer).not.toHaveBeenCalled();
  expect(closed.mock.calls.map(([address]) => address)).toEqual(["/api/plays/p/moves", "/api/plays/p/moves"]);
  keepLeftPlay(left);
  expect(await findLeftPlay(["a", "b"], true, signal)).toMatchObject({ left: { seconds: 7 }, place });
  expect(await findLeftPlay(["a", "b"], true, signal)).toBeUndefined();
  keepLeftPlay(left);
  vi.stubGlobal("fetch", async () => Response.json({ kind: "over" }));
  expect(await findLeftPlay(["a", "b"], true, signal)).toBeUndefined();
});
