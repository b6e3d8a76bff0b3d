import { describe, expect, it } from "vitest";
import { MediaClock, SOUND_STALL_SECONDS } from "../../web/src/player/page/video/clock.ts";
import { timeOfAnchor } from "../../web/src/player/protocol/clock-anchor.ts";

/** A system clock and a sound device that the test moves. */
function bench() {
  const time = { system: 100, sound: 5 as number | undefined };
  const clock = new MediaClock(
    () => time.system,
    () => time.sound,
  );
  /** Moves the system, and the sound by `soundSeconds`, in steps as a page's ticks do. */
  const advance = (seconds: number, soundSeconds: number) => {
    for (let i = 0; i < 10; i++) {
      time.system += seconds / 10;
      if (time.sound !== undefined) time.sound += soundSeconds / 10;
      clock.time();
    }
  };
  return { time, clock, advance };
}

describe("MediaClock", () => {
  it("stands until it is started, and stands again after a pause", () => {
    const { clock, advance } = bench();
    clock.set(3);
    advance(1, 1);
    expect(clock.time()).toBe(3);
    clock.start(3);
    advance(1, 1);
    clock.pause();
    const paused = clock.time();
    expect(paused).toBeCloseTo(4, 5);
    advance(5, 5);
    expect(clock.time()).toBe(paused);
  });

  it("follows the sound device where that runs at its own speed", () => {
    const { clock, advance } = bench();
    clock.start(0);
    advance(0.1, 0.1);
    expect(clock.currentSource).toBe("sound");
    const before = clock.time();
    advance(2, 1.9);
    expect(clock.time() - before).toBeCloseTo(1.9, 5);
  });

  it("gives who extrapolates the device's time of now, asked for or not before", () => {
    const { clock, time, advance } = bench();
    clock.start(0);
    advance(0.1, 0.1);
    const before = clock.raw();
    time.system += 0.08;
    time.sound = (time.sound ?? 0) + 0.08;
    expect(clock.raw() - before).toBeCloseTo(0.08, 5);
  });

  it("runs by the system without a sound device", () => {
    const { clock, time, advance } = bench();
    time.sound = undefined;
    clock.start(10);
    advance(2.5, 0);
    expect(clock.currentSource).toBe("system");
    expect(clock.time()).toBeCloseTo(12.5, 9);
    expect(clock.soundTimeOf(13)).toBeUndefined();
  });

  it("goes on by the system when the sound device stops, without a jump", () => {
    const { clock, advance } = bench();
    let changes = 0;
    clock.onSourceChange = () => {
      changes += 1;
    };
    clock.start(0);
    advance(1, 1);
    const before = clock.time();
    advance(SOUND_STALL_SECONDS * 0.9, 0);
    expect(clock.time()).toBeCloseTo(before, 9);
    advance(SOUND_STALL_SECONDS * 0.2, 0);
    expect(clock.currentSource).toBe("system");
    expect(clock.time() - before).toBeLessThan(SOUND_STALL_SECONDS * 0.2);
    const atSwitch = clock.time();
    advance(2, 0);
    expect(clock.time() - atSwitch).toBeCloseTo(2, 5);
    expect(changes).toBe(2); // to the sound at the start, and away from it
  });

  it("returns to the sound device when that advances again, without a jump", () => {
    const { clock, time, advance } = bench();
    clock.start(0);
    advance(1, 1);
    advance(1, 0);
    const before = clock.time();
    time.system += 0.01;
    if (time.sound !== undefined) time.sound += 0.01;
    expect(clock.time() - before).toBeLessThan(0.011);
    expect(clock.currentSource).toBe("sound");
    advance(1, 1);
    expect(clock.time() - before).toBeCloseTo(1.01, 2);
  });

  it("never goes back while it runs, even when the device's time does", () => {
    const { clock, time, advance } = bench();
    clock.start(0);
    advance(1, 1);
    const before = clock.time();
    if (time.sound !== undefined) time.sound -= 0.1; // its latency was found out
    expect(clock.time()).toBe(before);
  });

  it("stands at its start for the lead, and tells the sound when to start", () => {
    const { clock, time, advance } = bench();
    clock.start(0);
    advance(0.1, 0.1);
    clock.start(7, 0.05);
    expect(clock.time()).toBe(7);
    expect(clock.soundTimeOf(7)).toBeCloseTo((time.sound ?? 0) + 0.05, 9);
    advance(0.04, 0.04);
    expect(clock.time()).toBe(7);
    advance(0.03, 0.03);
    expect(clock.time()).toBeCloseTo(7.02, 9);
  });

  it("P3: goes on without a jump at another speed, and says when sound is due at it", () => {
    const { clock, time, advance } = bench();
    clock.start(0);
    advance(1, 1);
    expect(clock.time()).toBeCloseTo(1, 5);
    clock.setRate(2);
    expect(clock.time()).toBeCloseTo(1, 5);
    expect(clock.soundTimeOf(3)).toBeCloseTo((time.sound ?? 0) + 1, 5);
    advance(1, 1);
    expect(clock.time()).toBeCloseTo(3, 5);
    clock.pause();
    clock.setRate(0.5);
    clock.start(3, 0.2);
    advance(1.2, 1.2);
    expect(clock.time()).toBeCloseTo(3.5, 5); // the lead is in seconds of the viewer
  });
});

describe("timeOfAnchor", () => {
  it("extrapolates a running clock and leaves a standing one", () => {
    expect(timeOfAnchor({ mediaSeconds: 2, atMilliseconds: 1000, running: true, rate: 1 }, 1250)).toBe(2.25);
    expect(timeOfAnchor({ mediaSeconds: 2, atMilliseconds: 1000, running: true, rate: 2 }, 1250)).toBe(2.5);
    expect(timeOfAnchor({ mediaSeconds: 2, atMilliseconds: 1000, running: false, rate: 2 }, 9000)).toBe(2);
  });
});
