/** Method `compress` over its whole range: sizes, quantisers, groups, real clips. `npm run test:media` tries all, otherwise a sample. */
import { beforeAll, describe, expect, it } from "vitest";
import type { BPictures } from "../../codec/methods/compress/compress-types.ts";
import { isBPicture } from "../../codec/methods/compress/display-order.ts";
import { MpegDecoder, tightPicture } from "../../codec/methods/mpeg/mpeg-decoder.ts";
import { type CodedPicture, elementaryStream, encodeClip, openDecoder, shownOrder } from "../support/compress.ts";
import { createRandom } from "../support/fills.ts";
import { type CheckKernels, expectSameBytes, loadCheckKernels } from "../support/kernels.ts";
import { ALL_MEDIA, mediaFiles, nameOf } from "../support/media.ts";
import { ownFiles } from "../support/own-media.ts";
import { differences } from "../support/quality.ts";
import { paintScene } from "../support/scenes.ts";
import { ffmpegDecode, ffmpegToY4m, hasFfmpeg } from "../support/tools.ts";
import { type Clip, readY4m } from "../support/y4m.ts";

const SEED = 67;
const B_PICTURES = [0, 1, 2] as const;
/** Pictures taken of a real clip. */
const CLIP_PICTURES = 40;

let encoderSide: CheckKernels;
let decoderSide: CheckKernels;
beforeAll(async () => {
  encoderSide = await loadCheckKernels();
  decoderSide = await loadCheckKernels();
});

/** Black and white samples at random, all anew in every fourth picture, a tenth of them in the others. */
function blackAndWhite(width: number, height: number, count: number): Clip {
  const random = createRandom(SEED);
  const samples = width * height + 2 * ((width + 1) >> 1) * ((height + 1) >> 1);
  let before = new Uint8Array(samples);
  const pictures = Array.from({ length: count }, (_, picture) => {
    before = before.map((sample) => (picture % 4 === 0 || random() % 10 === 0 ? (random() & 1) * 255 : sample));
    return before;
  });
  return { name: `black and white ${width}x${height}`, width, height, pictures };
}

/** Two fields of grey and an edge that moves: quick to paint at any size. */
function largeClip(width: number, height: number, count: number): Clip {
  const samples = width * height + 2 * ((width + 1) >> 1) * ((height + 1) >> 1);
  const pictures = Array.from({ length: count }, (_, picture) =>
    Uint8Array.from({ length: samples }, (_, i) =>
      (i % width) + picture * 3 < width / 2 ? (i * 7) >> 9 : 90 + (i % 13),
    ),
  );
  return { name: `edge ${width}x${height}`, width, height, pictures };
}

/** There are B-pictures where they are asked for and a group has room for them, and no more in a row than asked for. */
function expectMixed(coded: readonly CodedPicture[], gopPictures: number, bPictures: BPictures, label: string): void {
  const kinds = coded.map((picture) => (isBPicture(picture) ? "B" : picture.key ? "I" : "P")).join("");
  const most = Math.max(...(kinds.match(/B*/g) ?? []).map((run) => run.length));
  expect(most, `${kinds} of ${label}`).toBe(Math.min(bPictures, Math.max(0, Math.min(gopPictures, coded.length) - 2)));
}

function ownDecoder(coded: readonly CodedPicture[]): Uint8Array[] {
  const decoder = new MpegDecoder(decoderSide);
  const pictures: Uint8Array[] = [];
  for (const { publicBytes } of coded)
    for (const picture of decoder.decode(publicBytes)) pictures.push(tightPicture(picture));
  for (const picture of decoder.end()) pictures.push(tightPicture(picture));
  return pictures;
}

describe.skipIf(!hasFfmpeg())("D3 undivided streams in ffmpeg", () => {
  const cases: { clip: () => Clip; quality: number; gopPictures: number }[] = [];
  const small = (width: number, height: number, count: number) => () =>
    paintScene("camera", width, height, count, SEED);
  for (let quality = 1; quality <= 31; quality += ALL_MEDIA ? 1 : 6)
    cases.push({ clip: small(64, 48, 14), quality, gopPictures: [1, 2, 12, 300][quality % 4] ?? 1 });
  for (const gopPictures of ALL_MEDIA ? [1, 7, 30, 100, 300] : [300])
    cases.push({ clip: small(80, 64, 310), quality: 3, gopPictures });
  const sizes = [
    [16, 16],
    [17, 33],
    [350, 287],
    [1919, 1079],
    ...(ALL_MEDIA
      ? ([
          [1920, 1080],
          [720, 576],
          [33, 1080],
          [1920, 17],
        ] as const)
      : []),
  ] as const;
  for (const [width, height] of sizes)
    cases.push({ clip: () => largeClip(width, height, 3), quality: 5, gopPictures: 2 });

  for (const bPictures of B_PICTURES)
    it(`with ${bPictures} B-pictures decode without a complaint, within 2 of our own decoder and 0.05 on the mean, exactly again from each I-picture on`, () => {
      for (const { clip: paint, quality, gopPictures } of cases) {
        const clip = paint();
        const label = `${clip.name} quality=${quality} gop=${gopPictures}`;
        const coded = encodeClip(encoderSide, clip, "none", quality, gopPictures, "read", bPictures);
        expectMixed(coded, gopPictures, bPictures, label);
        const { pictures, complaints } = ffmpegDecode(elementaryStream(coded), clip.pictures[0]?.length ?? 0);
        expect(complaints, label).toBe("");
        const own = ownDecoder(coded);
        expect(pictures.length, label).toBe(clip.pictures.length);
        expect(own.length, label).toBe(clip.pictures.length);
        shownOrder(coded).forEach(({ key, reconstruction }, i) => {
          expectSameBytes(own[i] as Uint8Array, reconstruction, `picture ${i} of ${label}`);
          const { mean, most } = differences(pictures[i] as Uint8Array, reconstruction);
          expect(mean, `mean difference in picture ${i} of ${label}`).toBeLessThanOrEqual(0.05);
          // An I-picture knows nothing of what was before: only one rounding can differ.
          expect(most, `largest difference in picture ${i} of ${label}`).toBeLessThanOrEqual(key ? 1 : 2);
        });
      }
    });
});

function expectComesBack(clip: Clip, quality: number, gopPictures: number, bPictures: BPictures): void {
  for (const bitplane of ["gray", "binary"] as const) {
    for (const planeCode of ["read", "adaptive"] as const) {
      const label = `${clip.name} ${bitplane} ${planeCode} quality=${quality} B-pictures=${bPictures}`;
      const coded = encodeClip(encoderSide, clip, bitplane, quality, gopPictures, planeCode, bPictures);
      const decoder = openDecoder(decoderSide, clip, bitplane, planeCode);
      coded.forEach((picture, i) => {
        decoder.decode(picture.publicBytes, picture.withheld);
        expectSameBytes(decoder.i420(), picture.reconstruction, `picture ${i} of ${label}`);
      });
      decoder.close();
    }
  }
}

describe("D3 main and slave give the encoder's reconstruction back, both bit planes and both plane codes", () => {
  for (const clip of [
    blackAndWhite(48, 48, 6),
    paintScene("chequer of single samples", 33, 47, 5, SEED),
    paintScene("saturated chroma", 64, 32, 5, SEED),
    paintScene("noise", 40, 24, 5, SEED),
  ]) {
    it(`at every quantiser scale: ${clip.name}`, () => {
      for (let quality = 1; quality <= 31; quality++)
        for (const bPictures of B_PICTURES) expectComesBack(clip, quality, 4, bPictures);
    });
  }

  const files = [...ownFiles("yuv", "mp4"), ...mediaFiles("yuv", "mp4")].filter(
    (path) =>
      ALL_MEDIA || ["own-176x144.y4m", "own-b-frames.mp4", "foreman_qcif_48f.y4m", "A4.mp4"].includes(nameOf(path)),
  );
  for (const path of hasFfmpeg() ? files : []) {
    it(`of a real clip: ${nameOf(path)}`, () => {
      const clip = readY4m(ffmpegToY4m(path, CLIP_PICTURES), nameOf(path));
      for (const bPictures of B_PICTURES) expectComesBack(clip, 4, 15, bPictures);
    });
  }
});
