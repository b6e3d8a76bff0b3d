/** Clips through the encoder and decoder of method `compress`. */
import { concatBytes } from "../../codec/bytes/bytes.ts";
import { CompressDecoder } from "../../codec/methods/compress/compress-decoder.ts";
import type { BPictures } from "../../codec/methods/compress/compress-types.ts";
import { DisplayOrder } from "../../codec/methods/compress/display-order.ts";
import { PictureEncoder, type PlaneCode } from "../../codec/methods/compress/picture-encoder.ts";
import type { SourcePicture } from "../../codec/pictures/source-picture.ts";
import type { Kernels } from "../../codec/wasm/load-kernels.ts";
import type { Clip } from "./y4m.ts";

export type Division = "none" | "gray" | "binary";

export interface CodedPicture {
  key: boolean;
  publicBytes: Uint8Array;
  withheld: Uint8Array;
  durationMicroseconds: number;
  /** What the encoder says a decoder will give: Y, Cb, Cr, tight. */
  reconstruction: Uint8Array;
}

export function sourcePicture(
  clip: Pick<Clip, "width" | "height">,
  data: Uint8Array,
  timestampMicroseconds = 0,
): SourcePicture {
  const { width, height } = clip;
  const chromaStride = (width + 1) >> 1;
  const cb = width * height;
  return {
    timestampMicroseconds,
    durationMicroseconds: 40_000,
    format: "I420",
    width,
    height,
    data,
    planes: [
      { offset: 0, stride: width },
      { offset: cb, stride: chromaStride },
      { offset: cb + chromaStride * ((height + 1) >> 1), stride: chromaStride },
    ],
  };
}

/** @returns pictures in the order in which they are decoded */
export function encodeClip(
  kernels: Kernels,
  clip: Clip,
  division: Division,
  quality: number,
  gopPictures = 1000,
  planeCode: PlaneCode = "read",
  bPictures: BPictures = 0,
): CodedPicture[] {
  const video = { width: clip.width, height: clip.height, frameRate: [25, 1] as [number, number] };
  const encoder = new PictureEncoder(kernels, video, division, planeCode);
  try {
    const all: CodedPicture[] = [];
    for (let number = 0; number < clip.pictures.length; ) {
      const inGroup = number % gopPictures;
      const length = inGroup === 0 ? 1 : Math.min(bPictures + 1, gopPictures - inGroup);
      const run = clip.pictures.slice(number, number + length).map((data) => sourcePicture(clip, data));
      for (const coded of encoder.encodeRun(run, { quality, key: inGroup === 0, number }))
        all.push({ ...coded, reconstruction: encoder.reconstruction() });
      number += length;
    }
    return all;
  } finally {
    encoder.close();
  }
}

/** Pictures in the order in which they are shown. */
export function shownOrder(coded: readonly CodedPicture[]): CodedPicture[] {
  const order = new DisplayOrder<CodedPicture>(coded);
  return coded.flatMap((picture) => order.put(picture));
}

export function openDecoder(
  kernels: Kernels,
  clip: Pick<Clip, "width" | "height">,
  bitplane: "gray" | "binary",
  planeCode: PlaneCode = "read",
): CompressDecoder {
  const track = {
    id: 0,
    kind: "video" as const,
    codec: "cmix-mpeg1",
    width: clip.width,
    height: clip.height,
    frameRate: [25, 1] as [number, number],
    pixelAspect: [1, 1] as [number, number],
    rotation: 0 as const,
    mirrored: false as const,
    matrix: "bt601" as const,
    fullRange: false,
  };
  return new CompressDecoder(kernels, track, { bitplane, planeCode });
}

export const totalBytes = (coded: readonly CodedPicture[]): number =>
  coded.reduce((sum, picture) => sum + picture.publicBytes.length + picture.withheld.length, 0);

/** One bit string, with the sequence's end behind it. */
export function elementaryStream(coded: readonly CodedPicture[]): Uint8Array {
  return concatBytes(...coded.map((picture) => picture.publicBytes), Uint8Array.of(0, 0, 1, 0xb7));
}
