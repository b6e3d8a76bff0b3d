/** Decoded pictures made small. A canvas would hold each in its full size, as RGB, for a while: half a gigabyte for a few seconds of 1080p. */
import type { VideoSample } from "mediabunny";
import { copyPicture } from "../../../../codec/hosts/picture-copy.ts";
import { PictureBuffers, shrinkPicture } from "../../../../codec/index.ts";

export class PictureShrinker {
  private readonly buffers = new PictureBuffers();

  /** A picture of about `width` by `height` samples, both even, before any turn; the caller closes it. */
  async shrink(sample: VideoSample, width: number, height: number): Promise<VideoFrame> {
    const whole = await copyPicture(sample, this.buffers);
    const parts = shrinkPicture(whole, width, height);
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
