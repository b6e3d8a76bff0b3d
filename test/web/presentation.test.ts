/** Which parts of a track are played, and when. */
import { describe, expect, it } from "vitest";
import { partsFrom } from "../../codec/hosts/presentation.ts";
import { soundInPart } from "../../web/src/player/worker/feeds/samples/sound-parts.ts";

const second = 1_000_000;
/** A pause, the third and fourth second, then the first two again. */
const EDITS = [
  { durationMicroseconds: second },
  { fromMicroseconds: 2 * second, durationMicroseconds: 2 * second },
  { fromMicroseconds: 0, durationMicroseconds: 2 * second },
];

describe("parts of a track", () => {
  it("without an edit list it is played from the presentation's start on", () => {
    const all = { start: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY };
    expect(partsFrom(undefined, 3600, 5)).toEqual([{ ...all, from: 3605, shift: -3600 }]);
  });

  it("follow the edit list from its start", () => {
    expect(partsFrom(EDITS, 0, 0)).toEqual([
      { start: 2, from: 2, until: 4, shift: -1 },
      { start: 0, from: 0, until: 2, shift: 3 },
    ]);
  });

  it("begin in the middle of one after a seek", () => {
    expect(partsFrom(EDITS, 0, 4.5)).toEqual([{ start: 0, from: 1.5, until: 2, shift: 3 }]);
  });

  it("give the last picture behind the end", () => {
    expect(partsFrom(EDITS, 0, 9)).toEqual([{ start: 0, from: 1.999, until: 2, shift: 3 }]);
  });

  it("may be one picture all the time, wherever the play begins in it", () => {
    const edits = [
      { fromMicroseconds: 0, durationMicroseconds: second },
      { fromMicroseconds: second, durationMicroseconds: 5 * second, isHeld: true },
    ];
    const held = { start: 1, from: 1, until: 6, shift: 0, isHeld: true };
    expect(partsFrom(edits, 0, 0)[1]).toEqual(held);
    expect(partsFrom(edits, 0, 4.5)).toEqual([held]);
  });
});

describe("sound of a part", () => {
  const piece = (timeSeconds: number) => {
    const sound = {
      timeSeconds,
      sampleRate: 1000,
      frames: 100,
      copy: (first: number) => [Float32Array.from({ length: 100 - first }, (_, i) => first + i)],
      closed: 0,
      close: () => {
        sound.closed += 1;
      },
    };
    return sound;
  };
  const part = { start: 2, from: 2, until: 4, shift: -1 };

  it("is cut where the part begins", () => {
    const sound = soundInPart(piece(1.94), part);
    expect(sound).toMatchObject({ timeSeconds: 1, frames: 40 });
    expect([...(sound?.copy(0)[0] ?? [])].slice(0, 2)).toEqual([60, 61]);
  });

  it("is cut where the part ends", () => {
    const sound = soundInPart(piece(3.97), part);
    expect(sound).toMatchObject({ frames: 30 });
    expect(sound?.copy(10)[0]?.length).toBe(20);
  });

  it("is closed and left out where none of it belongs to the part", () => {
    const before = piece(1.8);
    expect(soundInPart(before, part)).toBeUndefined();
    expect(before.closed).toBe(1);
  });
});
