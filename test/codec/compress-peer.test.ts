import { beforeAll, describe, expect, it } from "vitest";
import { type CodedPicture, elementaryStream, encodeClip, totalBytes } from "../support/compress.ts";
import { type CheckKernels, loadCheckKernels } from "../support/kernels.ts";
import { ownClip } from "../support/own-media.ts";
import { differences, meanPsnr, psnr } from "../support/quality.ts";
import { paintScene, SCENES } from "../support/scenes.ts";
import { ffmpegDecode, hasFfmpeg } from "../support/tools.ts";
import { type Clip, sharedClip } from "../support/y4m.ts";

const GOP_PICTURES = 24;

let kernels: CheckKernels;
beforeAll(async () => {
  kernels = await loadCheckKernels();
});

const real = [ownClip(), ...["foreman_qcif_48f.y4m", "short_360p_420.y4m"].map(sharedClip)].filter(
  (clip) => clip !== undefined,
);
const generated = paintScene("camera", 176, 144, 36);
const pictureBytes = (clip: Clip): number => clip.pictures[0]?.length ?? 0;

describe.skipIf(!hasFfmpeg())("D3 an undivided stream in ffmpeg", () => {
  function decode(clip: Clip, coded: CodedPicture[], label: string): Uint8Array[] {
    const { pictures, complaints } = ffmpegDecode(elementaryStream(coded), pictureBytes(clip));
    expect(complaints, label).toBe("");
    expect(pictures.length, `pictures of ${label}`).toBe(coded.length);
    return pictures;
  }

  for (const name of Object.keys(SCENES)) {
    it(`decodes without a complaint to our reconstruction: ${name}`, () => {
      for (const [width, height, quality] of [
        [176, 144, 2],
        [176, 144, 8],
        [97, 65, 1],
        [33, 17, 31],
      ] as const) {
        const clip = paintScene(name, width, height, 12);
        const coded = encodeClip(kernels, clip, "none", quality, 9);
        const label = `${clip.name} quality=${quality}`;
        decode(clip, coded, label).forEach((picture, i) => {
          const { mean, most } = differences(picture, (coded[i] as CodedPicture).reconstruction);
          expect(mean, `mean difference in picture ${i} of ${label}`).toBeLessThanOrEqual(0.05);
          expect(most, `largest difference in picture ${i} of ${label}`).toBeLessThanOrEqual(2);
        });
      }
    });
  }

  for (const clip of [...real, generated]) {
    it(`is within 0.1 dB of our reconstruction against the source, picture by picture: ${clip.name}`, () => {
      for (const quality of [2, 4, 8, 31]) {
        const coded = encodeClip(kernels, clip, "none", quality, GOP_PICTURES);
        const theirs = decode(clip, coded, `${clip.name} quality=${quality}`);
        let furthest = 0;
        theirs.forEach((picture, i) => {
          const source = clip.pictures[i] as Uint8Array;
          const ours = (coded[i] as CodedPicture).reconstruction;
          const { mean, most } = differences(picture, ours);
          furthest = Math.max(furthest, Math.abs(psnr(picture, source) - psnr(ours, source)));
          expect(mean, `mean difference in picture ${i}, quality ${quality}`).toBeLessThanOrEqual(0.05);
          expect(most, `largest difference in picture ${i}, quality ${quality}`).toBeLessThanOrEqual(2);
        });
        console.info(
          `${clip.name} quality ${quality}: ffmpeg and we are at most ${furthest.toFixed(4)} dB apart in a picture`,
        );
        expect(furthest).toBeLessThanOrEqual(0.1);
      }
    });
  }
});

describe("D3 dividing by bit planes", () => {
  interface Point {
    bytes: number;
    decibels: number;
  }

  function point(clip: Clip, division: "none" | "gray" | "binary", quality: number): Point {
    const coded = encodeClip(kernels, clip, division, quality, GOP_PICTURES);
    return {
      bytes: totalBytes(coded),
      decibels: meanPsnr(
        coded.map((picture) => picture.reconstruction),
        clip.pictures,
      ),
    };
  }

  /** PSNR of the undivided curve at a size, straight between neighbours over the logarithm of the size. */
  function at(curve: Point[], bytes: number): number {
    const right = Math.max(
      1,
      curve.findIndex((other) => other.bytes >= bytes),
    );
    const [a, b] = [curve[right - 1] as Point, curve[right] as Point];
    return a.decibels + ((b.decibels - a.decibels) * Math.log(bytes / a.bytes)) / Math.log(b.bytes / a.bytes);
  }

  for (const clip of [...real, generated]) {
    it(`costs gray at most 0.5 dB at equal size, main and slave together: ${clip.name}`, () => {
      const curve = [12, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1].map((quality) => point(clip, "none", quality));
      for (const quality of [2, 4, 8]) {
        for (const division of ["gray", "binary"] as const) {
          const divided = point(clip, division, quality);
          const loss = at(curve, divided.bytes) - divided.decibels;
          const undivided = point(clip, "none", quality);
          console.info(
            `${clip.name} quality ${quality} ${division}: ${divided.bytes} bytes, ${divided.decibels.toFixed(2)} dB; undivided ${undivided.bytes} bytes, ${undivided.decibels.toFixed(2)} dB; loss at equal size ${loss.toFixed(2)} dB`,
          );
          if (division === "gray") expect(loss).toBeLessThanOrEqual(0.5);
        }
      }
    });
  }
});
