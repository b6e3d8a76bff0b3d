import type { Y4mHeader } from "../../containers/y4m/y4m.ts";
import { InputError, UnsupportedError } from "../../errors.ts";
import { PICTURE_RATES } from "../../pictures/picture-rates.ts";
import type { Kernels } from "../../wasm/load-kernels.ts";
import { tightPlanes } from "./picture-encoder.ts";

const TYPE_B = 3;
/** Pictures that the kernel's `decoderPlane` names. */
const CURRENT = 0;
const OLDER = 1;
const NEWER = 2;

/** Decodes a standard MPEG-1 video stream, pictures in coding order in, in display order out. */
export class StreamDecoder {
  private pictures = 0;
  /** A reference picture is decoded but not yet shown. */
  private holding = false;

  constructor(private readonly kernels: Kernels) {
    kernels.raw.decoderOpen(0);
  }

  /** Size and rate of the stream; known after the first picture. */
  format(): Y4mHeader {
    const { raw } = this.kernels;
    const [numerator, denominator] = PICTURE_RATES[raw.decoderRateCode() - 1] ?? [25, 1];
    return {
      width: raw.decoderWidth(),
      height: raw.decoderHeight(),
      frameRate: [numerator, denominator],
      pixelAspect: [1, 1],
      fullRange: false,
    };
  }

  /**
   * @param unit one picture with the headers before it
   * @returns the picture that is now to be shown: Y, Cb, Cr, tight
   * @throws {@link InputError} it does not decode; `details.picture` in coding order
   */
  decode(unit: Uint8Array): Uint8Array | undefined {
    const { raw, memory } = this.kernels;
    const picture = this.pictures++;
    const type = memory.withAllocations((scope) => raw.decoderPicture(scope.put(unit), unit.length, 0, 0));
    if (type === -5)
      throw new UnsupportedError(
        `picture ${picture} uses syntax that this version does not decode (MPEG-2, D-pictures)`,
        { picture },
      );
    if (type < 0)
      throw new InputError(
        `picture ${picture} (in coding order) does not decode (status ${type}): the stream is damaged there`,
        { picture, status: type },
      );
    if (type === TYPE_B) return this.copy(CURRENT);
    // The reference picture before becomes due when the next one has been decoded.
    const due = this.holding ? this.copy(OLDER) : undefined;
    this.holding = true;
    return due;
  }

  /** The last reference picture, at the end of the stream. */
  flush(): Uint8Array | undefined {
    if (!this.holding) return undefined;
    this.holding = false;
    return this.copy(NEWER);
  }

  private copy(which: number): Uint8Array {
    const { raw, memory } = this.kernels;
    return tightPlanes(memory, raw.decoderWidth(), raw.decoderHeight(), (plane) => ({
      pointer: raw.decoderPlane(plane, which),
      stride: raw.decoderStride(plane),
    }));
  }
}
