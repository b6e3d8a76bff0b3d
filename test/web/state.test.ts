import { describe, expect, it } from "vitest";
import { isAtRest, nextState, type PlayerEvent, type PlayerState } from "../../web/src/player/page/state.ts";

const STATES: PlayerState[] = [
  ...(["idle", "opening", "ready", "preparing", "cm", "releasing"] as const),
  ...(["buffering", "playing", "paused", "closing", "last-cm", "ended", "error"] as const),
];

function walk(start: PlayerState, events: PlayerEvent[]): PlayerState | undefined {
  return events.reduce<PlayerState | undefined>(
    (state, event) => (state === undefined ? state : nextState(state, event)),
    start,
  );
}

describe("the player's states", () => {
  it("S5: lead from a file to its end through the CM", () => {
    expect(walk("idle", ["open", "opened", "play", "cm-shown", "cm-watched", "released", "buffered", "end"])).toBe(
      "closing",
    );
    expect(walk("closing", ["cm-shown", "over"])).toBe("ended");
  });

  it("S5: know no way to the video around the CM", () => {
    const reached = new Set<PlayerState>(["ready"]);
    const events: PlayerEvent[] = [
      ...(["opened", "play", "cm-shown", "released", "buffered", "starved", "pause", "resume"] as const),
      ...(["to-cm", "seek", "end", "over", "stop"] as const),
    ];
    for (let size = 0; size !== reached.size; ) {
      size = reached.size;
      for (const state of [...reached]) for (const event of events) reached.add(nextState(state, event) ?? state);
    }
    expect([...reached].sort()).toEqual(["cm", "preparing", "ready"]);
  });

  it("want a new play after the end and after a stop", () => {
    for (const events of [
      ["end", "over"],
      ["stop", "stop"],
      ["pause", "stop", "cm-shown", "stop"],
    ] as const) {
      const ended = walk("playing", [...events]);
      expect(ended).toBe("ended");
      expect(nextState("ended", "resume")).toBeUndefined();
      expect(nextState("ended", "play")).toBe("preparing");
    }
  });

  it("P4: lead from a video, a CM and the end of a video to the CM before another", () => {
    for (const state of ["playing", "paused", "buffering", "cm", "releasing", "closing", "last-cm"] as const)
      expect(walk(state, ["to-cm", "cm-shown", "cm-watched", "released", "buffered"])).toBe("playing");
  });

  it("P4: let the playlist be changed between plays only", () => {
    const changeable = STATES.filter((state) => nextState(state, "opened") !== undefined);
    expect(changeable).toEqual(["opening", "ready", "ended", "error"]);
    expect(STATES.filter(isAtRest)).toEqual(["ready", "ended", "error"]);
  });

  it("stay paused through a seek and through buffering", () => {
    expect(walk("paused", ["seek", "buffered"])).toBe("paused");
    expect(walk("buffering", ["pause", "buffered"])).toBe("paused");
    expect(walk("paused", ["resume", "buffered"])).toBe("playing");
  });

  it("take another file at any time, and an error at any time but idle", () => {
    for (const state of STATES) {
      expect(nextState(state, "open")).toBe("opening");
      expect(nextState(state, "fail")).toBe(state === "idle" ? undefined : "error");
    }
  });

  it("ignore what comes late", () => {
    expect(nextState("ended", "buffered")).toBeUndefined();
    expect(nextState("ready", "cm-watched")).toBeUndefined();
    expect(nextState("error", "end")).toBeUndefined();
  });
});
