import { FormatError } from "../../errors.ts";
import type { MainHeader, VideoTrack } from "../../format/header.ts";
import { type PlanarPicture, tightPlanes } from "../../pictures/planar-picture.ts";
import type { Kernels } from "../../wasm/load-kernels.ts";
import { DIVISION_MODES, PLANE_CODES, type PlaneCode } from "./picture-encoder.ts";

/** Combines and decodes the pictures of method `compress` on one instance of the kernels. */
export class CompressDecoder {
  /**
   * @param track      the main's video track
   * @param parameters the main header's, which name the bit plane's code
   * @throws {@link FormatError} a parameter that this version does not know
   */
  constructor(
    private readonly kernels: Kernels,
    private readonly track: VideoTrack,
    private readonly parameters: MainHeader["parameters"],
  ) {
    const { bitplane, planeCode } = parameters;
    if ((bitplane !== "gray" && bitplane !== "binary") || (planeCode !== "read" && planeCode !== "adaptive")) {
      throw new FormatError(
        `bit plane "${bitplane}" with code "${planeCode}" is not known to this version: use a newer one`,
      );
    }
    this.reset();
  }

  /** Forgets the pictures before; the next one must be a key picture. */
  reset(): void {
    const { bitplane, planeCode } = this.parameters;
    this.kernels.raw.decoderOpen(DIVISION_MODES[bitplane as "gray" | "binary"], PLANE_CODES[planeCode as PlaneCode]);
  }

  /**
   * Decodes the next picture.
   *
   * @throws {@link FormatError} the parts do not make a picture of the track's size
   */
  decode(publicBytes: Uint8Array, withheld: Uint8Array): void {
    const { raw, memory } = this.kernels;
    const bytes = memory.put(publicBytes);
    const slaveBytes = memory.put(withheld);
    try {
      const type = raw.decoderPicture(bytes, publicBytes.length, slaveBytes, withheld.length);
      if (type <= 0)
        throw new FormatError(`picture does not decode (status ${type}): main or slave is damaged; fetch them again`, {
          status: type,
        });
    } finally {
      memory.release(bytes);
      memory.release(slaveBytes);
    }
    if (raw.decoderWidth() !== this.track.width || raw.decoderHeight() !== this.track.height) {
      throw new FormatError(
        `picture of ${raw.decoderWidth()}x${raw.decoderHeight()} in a track of ${this.track.width}x${this.track.height}: the file is damaged`,
      );
    }
  }

  /** The last picture: Y, Cb, Cr, tight; a copy, in `target` where that is an earlier one. */
  i420(target?: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const { raw, memory } = this.kernels;
    const planeAt = (plane: number) => ({ pointer: raw.decoderPlane(plane), stride: raw.decoderStride(plane) });
    return tightPlanes(memory, this.track.width, this.track.height, planeAt, target);
  }

  /** The last picture where it is: good until the next one is decoded, or until {@link letGo} where it is held. */
  picture(): PlanarPicture {
    const { raw } = this.kernels;
    return {
      kernels: this.kernels,
      planes: [raw.decoderPlane(0), raw.decoderPlane(1), raw.decoderPlane(2)],
      strides: [raw.decoderStride(0), raw.decoderStride(1)],
    };
  }

  /** Keeps the last picture while others are decoded. @returns for {@link letGo}, once */
  hold(): number {
    const { raw } = this.kernels;
    const picture = raw.decoderPlane(0);
    raw.decoderHold(picture);
    return picture;
  }

  letGo(held: number): void {
    this.kernels.raw.decoderLetGo(held);
  }

  close(): void {
    this.kernels.raw.decoderClose();
  }
}
