import { describe, expect, it } from "vitest";
import type { SoundTreatment } from "../../codec/restriction/part.ts";
import { type SoundBlock, TONE_HERTZ, TONE_PEAK, treatSound } from "../../codec/restriction/treat-sound.ts";
import { below, createRandom } from "../support/fills.ts";

const RATE = 48000;
const SEED = Number(process.env.CMIX_SEED ?? 1);

interface Part {
  from: number;
  to: number;
  sound: SoundTreatment;
}

/** Treats channels in blocks of changing lengths; parts in samples. */
async function treat(channels: Float32Array[], parts: Part[], rate = RATE): Promise<Float32Array[]> {
  const random = createRandom(SEED);
  const length = channels[0]?.length ?? 0;
  async function* blocks(): AsyncGenerator<SoundBlock> {
    for (let firstSample = 0; firstSample < length; ) {
      const count = Math.min(length - firstSample, 1 + below(random, 2500));
      yield { firstSample, channels: channels.map((channel) => channel.slice(firstSample, firstSample + count)) };
      firstSample += count;
    }
  }
  const micro = (samples: number) => (samples * 1e6) / rate;
  const hidden = parts.map(({ from, to, sound }) => ({
    startMicroseconds: micro(from),
    endMicroseconds: micro(to),
    sound,
  }));
  const treated = channels.map(() => new Float32Array(length));
  let next = 0;
  for await (const block of treatSound(blocks(), hidden, rate)) {
    expect(block.firstSample).toBe(next);
    for (const [i, channel] of block.channels.entries()) treated[i]?.set(channel, next);
    next += block.channels[0]?.length ?? 0;
  }
  expect(next).toBe(length);
  return treated;
}

const sine = (hertz: number, length: number, peak = 0.5, rate = RATE): Float32Array =>
  Float32Array.from({ length }, (_, i) => peak * Math.sin((2 * Math.PI * hertz * i) / rate));

/** How strong a frequency is, by Goertzel: the peak of a sine of it. */
function strengthOf(samples: Float32Array, hertz: number, rate = RATE): number {
  let [re, im] = [0, 0];
  for (const [i, sample] of samples.entries()) {
    re += sample * Math.cos((2 * Math.PI * hertz * i) / rate);
    im += sample * Math.sin((2 * Math.PI * hertz * i) / rate);
  }
  return (2 * Math.hypot(re, im)) / samples.length;
}

function noise(length: number): Float32Array {
  const random = createRandom(SEED);
  return Float32Array.from({ length }, () => (random() / 2 ** 31 - 1) * 0.8);
}

const same = (a: Float32Array, b: Float32Array): boolean =>
  a.length === b.length && a.every((sample, i) => sample === b[i]);

describe("treated sound", () => {
  const [FROM, TO] = [10_001, 60_007];
  for (const sound of ["mute", "tone", "voice"] as const)
    for (const channels of [1, 2, 3, 6])
      it(`R3: ${sound}, ${channels} channels: outside of the part it stays as it was, bit for bit`, async () => {
        const original = Array.from({ length: channels }, () => noise(80_000));
        const treated = await treat(original, [{ from: FROM, to: TO, sound }]);
        for (const [i, channel] of treated.entries()) {
          const before = original[i] as Float32Array;
          expect(same(channel.subarray(0, FROM), before.subarray(0, FROM))).toBe(true);
          expect(same(channel.subarray(TO), before.subarray(TO))).toBe(true);
          const kept = channel.subarray(FROM, TO).filter((sample, at) => sample === before[FROM + at]).length;
          expect(kept).toBeLessThan(20);
          expect(channel.every(Number.isFinite)).toBe(true);
        }
      });

  it("R3: is silent but for the fades of 10 ms, where it is muted", async () => {
    const [treated] = await treat([noise(80_000)], [{ from: FROM, to: TO, sound: "mute" }]);
    const fade = RATE / 100;
    expect(treated?.subarray(FROM + fade, TO - fade).every((sample) => sample === 0)).toBe(true);
    expect(treated?.[FROM + fade - 10]).not.toBe(0);
  });

  it("R3: is a tone of 1 kHz at -20 dBFS, and nothing of what was said", async () => {
    const [treated] = await treat([sine(440, 80_000)], [{ from: FROM, to: TO, sound: "tone" }]);
    const inner = (treated as Float32Array).subarray(FROM + 480, FROM + 480 + RATE);
    expect(strengthOf(inner, TONE_HERTZ)).toBeCloseTo(TONE_PEAK, 3);
    expect(20 * Math.log10(strengthOf(inner, TONE_HERTZ))).toBeCloseTo(-20, 1);
    expect(strengthOf(inner, 440)).toBeLessThan(0.001);
  });

  it("R3: has a voice of another pitch as long as it was, with its overtones", async () => {
    // Two partials: what is lower by a quarter is so with its formants.
    const both = sine(440, 3 * RATE).map((sample, i) => sample + 0.2 * Math.sin((2 * Math.PI * 1320 * i) / RATE));
    const [treated] = await treat([both, both], [{ from: RATE, to: 2 * RATE, sound: "voice" }]);
    const inner = (treated as Float32Array).subarray(RATE + 4800, 2 * RATE - 4800);
    // Pieces are joined where they fit, so the phase is the same within a piece only.
    const strength = (hertz: number): number => {
      const pieces = Array.from({ length: 16 }, (_, i) => strengthOf(inner.subarray(2400 * i, 2400 * (i + 1)), hertz));
      return pieces.reduce((sum, one) => sum + one, 0) / pieces.length;
    };
    expect(strength(330)).toBeGreaterThan(0.3);
    expect(strength(990)).toBeGreaterThan(0.1);
    expect(strength(440)).toBeLessThan(0.1);
    // It begins at once and goes on to the end: no tenth of a second is quieter than half.
    for (let at = RATE; at + 4800 <= 2 * RATE; at += 4800) {
      const piece = (treated as Float32Array).subarray(at, at + 4800);
      expect(Math.sqrt(piece.reduce((sum, sample) => sum + sample * sample, 0) / piece.length)).toBeGreaterThan(0.18);
    }
  });

  it("has no click: neighbouring samples of a low tone stay near each other at the part's ends", async () => {
    for (const sound of ["mute", "tone", "voice"] as const) {
      const [treated] = await treat([sine(100, 80_000)], [{ from: FROM, to: TO, sound }]);
      const samples = treated as Float32Array;
      const steps = [FROM, TO].map((edge) =>
        Math.max(
          ...Array.from({ length: 100 }, (_, i) =>
            Math.abs((samples[edge - 50 + i] ?? 0) - (samples[edge - 51 + i] ?? 0)),
          ),
        ),
      );
      expect(Math.max(...steps), sound).toBeLessThan(0.02);
    }
  });

  it("hides the most where parts overlap, and lets nothing of the sound through where they touch", async () => {
    const original = noise(60_000);
    const parts = [
      { from: 10_000, to: 40_000, sound: "voice" as const },
      { from: 20_000, to: 30_000, sound: "mute" as const },
      { from: 40_000, to: 50_000, sound: "tone" as const },
      { from: 0, to: 60_000, sound: "keep" as const },
    ];
    const [treated] = await treat([original], parts);
    const samples = treated as Float32Array;
    expect(samples.subarray(20_000, 30_000).every((sample) => sample === 0)).toBe(true);
    expect(same(samples.subarray(0, 10_000), original.subarray(0, 10_000))).toBe(true);
    expect(same(samples.subarray(50_000), original.subarray(50_000))).toBe(true);
    // A tone is no louder than itself beside the voice.
    expect(Math.max(...samples.subarray(40_000, 49_000).map(Math.abs))).toBeLessThan(TONE_PEAK + 1e-6);
  });

  it("may begin with a part, end in one, or be shorter than its fades", async () => {
    for (const sound of ["mute", "tone", "voice"] as const)
      for (const [from, to] of [
        [0, 100],
        [39_000, 90_000],
        [0, 40_000],
        [20_000, 20_001],
        [20_000, 20_300],
      ] as const) {
        const original = noise(40_000);
        const [treated] = await treat([original], [{ from, to, sound }]);
        const samples = treated as Float32Array;
        expect(same(samples.subarray(0, from), original.subarray(0, from)), `${sound} ${from}-${to}`).toBe(true);
        expect(same(samples.subarray(to), original.subarray(to)), `${sound} ${from}-${to}`).toBe(true);
        expect(samples.every(Number.isFinite)).toBe(true);
      }
  });

  it(`takes any parts at any rate (seed ${SEED})`, async () => {
    const random = createRandom(SEED);
    for (let turn = 0; turn < 12; turn++) {
      const rate = [8000, 22_050, 44_100, 48_000][below(random, 4)] as number;
      const original = noise(30_000);
      const parts = Array.from({ length: 1 + below(random, 5) }, (): Part => {
        const from = below(random, 29_000);
        const sound = (["mute", "tone", "voice", "keep"] as const)[below(random, 4)] as SoundTreatment;
        return { from, to: from + 1 + below(random, 8000), sound };
      });
      const [treated] = await treat([original, original], parts, rate);
      const isHidden = (at: number) =>
        parts.some(({ from, to, sound }) => sound !== "keep" && at >= from - 1 && at <= to);
      const wrong = (treated as Float32Array).findIndex((sample, at) => !isHidden(at) && sample !== original[at]);
      expect(wrong, `turn ${turn}, ${rate} Hz: ${JSON.stringify(parts)}`).toBe(-1);
    }
  });
});
