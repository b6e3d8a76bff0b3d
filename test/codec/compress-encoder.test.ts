import { beforeAll, describe, expect, it } from "vitest";
import { InputError, KernelError, UnsupportedError } from "../../codec/errors.ts";
import { isBPicture } from "../../codec/methods/compress/display-order.ts";
import { PictureEncoder } from "../../codec/methods/compress/picture-encoder.ts";
import { tightPlanes } from "../../codec/pictures/planar-picture.ts";
import { type CodedPicture, type Division, encodeClip, openDecoder, sourcePicture } from "../support/compress.ts";
import { type CheckKernels, expectSameBytes, loadCheckKernels } from "../support/kernels.ts";
import { differences } from "../support/quality.ts";
import { paintScene, SCENES } from "../support/scenes.ts";
import type { Clip } from "../support/y4m.ts";

const SIZES = [
  [16, 16],
  [17, 33],
  [1, 1],
  [2, 19],
  [31, 15],
  [97, 65],
  [176, 144],
] as const;
const QUALITIES = [1, 2, 8, 31];
const PICTURES = 5;

let encoderSide: CheckKernels;
let decoderSide: CheckKernels;
beforeAll(async () => {
  encoderSide = await loadCheckKernels();
  decoderSide = await loadCheckKernels();
});

function decodeAll(clip: Clip, division: Division, coded: CodedPicture[], label: string): void {
  const decoder = openDecoder(decoderSide, clip, division === "none" ? "gray" : division);
  if (division === "none") decoderSide.raw.decoderOpen(0);
  coded.forEach((picture, i) => {
    decoder.decode(picture.publicBytes, picture.withheld);
    expectSameBytes(decoder.i420(), picture.reconstruction, `picture ${i} of ${label}`);
  });
  decoder.close();
}

it("D3 pictures that are held stay as they are while others are decoded, and their memory is used again", () => {
  const clip = paintScene(Object.keys(SCENES)[0] as string, 176, 144, 12);
  const coded = encodeClip(encoderSide, clip, "gray", 4);
  const decoder = openDecoder(decoderSide, clip, "gray");
  const { memory } = decoderSide;
  const places = new Set<number>();
  const held: { number: number; name: number; planes: readonly number[]; strides: readonly [number, number] }[] = [];
  const check = ({ number, name, planes, strides }: (typeof held)[0]) => {
    const planeAt = (plane: number) => ({ pointer: planes[plane] as number, stride: strides[plane === 0 ? 0 : 1] });
    const tight = tightPlanes(memory, clip.width, clip.height, planeAt);
    expectSameBytes(tight, (coded[number] as CodedPicture).reconstruction, `picture ${number}`);
    decoder.letGo(name);
  };
  for (const [number, picture] of coded.entries()) {
    decoder.decode(picture.publicBytes, picture.withheld);
    const { planes, strides } = decoder.picture();
    places.add(planes[0]);
    held.push({ number, name: decoder.hold(), planes, strides });
    if (held.length > 4) check(held.shift() as (typeof held)[0]);
  }
  for (const picture of held) check(picture);
  expect(places.size).toBeLessThan(9);
  decoder.close();
});

for (const division of ["none", "gray", "binary"] as const) {
  describe(`D3 pictures divided by ${division}`, () => {
    for (const [width, height] of SIZES) {
      it(`come back as the encoder reconstructs them, ${width}x${height}, every scene and quality`, () => {
        for (const name of Object.keys(SCENES)) {
          const clip = paintScene(name, width, height, PICTURES);
          for (const [i, quality] of QUALITIES.entries()) {
            const bPictures = ([0, 1, 2, 1] as const)[i] ?? 0;
            const label = `${clip.name} ${division} quality=${quality} B-pictures=${bPictures}`;
            const coded = encodeClip(encoderSide, clip, division, quality, 1000, "read", bPictures);
            expect(coded[0]?.key, `the first picture is an I-picture: ${label}`).toBe(true);
            expect(
              coded.every((picture) => (division === "none") === (picture.withheld.length === 0) || !picture.key),
              label,
            ).toBe(true);
            decodeAll(clip, division, coded, label);
          }
        }
      });
    }

    it("start a new group at a scene cut, and only there", () => {
      const cut = encodeClip(encoderSide, paintScene("scene cut", 176, 144, 6), division, 4);
      expect(cut.map((picture) => picture.key)).toEqual([true, false, false, true, false, false]);
      const smooth = encodeClip(encoderSide, paintScene("camera", 176, 144, 6), division, 4);
      expect(smooth.map((picture) => picture.key)).toEqual([true, false, false, false, false, false]);
    });

    it("start a new group where one is asked for", () => {
      const coded = encodeClip(encoderSide, paintScene("camera", 64, 48, 7), division, 4, 3);
      expect(coded.map((picture) => picture.key)).toEqual([true, false, false, true, false, false, true]);
    });

    it("keep groups closed around a scene cut where there are B-pictures: none lies between pictures of two scenes", () => {
      for (const bPictures of [1, 2] as const) {
        const clip = paintScene("scene cut", 176, 144, 8); // cut after three pictures
        const coded = encodeClip(encoderSide, clip, division, 4, 1000, "read", bPictures);
        const kinds = coded.map((picture) => (isBPicture(picture) ? "B" : picture.key ? "I" : "P")).join("");
        expect(kinds.slice(0, 4)).toBe(bPictures === 1 ? "IPBI" : "IPPI");
        expect(kinds.slice(4)).toContain("B");
        decodeAll(clip, division, coded, `scene cut ${division} ${kinds}`);
      }
    });

    it("cost next to nothing while nothing moves", () => {
      const coded = encodeClip(encoderSide, paintScene("static", 176, 144, 4), division, 8);
      const key = coded[0]?.publicBytes.length ?? 0;
      for (const picture of coded.slice(2)) expect(picture.publicBytes.length).toBeLessThan(key / 20);
    });
  });
}

describe("the encoder", () => {
  it("loses little at quality 1 and more with each step", () => {
    const clip = paintScene("camera", 176, 144, 3);
    const source = clip.pictures[2] as Uint8Array;
    let before = 0;
    for (const quality of [1, 2, 4, 8, 16, 31]) {
      const { mean } = differences(
        (encodeClip(encoderSide, clip, "none", quality)[2] as CodedPicture).reconstruction,
        source,
      );
      if (quality === 1) expect(mean).toBeLessThan(0.8);
      expect(mean).toBeGreaterThan(before);
      before = mean;
    }
  });

  it("gives the same bytes for the same pictures, whatever it coded before", () => {
    const clip = paintScene("camera", 97, 65, 3);
    const first = encodeClip(encoderSide, clip, "gray", 5);
    encodeClip(encoderSide, paintScene("noise", 40, 40, 2), "binary", 1);
    const second = encodeClip(encoderSide, clip, "gray", 5);
    first.forEach((picture, i) => {
      expectSameBytes(second[i]?.publicBytes ?? new Uint8Array(), picture.publicBytes, `picture ${i}`);
      expectSameBytes(second[i]?.withheld ?? new Uint8Array(), picture.withheld, `picture ${i}`);
    });
  });

  it("takes NV12, RGBA and planes with gaps between rows as it takes I420", () => {
    const clip = paintScene("camera", 33, 21, 1);
    const tight = clip.pictures[0] as Uint8Array;
    const encode = (picture: Parameters<PictureEncoder["encode"]>[0]): Uint8Array => {
      const encoder = new PictureEncoder(encoderSide, { width: 33, height: 21, frameRate: [25, 1] }, "none");
      const { publicBytes } = encoder.encode(picture, { quality: 2, key: true, number: 0 });
      encoder.close();
      return publicBytes;
    };
    const expected = encode(sourcePicture(clip, tight));
    const cb = 33 * 21;
    const chroma = 17 * 11;
    const nv12 = Uint8Array.from(
      { length: tight.length },
      (_, i) => tight[i < cb ? i : cb + ((i - cb) >> 1) + ((i - cb) & 1) * chroma] as number,
    );
    expectSameBytes(
      encode({
        ...sourcePicture(clip, nv12),
        format: "NV12",
        planes: [
          { offset: 0, stride: 33 },
          { offset: cb, stride: 34 },
        ],
      }),
      expected,
      "NV12",
    );

    const rows = (from: number, width: number, height: number): Uint8Array =>
      Uint8Array.from({ length: 64 * height }, (_, i) =>
        (i & 63) < width ? (tight[from + (i >> 6) * width + (i & 63)] as number) : 0x99,
      );
    const gaps = Uint8Array.of(...rows(0, 33, 21), ...rows(cb, 17, 11), ...rows(cb + chroma, 17, 11));
    const planes = [0, 64 * 21, 64 * 32].map((offset) => ({ offset, stride: 64 }));
    expectSameBytes(encode({ ...sourcePicture(clip, gaps), planes }), expected, "strides of 64");

    const grey = new Uint8Array(33 * 21 * 4).fill(128);
    const greyPlanes = Uint8Array.from(tight, (_, i) => (i < cb ? 126 : 128));
    expectSameBytes(
      encode({ ...sourcePicture(clip, grey), format: "RGBA", planes: [{ offset: 0, stride: 33 * 4 }] }),
      encode(sourcePicture(clip, greyPlanes)),
      "grey RGBA",
    );
  });

  it("refuses what it cannot code, by name", () => {
    expect(() => new PictureEncoder(encoderSide, { width: 4096, height: 16, frameRate: [25, 1] }, "none")).toThrow(
      UnsupportedError,
    );
    expect(() => new PictureEncoder(encoderSide, { width: 16, height: 2801, frameRate: [25, 1] }, "none")).toThrow(
      UnsupportedError,
    );
    expect(() => new PictureEncoder(encoderSide, { width: 0, height: 16, frameRate: [25, 1] }, "none")).toThrow(
      KernelError,
    );
    const clip = paintScene("camera", 32, 32, 1);
    const encoder = new PictureEncoder(encoderSide, { width: 32, height: 16, frameRate: [25, 1] }, "none");
    expect(() =>
      encoder.encode(sourcePicture(clip, clip.pictures[0] as Uint8Array), { quality: 2, key: true, number: 7 }),
    ).toThrow(InputError);
    const fits = { width: 32, height: 16 };
    for (const quality of [0, 32]) {
      expect(() => encoder.encode(sourcePicture(fits, new Uint8Array(768)), { quality, key: true, number: 0 })).toThrow(
        KernelError,
      );
    }
    encoder.close();
  });
});
