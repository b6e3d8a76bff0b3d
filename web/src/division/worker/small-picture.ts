/** Decoded pictures made small. A canvas would hold each in its full size, as RGB, for a while: half a gigabyte for a few seconds of 1080p. */
import type { VideoSample } from "mediabunny";
import { PictureBuffers, type PixelFormat } from "../../../../codec/index.ts";
import { copyPicture } from "./picture-copy.ts";

/** By format: the planes' bytes for each sample, and by what their sides are divided. */
const PLANES: Record<PixelFormat, readonly (readonly [bytes: number, divisor: number])[]> = {
  I420: [
    [1, 1],
    [1, 2],
    [1, 2],
  ],
  NV12: [
    [1, 1],
    [2, 2],
  ],
  RGBA: [[4, 1]],
  BGRA: [[4, 1]],
};

export class PictureShrinker {
  private readonly buffers = new PictureBuffers();

  /** A picture of about `width` by `height` samples, both even, before any turn; the caller closes it. */
  async shrink(sample: VideoSample, width: number, height: number): Promise<VideoFrame> {
    const whole = await copyPicture(sample, this.buffers);
    const parts = PLANES[whole.format].map(([bytes, divisor], i) => {
      const { offset, stride } = whole.planes[i] ?? { offset: 0, stride: 0 };
      const [fromWidth, fromHeight] = [Math.ceil(whole.width / divisor), Math.ceil(whole.height / divisor)];
      const [toWidth, toHeight] = [width / divisor, height / divisor];
      const plane = new Uint8Array(toWidth * toHeight * bytes);
      for (let y = 0, at = 0; y < toHeight; y++) {
        const [top, bottom] = spanOf(y, toHeight, fromHeight);
        for (let x = 0; x < toWidth; x++) {
          const [left, right] = spanOf(x, toWidth, fromWidth);
          for (let byte = 0; byte < bytes; byte++) {
            let sum = 0;
            for (let row = top; row < bottom; row++)
              for (let column = left; column < right; column++)
                sum += whole.data[offset + row * stride + column * bytes + byte] ?? 0;
            plane[at++] = sum / ((bottom - top) * (right - left));
          }
        }
      }
      return plane;
    });
    this.buffers.give(whole.data.buffer as ArrayBuffer);
    const isRgb = whole.format === "RGBA" || whole.format === "BGRA";
    return new VideoFrame(await new Blob(parts).arrayBuffer(), {
      format: whole.format,
      codedWidth: width,
      codedHeight: height,
      timestamp: 0,
      ...(isRgb ? {} : { colorSpace: sample.colorSpace.toJSON() }),
    });
  }
}

/** The samples of `whole` that sample `number` of `count` stands for. */
function spanOf(number: number, count: number, whole: number): [from: number, end: number] {
  const from = Math.min(whole - 1, Math.floor((number * whole) / count));
  return [from, Math.max(from + 1, Math.floor(((number + 1) * whole) / count))];
}
