import { describe, expect, it } from "vitest";
import { TimeStretcher } from "../../web/src/player/page/video/time-stretch.ts";

const SAMPLE_RATE = 48_000;

function tone(hertz: number, seconds: number): Float32Array {
  return Float32Array.from({ length: seconds * SAMPLE_RATE }, (_, i) =>
    Math.sin((2 * Math.PI * hertz * i) / SAMPLE_RATE),
  );
}

/** In pieces as they come from the decoder. */
function stretched(channels: Float32Array[], rate: number, pieceFrames = 4800): Float32Array[] {
  const stretcher = new TimeStretcher(channels.length, SAMPLE_RATE, rate);
  const parts = channels.map((): number[] => []);
  for (let at = 0; at < (channels[0]?.length ?? 0); at += pieceFrames) {
    const given = stretcher.push(channels.map((samples) => samples.subarray(at, at + pieceFrames)));
    for (const [channel, samples] of given.entries()) for (const sample of samples) parts[channel]?.push(sample);
  }
  expect(stretcher.givenFrames).toBe(parts[0]?.length);
  return parts.map((samples) => Float32Array.from(samples));
}

/** By upward zero crossings. */
function hertzOf(samples: Float32Array): number {
  const crossings: number[] = [];
  for (let i = 1; i < samples.length; i++)
    if ((samples[i - 1] as number) < 0 && (samples[i] as number) >= 0) crossings.push(i);
  return ((crossings.length - 1) * SAMPLE_RATE) / ((crossings.at(-1) ?? 0) - (crossings[0] ?? 0));
}

describe("sound at another speed", () => {
  for (const rate of [0.5, 0.75, 1.25, 1.5, 2])
    it(`P3: keeps its pitch and loudness at ${rate}, and takes as long as that`, () => {
      const [out = new Float32Array()] = stretched([tone(220, 2)], rate);
      expect(out.length / SAMPLE_RATE).toBeGreaterThan(2 / rate - 0.1);
      expect(out.length / SAMPLE_RATE).toBeLessThanOrEqual(2 / rate);
      expect(Math.abs(hertzOf(out) - 220)).toBeLessThan(2);
      const middle = out.subarray(4800, -4800);
      const loudness = Math.sqrt(middle.reduce((sum, sample) => sum + sample * sample, 0) / middle.length);
      expect(loudness).toBeGreaterThan(0.68); // of a tone 0.707
      expect(loudness).toBeLessThan(0.73);
    });

  it("P3: keeps things at their time", () => {
    const clicks = new Float32Array(2 * SAMPLE_RATE);
    for (const at of [0.5, 1, 1.5]) clicks.fill(0.8, at * SAMPLE_RATE, at * SAMPLE_RATE + 480);
    const [out = new Float32Array()] = stretched([clicks], 1.5);
    for (const at of [0.5, 1, 1.5]) {
      const due = (at / 1.5) * SAMPLE_RATE;
      const heard = out.subarray(due - 1200, due + 1200).some((sample) => sample > 0.4);
      expect(heard, `the click of ${at} s within 25 ms`).toBe(true);
    }
  });

  it("takes the same places for all channels, however the sound is cut into pieces", () => {
    const [left, right] = [tone(220, 1), tone(330, 1)];
    const [first, second] = [stretched([left, right], 1.5), stretched([left, right], 1.5, 999)];
    expect(second).toEqual(first);
    expect(Math.abs(hertzOf(first[1] as Float32Array) - 330)).toBeLessThan(3);
  });

  it("gives silence for silence", () => {
    const [out = new Float32Array()] = stretched([new Float32Array(SAMPLE_RATE)], 2);
    expect(out.length).toBeGreaterThan(0);
    expect(out.every((sample) => sample === 0)).toBe(true);
  });
});
