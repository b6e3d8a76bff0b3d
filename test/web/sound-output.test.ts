/** How pieces of sound are scheduled, on a device that stands for the browser's. */
import { afterEach, expect, it, vi } from "vitest";
import { MediaClock } from "../../web/src/player/page/video/clock.ts";
import { SoundOutput } from "../../web/src/player/page/video/sound-output.ts";

class FakeNode {
  static readonly heard = new Set<FakeNode>();
  buffer: unknown;
  connect(): void {}
  disconnect(): void {}
  start(): void {
    FakeNode.heard.add(this);
  }
  stop(): void {
    FakeNode.heard.delete(this);
  }
}

class FakeContext {
  currentTime = 1;
  destination = {};
  createGain = () => ({ connect: () => {}, gain: { setTargetAtTime: () => {} } });
  createBuffer = () => ({ copyToChannel: () => {} });
  createBufferSource = () => new FakeNode();
  resume = async () => {};
  close = async () => {};
}

afterEach(() => {
  vi.unstubAllGlobals();
  FakeNode.heard.clear();
});

const piece = (timeSeconds: number) => ({ timeSeconds, sampleRate: 48000, channels: [new Float32Array(4800)] });

// The device's time begins to move between two looks of the clock, any of which may be the one that sees it.
it.each([1, 2, 3, 4, 5, 6])(
  "each piece is heard once where the clock changes to the device's time at look %i",
  (moves) => {
    vi.stubGlobal("AudioContext", FakeContext);
    const output = new SoundOutput(48000);
    let looks = Number.NEGATIVE_INFINITY;
    const clock = new MediaClock(
      () => 10,
      () => (++looks >= moves ? 1.001 : 1),
    );
    clock.onSourceChange = () => output.start(clock);
    clock.start(0, 0.05);
    looks = 0;
    for (const time of [0, 0.1, 0.2]) output.add(piece(time));
    output.start(clock);
    output.add(piece(0.3));
    for (let i = 0; i < 6; i++) clock.time();
    expect(clock.currentSource).toBe("sound");
    expect(FakeNode.heard.size).toBe(4);
  },
);
