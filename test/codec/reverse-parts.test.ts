import { describe, expect, it } from "vitest";
import { reverseOf, trimParts } from "../../codec/index.ts";
import type { RestrictedPart } from "../../codec/restriction/part.ts";

const WEEK = 7 * 24 * 3600 * 1e6;
const WHOLE = { x: 0, y: 0, width: 1000, height: 1000 };
const HIDDEN = { treatment: "black", sound: "mute", viewers: "premium" } as const;
const part = (from: number, to: number, areas = [WHOLE]): RestrictedPart => ({
  ...{ startMicroseconds: from * 1e6, endMicroseconds: to * 1e6, areas },
  ...{ treatment: "mosaic", sound: "keep", viewers: "age:18" },
});

describe("the reverse rule", () => {
  it("R6 hides all where nothing is seen", () => {
    expect(reverseOf([], HIDDEN)).toEqual([{ ...HIDDEN, areas: [WHOLE], startMicroseconds: 0, endMicroseconds: WEEK }]);
  });

  it("R6 hides the times before, between and behind the parts, and nothing of them", () => {
    const hidden = reverseOf([part(2, 4), part(4, 5), part(8, 9)], HIDDEN);
    expect(hidden.map(({ startMicroseconds, endMicroseconds }) => [startMicroseconds, endMicroseconds])).toEqual([
      [0, 2e6],
      [5e6, 8e6],
      [9e6, WEEK],
    ]);
    expect(hidden.every(({ areas, sound }) => sound === "mute" && areas.length === 1)).toBe(true);
  });

  it("R6 hides what lies around an area, with the sound; areas over each other are seen together", () => {
    const left = { x: 0, y: 0, width: 600, height: 1000 };
    const right = { x: 400, y: 0, width: 600, height: 1000 };
    const [before, one, , ...rest] = reverseOf([part(1, 3, [left]), part(2, 3, [right])], HIDDEN);
    expect(before?.areas).toEqual([WHOLE]);
    expect(one).toEqual({
      ...HIDDEN,
      areas: [{ x: 600, y: 0, width: 400, height: 1000 }],
      ...{ startMicroseconds: 1e6, endMicroseconds: 2e6 },
    });
    expect(rest).toEqual([]); // from 2 to 3 s all is seen
  });

  it("R6 leaves the sound of a part that has no area", () => {
    const [, one] = reverseOf([part(1, 2, [])], HIDDEN);
    expect([one?.areas, one?.sound]).toEqual([[WHOLE], "keep"]);
  });
});

describe("parts of a part of the video", () => {
  it("begin with it, and end with it", () => {
    const trim = { fromMicroseconds: 2e6, toMicroseconds: 6e6 };
    const parts = trimParts([part(0, 2), part(1, 3), part(4, 5), part(5.5, 9), part(6, 7)], trim);
    expect(parts.map(({ startMicroseconds, endMicroseconds }) => [startMicroseconds, endMicroseconds])).toEqual([
      [0, 1e6],
      [2e6, 3e6],
      [3.5e6, 4e6],
    ]);
    expect(trimParts([part(1, 3)], { ...trim, toMicroseconds: Number.POSITIVE_INFINITY })[0]).toEqual(part(0, 1));
  });
});
