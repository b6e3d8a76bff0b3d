import { beforeAll, describe, expect, it } from "vitest";
import { concatBytes } from "../../codec/bytes/bytes.ts";
import { isBPicture } from "../../codec/methods/compress/display-order.ts";
import { tightPlanes } from "../../codec/pictures/planar-picture.ts";
import { type CodedPicture, encodeClip } from "../support/compress.ts";
import { below, createRandom } from "../support/fills.ts";
import { type CheckKernels, expectSameBytes, GuardedBuffer, loadCheckKernels } from "../support/kernels.ts";
import { mutate } from "../support/mutate.ts";
import { paintScene } from "../support/scenes.ts";
import type { Clip } from "../support/y4m.ts";

/** Three pictures of the largest size, their planes and what fragments between. */
const MEMORY_MAX_BYTES = 192 << 20;
const ERROR_SYNTAX = -2;
const MODES = { none: 0, gray: 1, binary: 2 } as const;

let kernels: CheckKernels;
const streams: { clip: Clip; mode: number; coded: CodedPicture[] }[] = [];
beforeAll(async () => {
  kernels = await loadCheckKernels();
  const encoder = await loadCheckKernels();
  for (const [name, width, height] of [
    ["scene cut", 48, 32],
    ["noise", 16, 16],
    ["fast pan", 65, 49],
    ["saturated chroma", 33, 17],
  ] as const) {
    const clip = paintScene(name, width, height, 5);
    for (const division of ["none", "gray", "binary"] as const) {
      for (const bPictures of [0, 2] as const)
        streams.push({
          clip,
          mode: MODES[division],
          coded: encodeClip(encoder, clip, division, 3, 4, "read", bPictures),
        });
    }
  }
});

/** A status, between guard bytes; a trap or a write beside the input fails the test. */
function decode(publicBytes: Uint8Array, withheld: Uint8Array, label: string): number {
  const bytes = new GuardedBuffer(kernels.memory, publicBytes);
  const slave = new GuardedBuffer(kernels.memory, withheld);
  const status = kernels.raw.decoderPicture(bytes.pointer, publicBytes.length, slave.pointer, withheld.length);
  expectSameBytes(bytes.read(label), publicBytes, `public bytes ${label}`);
  expectSameBytes(slave.read(label), withheld, `withheld bytes ${label}`);
  bytes.release();
  slave.release();
  if (status < -5 || status > 3) expect.fail(`status ${status}: ${label}`);
  return status;
}

/** Every stream still decodes to what it was: no table, matrix or heap block was written over. */
function expectUnharmed(label: string): void {
  for (const { clip, mode, coded } of streams) {
    kernels.raw.decoderOpen(mode);
    for (const [i, picture] of coded.entries()) {
      expect(decode(picture.publicBytes, picture.withheld, label), label).toBe(
        picture.key ? 1 : isBPicture(picture) ? 3 : 2,
      );
      const found = tightPlanes(kernels.memory, clip.width, clip.height, (plane) => ({
        pointer: kernels.raw.decoderPlane(plane),
        stride: kernels.raw.decoderStride(plane),
      }));
      expectSameBytes(found, picture.reconstruction, `picture ${i} of ${clip.name} mode=${mode} after ${label}`);
    }
  }
}

describe("decoderPicture", () => {
  it("answers damaged parts with a status or a picture, 6000 of them, and is unharmed", () => {
    const statuses = new Map<number, number>();
    for (let seed = 1; seed <= 6000; seed++) {
      const random = createRandom(seed);
      const { mode, coded } = streams[below(random, streams.length)] as (typeof streams)[0];
      kernels.raw.decoderOpen(mode);
      const damaged = below(random, coded.length);
      for (let i = 0; i <= damaged; i++) {
        const { publicBytes, withheld } = coded[i] as CodedPicture;
        const which = i < damaged ? 0 : 1 + below(random, 3);
        const status = decode(
          which & 1 ? mutate(publicBytes, random) : publicBytes,
          which & 2 ? mutate(withheld, random) : withheld,
          `seed=${seed} picture ${i}`,
        );
        if (which !== 0) statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
      if (seed % 500 === 0) expectUnharmed(`seed ${seed}`);
    }
    console.info(
      `statuses of damaged pictures: ${[...statuses]
        .sort()
        .map(([status, count]) => `${status}: ${count}`)
        .join(", ")}`,
    );
    expect(kernels.raw.memory.buffer.byteLength).toBeLessThan(MEMORY_MAX_BYTES);
  });

  it("answers random bytes, with and without start codes, and is unharmed", () => {
    for (let seed = 1; seed <= 3000; seed++) {
      const random = createRandom(seed);
      kernels.raw.decoderOpen(below(random, 3));
      const parts: Uint8Array[] = [];
      for (let i = below(random, 6); i >= 0; i--) {
        if (random() & 1)
          parts.push(
            Uint8Array.of(0, 0, 1, [0, 1, 2, 0xb3, 0xb5, 0xb7, 0xb8, random() & 255][below(random, 8)] as number),
          );
        // Sizes mostly small, or most of the time goes into clearing large pictures.
        if (random() & 1) parts.push(Uint8Array.of(random() & 3, random() & 0x13, random() & 255));
        parts.push(Uint8Array.from({ length: below(random, 200) }, random));
      }
      decode(concatBytes(...parts), Uint8Array.from({ length: below(random, 100) }, random), `seed=${seed}`);
    }
    expectUnharmed("random bytes");
    expect(kernels.raw.memory.buffer.byteLength).toBeLessThan(MEMORY_MAX_BYTES);
  });

  it("refuses another size of picture between a picture's header and its slices", () => {
    for (const { mode, coded } of streams) {
      const { publicBytes, withheld } = coded[0] as CodedPicture;
      const size = publicBytes.subarray(0, 12);
      const slices = publicBytes.findIndex(
        (byte, i) => byte === 0 && publicBytes[i + 1] === 0 && publicBytes[i + 2] === 1 && publicBytes[i + 3] === 1,
      );
      for (const [width, height] of [
        [16, 16],
        [640, 480],
        [4095, 2800],
      ] as const) {
        const other = size.slice();
        other.set([width >> 4, ((width & 15) << 4) | (height >> 8), height & 255], 4);
        kernels.raw.decoderOpen(mode);
        const spliced = concatBytes(publicBytes.subarray(0, slices), other, publicBytes.subarray(slices));
        expect(decode(spliced, withheld, `${width}x${height} mode=${mode}`)).toBe(ERROR_SYNTAX);
      }
    }
    expectUnharmed("sizes between");
  });

  it("takes nothing for a picture where there is none", () => {
    kernels.raw.decoderOpen(1);
    expect(decode(new Uint8Array(0), new Uint8Array(0), "nothing")).toBe(0);
    expect(decode(Uint8Array.of(0, 0, 1, 0xb7), new Uint8Array(0), "sequence end")).toBe(0);
  });

  it("refuses a P-picture without the one before", () => {
    for (const { mode, coded } of streams) {
      const later = coded.find((picture) => !picture.key);
      if (later === undefined) continue;
      kernels.raw.decoderOpen(mode);
      expect(decode(later.publicBytes, later.withheld, `mode=${mode}`)).toBe(ERROR_SYNTAX);
    }
  });
});
