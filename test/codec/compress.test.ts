import { beforeAll, describe, expect, it } from "vitest";
import { MemorySink, sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { InputError } from "../../codec/errors.ts";
import { MainReader } from "../../codec/format/main-file.ts";
import { SEGMENT_MAX_MICROSECONDS } from "../../codec/methods/compress/compress-types.ts";
import { displayTimes, isBPicture } from "../../codec/methods/compress/display-order.ts";
import { type DividedPacket, decodePacketList } from "../../codec/methods/compress/packet-list.ts";
import type { SourcePacket, SourcePicture } from "../../codec/pictures/source-picture.ts";
import { sourcePicture } from "../support/compress.ts";
import {
  combineDivision,
  type DivideOptions,
  divideClip,
  dividePictures,
  errorOf,
  openDivision,
} from "../support/divisions.ts";
import { type CheckKernels, loadCheckKernels } from "../support/kernels.ts";
import { differences } from "../support/quality.ts";
import { paintScene } from "../support/scenes.ts";
import { type Clip, readY4m } from "../support/y4m.ts";

let kernels: CheckKernels;
beforeAll(async () => {
  kernels = await loadCheckKernels();
});

const OPTIONS = {
  protection: "sealed",
  bitplane: "gray",
  quality: 4,
  gopPictures: 10,
  title: "title",
  mainName: "a.cmx",
  slaveName: "a.cms",
} as const satisfies DivideOptions;

const soundOf = (seconds: number): SourcePacket[] =>
  Array.from({ length: seconds * 50 }, (_, i) => ({
    timestampMicroseconds: i * 20_000,
    durationMicroseconds: 20_000,
    data: new Uint8Array(30).fill(i),
  }));

async function* played(clip: Clip, times: number): AsyncGenerator<SourcePicture> {
  for (let i = 0; i < clip.pictures.length * times; i++) {
    yield sourcePicture(clip, (clip.pictures[i % clip.pictures.length] as Uint8Array).slice(), i * 40_000);
  }
}

async function divide(pictures: AsyncGenerator<SourcePicture>, options: Partial<DivideOptions> = {}) {
  const sinks = { main: new MemorySink(), slave: new MemorySink() };
  const video = { width: 32, height: 32, frameRate: [25, 1] as [number, number] };
  const error = await errorOf(dividePictures(kernels, { video, pictures }, { ...OPTIONS, ...options }, sinks));
  return { sinks, error };
}

describe("D3 segments of method compress", () => {
  it("start at key pictures, last at most 2 s, and join short groups of few bytes", async () => {
    const clip = paintScene("camera", 32, 32, 130);
    const main = await MainReader.open(
      sourceFromBytes((await divideClip(kernels, clip, { ...OPTIONS, sound: soundOf(6) })).main),
    );
    const video = main.index.filter((entry) => entry.track === 0);
    expect(video.map((entry) => [entry.key, entry.startMilliseconds, entry.durationMilliseconds])).toEqual([
      [true, 0, 2000],
      [true, 2000, 2000],
      [true, 4000, 1200],
    ]);
    // Sound follows the pictures that it is heard with; what is longer than the pictures comes last.
    expect(main.index.map((entry) => entry.track)).toEqual([0, 1, 0, 1, 0, 1, 1]);
    expect(main.trailer?.pictures).toBe(130);
    expect(main.trailer?.durationMicroseconds).toBe(6_000_000);
  });

  it("are cut within a group that is longer than 2 s", async () => {
    const clip = paintScene("camera", 32, 32, 120);
    const main = await MainReader.open(
      sourceFromBytes((await divideClip(kernels, clip, { ...OPTIONS, gopPictures: 1000 })).main),
    );
    expect(main.index.map((entry) => [entry.key, entry.startMilliseconds])).toEqual([
      [true, 0],
      [false, 2000],
      [false, 4000],
    ]);
    expect(main.index.every((entry) => entry.durationMilliseconds <= SEGMENT_MAX_MICROSECONDS / 1000)).toBe(true);
  });

  it("hold at most 2 MiB of both parts together, also where nearly all is withheld", async () => {
    const clip = paintScene("chequer of single samples", 720, 576, 40);
    const opened = await openDivision(await divideClip(kernels, clip, { ...OPTIONS, gopPictures: 1 }));
    expect(opened.length).toBeGreaterThan(2);
    for (const { publicBytes, withheld } of opened) {
      expect(publicBytes.length + withheld.length).toBeLessThan((2 << 20) + 4096);
      expect(decodePacketList(publicBytes, withheld).length).toBeGreaterThan(0);
    }
  });

  it("keep times: each picture lasts until the next", async () => {
    const clip = paintScene("camera", 32, 32, 4);
    async function* uneven(): AsyncGenerator<SourcePicture> {
      for (const [i, time] of [0, 40_000, 125_001, 130_000].entries()) {
        yield sourcePicture(clip, (clip.pictures[i] as Uint8Array).slice(), time);
      }
    }
    const { sinks } = await divide(uneven());
    const [segment] = await openDivision({ main: sinks.main.bytes(), slave: sinks.slave.bytes() });
    const packets = decodePacketList(segment?.publicBytes as Uint8Array, segment?.withheld as Uint8Array);
    expect(packets.map((packet) => packet.durationMicroseconds)).toEqual([40_000, 85_001, 4999, 40_000]);
  });
});

describe("D3 B-pictures in segments", () => {
  async function* uneven(clip: Clip): AsyncGenerator<SourcePicture> {
    // A duration of its own for each picture.
    for (const [i, data] of clip.pictures.entries()) yield sourcePicture(clip, data.slice(), i * 40_000 + i * i * 10);
  }
  const timeOf = (i: number) => i * 40_000 + i * i * 10;

  for (const bPictures of [1, 2] as const) {
    for (const protection of ["sealed", "patent"] as const) {
      it(`stand behind their reference in the same segment, and are shown at their times: ${bPictures}, ${protection}`, async () => {
        const clip = paintScene("camera", 32, 32, 120);
        const { sinks } = await divide(uneven(clip), { bPictures, gopPictures: 1000, protection });
        const division = { main: sinks.main.bytes(), slave: sinks.slave.bytes() };
        const segments = await openDivision(division);
        expect(segments.length).toBeGreaterThan(2);
        let shown = 0;
        for (const { head, publicBytes, withheld } of segments) {
          const packets = decodePacketList(publicBytes, withheld);
          expect(isBPicture(packets[0] as DividedPacket)).toBe(false);
          expect(packets.some(isBPicture)).toBe(true);
          expect(head.startMicroseconds).toBe(timeOf(shown));
          const times = displayTimes(packets, head.startMicroseconds).toSorted((a, b) => a - b);
          expect(times).toEqual(packets.map((_, i) => timeOf(shown + i)));
          shown += packets.length;
        }
        expect(shown).toBe(120);
        // The pictures come in the order of the source: each is nearer to its own than to any other.
        const combined = readY4m(await combineDivision(kernels, division), "combined");
        expect(combined.pictures.length).toBe(120);
        combined.pictures.forEach((picture, i) => {
          const near = [i - 1, i, i + 1].filter((other) => clip.pictures[other] !== undefined);
          const errors = near.map((other) => differences(picture, clip.pictures[other] as Uint8Array).mean);
          expect(near[errors.indexOf(Math.min(...errors))], `picture ${i}`).toBe(i);
        });
      });
    }
  }

  it("are left out where a run would outlast a segment", async () => {
    const clip = paintScene("camera", 32, 32, 7);
    async function* slow(): AsyncGenerator<SourcePicture> {
      for (const [i, data] of clip.pictures.entries()) yield sourcePicture(clip, data.slice(), i * 900_000);
    }
    const { sinks } = await divide(slow(), { bPictures: 2 });
    const main = await MainReader.open(sourceFromBytes(sinks.main.bytes()));
    for (const entry of main.index) expect(entry.durationMilliseconds).toBeLessThanOrEqual(2000);
  });

  it("are refused in other numbers, before anything is written", async () => {
    const clip = paintScene("camera", 32, 32, 4);
    const { error, sinks } = await divide(played(clip, 1), { bPictures: 3 as never });
    expect(error).toBeInstanceOf(RangeError);
    expect((error as Error).message).toBe("settings.bPictures: 3 B-pictures between two others; give 0, 1 or 2");
    expect(sinks.main.bytes().length).toBe(0);
  });
});

describe("dividing", () => {
  const clip = paintScene("camera", 32, 32, 10);

  it("stops at the signal with AbortError, tells progress until then, and leaves nothing", async () => {
    const stop = new AbortController();
    const seen: number[] = [];
    const { sinks, error } = await divide(played(clip, 1000), {
      signal: stop.signal,
      onProgress: ({ pictures }) => {
        seen.push(pictures);
        if (pictures === 25) stop.abort();
      },
    });
    expect((error as Error).name).toBe("AbortError");
    expect(seen.slice(0, 5)).toEqual([5, 10, 15, 20, 25]);
    expect(seen.at(-1)).toBeLessThanOrEqual(30); // what a worker had begun
    expect([sinks.main.aborted, sinks.slave.aborted]).toEqual([true, true]);
  });

  it("ends in the source's own error, or in InputError where a picture changes its size, and leaves nothing", async () => {
    async function* failing(): AsyncGenerator<SourcePicture> {
      yield* played(clip, 1);
      throw new InputError("file ends inside a picture", { picture: 10 });
    }
    async function* growing(): AsyncGenerator<SourcePicture> {
      yield* played(clip, 1);
      yield sourcePicture({ width: 48, height: 32 }, new Uint8Array(48 * 48), 400_000);
      yield sourcePicture({ width: 48, height: 32 }, new Uint8Array(48 * 48), 440_000);
    }
    for (const pictures of [failing(), growing()]) {
      const { sinks, error } = await divide(pictures);
      expect(error).toBeInstanceOf(InputError);
      expect((error as InputError).details.picture).toBe(10);
      expect([sinks.main.aborted, sinks.slave.aborted]).toEqual([true, true]);
    }
  });

  it("of a video without a picture gives files without segments", async () => {
    const { sinks, error } = await divide(played({ ...clip, pictures: [] }, 1));
    expect(error).toBeUndefined();
    expect(await openDivision({ main: sinks.main.bytes(), slave: sinks.slave.bytes() })).toEqual([]);
  });
});
