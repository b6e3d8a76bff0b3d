import { InputError, UnsupportedError } from "../../errors.ts";
import type { VideoTrack } from "../../format/header.ts";
import { PICTURE_RATES } from "../../pictures/picture-rates.ts";
import { tightPlanes } from "../../pictures/planar-picture.ts";
import type { SourcePicture } from "../../pictures/source-picture.ts";
import { checkStatus } from "../../wasm/kernel-status.ts";
import type { Kernels } from "../../wasm/load-kernels.ts";
import type { EncodeSettings } from "./compress-types.ts";

/** Modes of assembly/mpeg/encoder.ts. */
export const DIVISION_MODES = { none: 0, gray: 1, binary: 2 } as const;
export const PLANE_CODES = { read: 0, adaptive: 1 } as const;
export type PlaneCode = keyof typeof PLANE_CODES;

/** Height of a sample by its width for the codes 1 to 14 (ISO/IEC 11172-2 2.4.3.2). */
const PEL_ASPECTS = [
  1, 0.6735, 0.7031, 0.7615, 0.8055, 0.8437, 0.8935, 0.9157, 0.9815, 1.0255, 1.0695, 1.095, 1.1575, 1.2015,
];

export const WIDTH_MAX = 4095;
export const HEIGHT_MAX = 2800;

function nearestCode(values: readonly number[], wanted: number): number {
  let best = 0;
  values.forEach((value, i) => {
    if (Math.abs(Math.log(value / wanted)) < Math.abs(Math.log((values[best] ?? 1) / wanted))) best = i;
  });
  return best + 1;
}

/** The picture rate code nearest to a rate, and whether it is that rate. */
export function pictureRateCode([numerator, denominator]: readonly [number, number]): { code: number; exact: boolean } {
  const code = nearestCode(
    PICTURE_RATES.map(([n, d]) => n / d),
    numerator / denominator,
  );
  const [n, d] = PICTURE_RATES[code - 1] ?? [1, 1];
  return { code, exact: Math.abs(n / d - numerator / denominator) < 1e-3 };
}

export type EncoderVideo = Pick<VideoTrack, "width" | "height" | "frameRate"> &
  Partial<Pick<VideoTrack, "pixelAspect">>;

/** One MPEG-1 encoder on one instance of the kernels. */
export class PictureEncoder {
  private staging = 0;
  private stagingBytes = 0;

  /** @throws {@link UnsupportedError} MPEG-1's syntax cannot carry the size */
  constructor(
    private readonly kernels: Kernels,
    private readonly video: EncoderVideo,
    division: EncodeSettings["division"],
    planeCode: PlaneCode = "read",
  ) {
    const { width, height, frameRate, pixelAspect = [1, 1] } = video;
    if (width > WIDTH_MAX || height > HEIGHT_MAX) {
      throw new UnsupportedError(
        `pictures of ${width}x${height}: method compress takes at most ${WIDTH_MAX}x${HEIGHT_MAX}; scale the video down first`,
        { width, height },
      );
    }
    const rate = pictureRateCode(frameRate).code;
    const aspect = nearestCode(PEL_ASPECTS, pixelAspect[1] / pixelAspect[0]);
    checkStatus(
      kernels.raw.encoderOpen(width, height, rate, aspect, DIVISION_MODES[division], PLANE_CODES[planeCode]),
      "encoderOpen",
    );
  }

  /**
   * Encodes one picture.
   *
   * @param options.number of the picture in the video, for the time code of a group
   * @throws {@link InputError} its size differs from the first
   */
  encode(
    picture: SourcePicture,
    options: { quality: number; key: boolean; number: number },
  ): { key: boolean; publicBytes: Uint8Array; withheld: Uint8Array } {
    this.load(picture, options.number);
    const { raw, memory } = this.kernels;
    const type = checkStatus(
      raw.encoderPicture(options.quality, options.key ? 1 : 0, options.number),
      "encoderPicture",
    );
    return {
      key: type === 1,
      publicBytes: memory.copy(raw.encoderPublicBytes(), raw.encoderPublicLength()),
      withheld: memory.copy(raw.encoderWithheldBytes(), raw.encoderWithheldLength()),
    };
  }

  /** The last picture as a decoder of main and slave gives it: Y, Cb, Cr, tight. */
  reconstruction(): Uint8Array {
    const { raw, memory } = this.kernels;
    return tightPlanes(memory, this.video.width, this.video.height, (plane) => ({
      pointer: raw.encoderReconstruction(plane),
      stride: raw.encoderStride(plane),
    }));
  }

  close(): void {
    this.kernels.raw.encoderClose();
    if (this.staging !== 0) this.kernels.memory.release(this.staging);
    this.staging = 0;
  }

  private load(picture: SourcePicture, number: number): void {
    const { width, height } = this.video;
    if (picture.width !== width || picture.height !== height) {
      throw new InputError(
        `picture ${number} is ${picture.width}x${picture.height}, the first was ${width}x${height}: divide the parts one by one`,
        { picture: number },
      );
    }
    const { raw, memory } = this.kernels;
    if (this.stagingBytes < picture.data.length) {
      if (this.staging !== 0) memory.release(this.staging);
      this.staging = memory.allocate(picture.data.length);
      this.stagingBytes = picture.data.length;
    }
    memory.bytes(this.staging, picture.data.length).set(picture.data);
    const [first, second, third] = picture.planes.map(({ offset, stride }) => ({
      pointer: this.staging + offset,
      stride,
    }));
    const [y, cb, cr] = [raw.encoderSource(0), raw.encoderSource(1), raw.encoderSource(2)] as const;
    const [yStride, cStride] = [raw.encoderStride(0), raw.encoderStride(1)] as const;
    const [chromaWidth, chromaHeight] = [(width + 1) >> 1, (height + 1) >> 1];
    if (picture.format === "RGBA" || picture.format === "BGRA") {
      if (first === undefined) throw new TypeError("picture.planes: one plane expected");
      raw.rgbaToI420(
        y,
        cb,
        cr,
        yStride,
        cStride,
        first.pointer,
        first.stride,
        width,
        height,
        picture.format === "BGRA" ? 1 : 0,
      );
      return;
    }
    if (first === undefined || second === undefined)
      throw new TypeError("picture.planes: two or three planes expected");
    raw.copyPlane(y, yStride, first.pointer, first.stride, width, height);
    if (picture.format === "NV12") {
      for (let row = 0; row < chromaHeight; row++)
        raw.deinterleaveChroma(
          cb + row * cStride,
          cr + row * cStride,
          second.pointer + row * second.stride,
          chromaWidth,
        );
      return;
    }
    if (third === undefined) throw new TypeError("picture.planes: three planes expected");
    raw.copyPlane(cb, cStride, second.pointer, second.stride, chromaWidth, chromaHeight);
    raw.copyPlane(cr, cStride, third.pointer, third.stride, chromaWidth, chromaHeight);
  }
}
