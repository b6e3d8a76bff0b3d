import { beforeAll, describe, expect, it } from "vitest";
import { FILLS } from "../support/fills.ts";
import { type CheckKernels, expectSameBytes, GuardedBuffer, loadCheckKernels } from "../support/kernels.ts";

const SEED = 59;
const GRAY = 0;

let kernels: CheckKernels;
beforeAll(async () => {
  kernels = await loadCheckKernels();
});

function choose(
  source: Uint8Array,
  stride: number,
  slack: number,
  label: string,
  kernel = "choosePlaneScalar",
): { low7: Uint8Array; bits: Uint8Array } {
  const lines = source.length / stride;
  const low7 = new GuardedBuffer(kernels.memory, source.length);
  const bits = new GuardedBuffer(kernels.memory, source.length >> 3);
  const input = new GuardedBuffer(kernels.memory, source);
  kernels.call(kernel, low7.pointer, bits.pointer, input.pointer, stride, lines, slack);
  const result = { low7: low7.read(label), bits: bits.read(label) };
  expectSameBytes(input.read(label), source, `source ${label}`);
  for (const buffer of [low7, bits, input]) buffer.release();
  return result;
}

/** What a decoder that loses nothing else makes of both parts. */
function merge(low7: Uint8Array, bits: Uint8Array): Uint8Array {
  const target = new GuardedBuffer(kernels.memory, low7.length);
  const low = new GuardedBuffer(kernels.memory, low7);
  const plane = new GuardedBuffer(kernels.memory, bits);
  kernels.raw.mergePlane(target.pointer, low.pointer, plane.pointer, low7.length, GRAY);
  const result = target.read("merged");
  for (const buffer of [target, low, plane]) buffer.release();
  return result;
}

/** Changes from sample to sample along the lines: what the plane's code pays for. */
function changes(bits: Uint8Array): number {
  const text = Array.from(bits, (byte) => byte.toString(2).padStart(8, "0")).join("");
  return [...text].filter((bit, i) => i > 0 && bit !== text[i - 1]).length;
}

describe("choosePlane", () => {
  it("lets samples near 128 follow the left one in the first line, and both neighbours below", () => {
    // Slack 2 frees 126 to 129.
    const source = Uint8Array.of(
      ...[100, 128, 129, 130, 127, 126, 125, 128], // 0, follows, follows, 1, follows, follows, 0, follows
      ...[128, 200, 128, 127, 127, 129, 129, 255], // left is its own, 1, above 0: own, above 1 and left 1, ...
    );
    const { low7, bits } = choose(source, 8, 2, "by hand");
    // Second line, bit by bit. 128: the left neighbour is the one above (0), above 0: 0. 200: 1. 128: left 1, above 0, itself 1.
    // 127: left 1, above 1: 1. 127: left 1, above 1: 1. 129: left 1, above 1: 1. 129: left 1, above 0, itself 1. 255: 1.
    expect(bits).toEqual(Uint8Array.of(0b00011100, 0b01111111));
    // A sample that follows against its own bit saturates at 127.
    expect(low7).toEqual(Uint8Array.of(100, 127, 127, 125, 127, 127, 125, 127, 127, 55, 127, 127, 127, 126, 126, 0));
  });

  it("takes the first sample's own bit", () => {
    const source = new Uint8Array(8).fill(128);
    expect(choose(source, 8, 10, "by hand").bits).toEqual(Uint8Array.of(255));
    expect(choose(source.fill(127), 8, 10, "by hand").bits).toEqual(Uint8Array.of(0));
  });

  it("works in place", () => {
    const source = (FILLS[0] as (typeof FILLS)[0]).bytes(64 * 5, SEED);
    const expected = choose(source, 64, 5, "apart");
    const samples = new GuardedBuffer(kernels.memory, source);
    const bits = new GuardedBuffer(kernels.memory, 40);
    kernels.call("choosePlaneSimd", samples.pointer, bits.pointer, samples.pointer, 64, 5, 5);
    expectSameBytes(samples.read("in place"), expected.low7, "low7");
    expectSameBytes(bits.read("in place"), expected.bits, "bits");
  });

  for (const fill of FILLS) {
    for (const stride of [8, 16, 24, 176]) {
      it(`errs by no more than the slack and is splitPlane where there is none: fill=${fill.name} stride=${stride}`, () => {
        const source = fill.bytes(stride * 9, SEED);
        const exact = choose(source, stride, 0, "slack=0");
        const low7 = new GuardedBuffer(kernels.memory, source.length);
        const bits = new GuardedBuffer(kernels.memory, source.length >> 3);
        const input = new GuardedBuffer(kernels.memory, source);
        kernels.call("splitPlaneScalar", low7.pointer, bits.pointer, input.pointer, source.length, GRAY);
        expectSameBytes(exact.low7, low7.read("split"), "low7");
        expectSameBytes(exact.bits, bits.read("split"), "bits");
        expectSameBytes(merge(exact.low7, exact.bits), source, "slack=0");
        for (const slack of [1, 2, 9]) {
          const label = `seed=${SEED} fill=${fill.name} stride=${stride} slack=${slack}`;
          const chosen = choose(source, stride, slack, label);
          expect(
            chosen.low7.every((low) => low < 128),
            label,
          ).toBe(true);
          const back = merge(chosen.low7, chosen.bits);
          for (let i = 0; i < source.length; i++) {
            const sample = source[i] as number;
            const free = sample >= 128 - slack && sample < 128 + slack;
            const error = Math.abs((back[i] as number) - sample);
            if (error > (free ? slack : 0)) expect.fail(`sample ${i}, ${sample}, comes back as ${back[i]}: ${label}`);
          }
        }
        for (const buffer of [low7, bits, input]) buffer.release();
      });
    }
  }

  for (const fill of FILLS) {
    it(`choosePlane, simd equals scalar: fill=${fill.name}`, () => {
      for (const stride of [8, 16, 24, 48, 176]) {
        for (const slack of [0, 1, 4, 31, 64, 127]) {
          const source = fill.bytes(stride * 7, SEED + stride);
          // Calm parts beside the fill, so that both ways are taken.
          for (let i = 0; i < source.length; i += 64) source.fill(i & 64 ? 20 : 240, i, i + 32);
          const label = `seed=${SEED + stride} stride=${stride} slack=${slack}`;
          const [scalar, simd] = ["Scalar", "Simd"].map((form) =>
            choose(source, stride, slack, label, `choosePlane${form}`),
          );
          expect(simd, label).toEqual(scalar);
        }
      }
    });
  }

  it("leaves fewer changes in a plane of noise around 128", () => {
    const source = Uint8Array.from((FILLS[0] as (typeof FILLS)[0]).bytes(176 * 144, SEED), (byte) => 126 + (byte & 3));
    expect(changes(choose(source, 176, 2, "noise").bits)).toBeLessThan(
      changes(choose(source, 176, 0, "noise").bits) / 100,
    );
  });
});
