/** Method `mpeg` with parts that not everybody sees: the source for who may see them, a file of its own for everybody else (R4). */
import { beforeAll, describe, expect, it } from "vitest";
import { CmixError, UnsupportedError } from "../../codec/errors.ts";
import { coveredPixels } from "../../codec/restriction/treat-picture.ts";
import { combineDivision, type Division, errorOf } from "../support/divisions.ts";
import { createRandom } from "../support/fills.ts";
import { type CheckKernels, expectSameBytes, loadCheckKernels } from "../support/kernels.ts";
import { mutate } from "../support/mutate.ts";
import { psnr } from "../support/quality.ts";
import { openPair, ordinary, sharedRun } from "../support/restricted.ts";
import {
  divideParts,
  ffmpeg,
  HEIGHT,
  HIDDEN,
  KINDS,
  type Kind,
  makeFile,
  outOf,
  PART,
  PICTURES,
  PICTURES_IN,
  picturesOf,
  programFaults,
  RATE,
  slicesOf,
  timesOf,
  transportFaults,
  WIDTH,
} from "../support/restricted-mpeg.ts";

const MUTATIONS = Number(process.env.CMIX_FUZZ ?? 12);
/** A group, and the B-pictures before the next one's first picture. */
const WIDENED_MOST = 12;
const SOUND_RATE = 48_000;
const FRAME_SAMPLES = 1152;
/** At 128 kbit/s. */
const FRAME_BYTES = 384;
const SAME_BYTES = 80;

let kernels: CheckKernels;
beforeAll(async () => {
  kernels = await loadCheckKernels();
});

const area = coveredPixels(PART.areas[0] as (typeof PART.areas)[0], WIDTH, HEIGHT) ?? {
  ...{ x: 0, y: 0, width: 0, height: 0 },
};
const isInside = (x: number, y: number): boolean =>
  x >= area.x && x < area.x + area.width && y >= area.y && y < area.y + area.height;
function luma(picture: Uint8Array, wanted: (x: number, y: number) => boolean): Uint8Array {
  const taken: number[] = [];
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++) if (wanted(x, y)) taken.push(picture[y * WIDTH + x] as number);
  return Uint8Array.from(taken);
}
const samplesOf = (bytes: Uint8Array): Int16Array => {
  const all = outOf(bytes, "-vn", "-f", "s16le", "-ac", "1", "-ar", String(SOUND_RATE));
  return new Int16Array(all.slice().buffer);
};

describe.each(Object.keys(KINDS) as Kind[])("a part of a %s", (kind) => {
  let source: Uint8Array;
  let pair: Division;
  let given: Division;
  let base: Uint8Array;
  const hasSound = kind !== "elementary stream";
  beforeAll(async () => {
    source = makeFile(kind);
    pair = await divideParts(kernels, source);
    given = await ordinary(pair);
    base = await combineDivision(kernels, given);
  });

  it("R4 is the source's for who may see it, byte for byte, and a file of its own for everybody else", async () => {
    expectSameBytes(await combineDivision(kernels, pair), source, "all layers");
    const { main } = await openPair(pair);
    const lengths = new DataView((main.trailer?.baseLengths ?? new Uint8Array()).slice().buffer);
    let sum = 0;
    for (let at = 0; at < lengths.byteLength; at += 4) sum += lengths.getUint32(at);
    expect(sum).toBe(base.length);
    expect(main.trailer?.pictures).toBe(PICTURES);
  });

  it("R4 shows pictures with the area treated, over 38 dB around it; the others are exactly the source's", () => {
    const [truth, shown] = [picturesOf(source), picturesOf(base)];
    expect([truth.length, shown.length]).toEqual([PICTURES, PICTURES]);
    let widened = 0;
    for (const [i, picture] of shown.entries()) {
      const own = truth[i] as Uint8Array;
      const isHidden = i >= HIDDEN.from && i < HIDDEN.to;
      if (Buffer.compare(picture, own) === 0) {
        expect(isHidden, `picture ${i} is the source's`).toBe(false);
        continue;
      }
      widened += isHidden ? 0 : 1;
      expect(i >= HIDDEN.from - WIDENED_MOST && i < HIDDEN.to + WIDENED_MOST, `picture ${i}`).toBe(true);
      const around = (x: number, y: number): boolean => !isHidden || !isInside(x, y);
      expect(psnr(luma(picture, around), luma(own, around)), `around the area of picture ${i}`).toBeGreaterThan(38);
      if (isHidden) expect(Math.max(...luma(picture, isInside)), `area of picture ${i}`).toBeLessThan(24);
    }
    expect(widened).toBeLessThan(2 * WIDENED_MOST);
  });

  it("R4 keeps times, clocks and counters: the pictures are shown when the source's are", () => {
    expect(timesOf(base)).toEqual(timesOf(source));
    if (kind === "transport stream") expect(transportFaults(base)).toEqual([]);
    if (kind === "program stream") {
      const faults = programFaults(base);
      expect(faults.filter((fault) => fault.includes("back"))).toEqual([]);
      expect(faults.length).toBeLessThanOrEqual(programFaults(source).length);
    }
  });

  it("R4 leaves nothing of what is coded of the hidden pictures and sound in what everybody gets", () => {
    const copy = (bytes: Uint8Array, form: string): Uint8Array =>
      outOf(bytes, "-map", form === "mp2" ? "0:a:0" : "0:v:0", "-c", "copy", "-f", form);
    const form = kind === "program stream" ? "mpeg1video" : "mpeg2video";
    const slices = slicesOf(copy(source, form));
    expect(slices.length).toBe(PICTURES);
    const hidden = slices.slice(HIDDEN.from, HIDDEN.to).filter((_, i) => i % 3 === 0);
    const seen = [base, copy(base, form), given.main, given.slave];
    expect(sharedRun(hidden, seen)).toBeUndefined();
    expect(sharedRun(hidden, [copy(source, form)])).toBeDefined();
    if (!hasSound) return;
    const frames = copy(source, "mp2");
    const [from, to] = [HIDDEN.from, HIDDEN.to].map((picture) =>
      Math.floor(((picture / RATE) * SOUND_RATE) / FRAME_SAMPLES),
    ) as [number, number];
    // Bit allocation and what follows it is the same of much noise.
    const muted = Array.from({ length: to - from }, (_, i) =>
      frames.subarray((from + i) * FRAME_BYTES + SAME_BYTES, (from + i + 1) * FRAME_BYTES),
    );
    expect(sharedRun(muted, [...seen, copy(base, "mp2")])).toBeUndefined();
  });

  it.runIf(hasSound)("R4 is silent where the sound is muted, and heard as it was before and behind", () => {
    const [truth, heard] = [samplesOf(source), samplesOf(base)];
    expect(heard.length).toBe(truth.length);
    const at = (picture: number): number => Math.round((picture / RATE) * SOUND_RATE);
    const most = (samples: Int16Array): number => samples.reduce((top, one) => Math.max(top, Math.abs(one)), 0);
    // A frame's sound reaches into the next one; ffmpeg counts from the decoder's delay on.
    const delay = 2 * FRAME_SAMPLES;
    expect(most(heard.subarray(at(HIDDEN.from) + delay, at(HIDDEN.to) - delay))).toBeLessThan(4);
    expect(most(truth.subarray(at(HIDDEN.from) + delay, at(HIDDEN.to) - delay))).toBeGreaterThan(1000);
    const [before, behind] = [at(HIDDEN.from) - 3 * delay, at(HIDDEN.to) + 3 * delay];
    // Its rounding is shaped by what was rounded before.
    const apart = heard.map((sample, i) => (i < before || i >= behind ? sample - (truth[i] as number) : 0));
    expect(most(apart)).toBeLessThan(3);
  });

  it("D4 of damaged files comes back byte for byte, and what everybody gets of them is combined", async () => {
    let divided = 0;
    for (let seed = 1; seed <= Math.ceil(MUTATIONS / 3); seed++) {
      const damaged = mutate(source, createRandom(seed));
      const division = await divideParts(kernels, damaged).catch((error: unknown) => {
        expect(error, `seed ${seed}`).toBeInstanceOf(CmixError);
        return undefined;
      });
      if (division === undefined) continue;
      divided += 1;
      expectSameBytes(await combineDivision(kernels, division), damaged, `seed ${seed}`);
      expect((await combineDivision(kernels, await ordinary(division))).length, `seed ${seed}`).toBeGreaterThan(0);
    }
    expect(divided).toBeGreaterThan(0);
  });
});

describe("packets that hold several pictures", () => {
  it("R4 lose none of them where slots meet", async () => {
    const source = ffmpeg(...PICTURES_IN, "-c:v", "mpeg1video", "-g", "9", "-bf", "2", "-q:v", "24", "-f", "vcd", "-");
    const base = await combineDivision(
      kernels,
      await ordinary(await divideParts(kernels, source, [{ ...PART, startMicroseconds: 0, endMicroseconds: 1e7 }])),
    );
    expect(timesOf(base)).toEqual(timesOf(source));
  });
});

describe("what cannot be hidden", () => {
  it("is refused by name: sound without silence, and pictures that are not 4:2:0", async () => {
    const [pictures, sound] = [
      ["-f", "lavfi", "-i", "testsrc2=size=64x48:rate=25:duration=0.4"],
      ["-f", "lavfi", "-i", "sine=duration=0.4"],
    ];
    const dolby = ffmpeg(...pictures, ...sound, "-c:v", "mpeg2video", "-c:a", "ac3", "-f", "mpegts", "-");
    const wide = ffmpeg(...pictures, "-c:v", "mpeg2video", "-pix_fmt", "yuv422p", "-f", "mpeg2video", "-");
    const part = { ...PART, startMicroseconds: 0 };
    for (const [file, parts, message] of [
      [dolby, [part], /ac-3 .* cannot be muted here/],
      [dolby, [{ ...part, sound: "tone" as const }], /cannot be changed to tone/],
      [wide, [part], /not 4:2:0/],
    ] as const) {
      const error = await errorOf(divideParts(kernels, file, [...parts]));
      expect(error).toBeInstanceOf(UnsupportedError);
      expect((error as Error).message).toMatch(message);
    }
    const kept = await divideParts(kernels, dolby, [{ ...part, sound: "keep" }]);
    expectSameBytes(await combineDivision(kernels, kept), dolby, "with its sound");
  });
});
