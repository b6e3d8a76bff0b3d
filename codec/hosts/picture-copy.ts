/** Copies a decoded picture out of the decoder, in one of the forms the encoder takes. */
import type { VideoSample } from "mediabunny";
import { type PictureBuffers, type PixelFormat, type SourcePicture, UnsupportedError } from "../index.ts";
import { micro, type TrackPart } from "./presentation.ts";

/** Formats that lose nothing on the way to the encoder; Firefox gives BGRX, Chromium I420 and NV12. */
export const DIRECT_FORMATS: ReadonlySet<string> = new Set(["I420", "NV12"]);

const RGB_FORMATS: Readonly<Record<string, PixelFormat>> = { RGBA: "RGBA", RGBX: "RGBA", BGRA: "BGRA", BGRX: "BGRA" };

type PictureData = Pick<SourcePicture, "format" | "width" | "height" | "data" | "planes">;

/** @param buffers where the copy's buffer comes from */
export async function copyPicture(sample: VideoSample, buffers: PictureBuffers): Promise<PictureData> {
  const { width, height } = sample.visibleRect;
  const name = sample.format ?? "";
  const format = DIRECT_FORMATS.has(name) ? (name as PixelFormat) : RGB_FORMATS[name];
  if (format === undefined) return convertPicture(sample, width, height, buffers);
  const data = buffers.take(sample.allocationSize());
  const layout = await sample.copyTo(data);
  return { format, width, height, data, planes: layout.map(({ offset, stride }) => ({ offset, stride })) };
}

/** 4:2:2, 4:4:4, 10 bits and unnamed formats go through RGB, which the browser converts to. */
async function convertPicture(
  sample: VideoSample,
  width: number,
  height: number,
  buffers: PictureBuffers,
): Promise<PictureData> {
  const planes = [{ offset: 0, stride: width * 4 }];
  const data = buffers.take(width * height * 4);
  try {
    const [layout] = await sample.copyTo(data, { format: "RGBA" });
    // WebKit ignores `format` without an error.
    if (layout?.stride === width * 4 && sample.allocationSize({ format: "RGBA" }) === data.length)
      return { format: "RGBA", width, height, data, planes };
  } catch {
    // This engine cannot convert while copying: drawing can.
  }
  const canvas = typeof OffscreenCanvas === "undefined" ? undefined : new OffscreenCanvas(width, height);
  const context = canvas?.getContext("2d", { willReadFrequently: true }) ?? undefined;
  if (context === undefined)
    throw new UnsupportedError(
      `pictures of the form ${sample.format ?? "unknown"} are not converted here: convert the video to 8 bits and 4:2:0`,
    );
  const frame = sample.toVideoFrame();
  try {
    context.drawImage(frame, 0, 0, width, height);
  } finally {
    frame.close();
  }
  return {
    format: "RGBA",
    width,
    height,
    data: new Uint8Array(context.getImageData(0, 0, width, height).data.buffer),
    planes,
  };
}

/** A picture of a part of the presentation, with its times there. @returns undefined for a picture that is over before the presentation begins */
export async function takePicture(
  sample: VideoSample,
  buffers: PictureBuffers,
  part: TrackPart,
): Promise<SourcePicture | undefined> {
  try {
    const start = micro(Math.max(part.start, sample.timestamp) + part.shift);
    const last = part.isHeld ? part.until : Math.min(part.until, sample.timestamp + sample.duration);
    const end = micro(last + part.shift);
    if (end <= 0 && start < 0) return undefined;
    const timestampMicroseconds = Math.max(0, start);
    return {
      timestampMicroseconds,
      durationMicroseconds: Math.max(1, end - timestampMicroseconds),
      ...(await copyPicture(sample, buffers)),
    };
  } finally {
    sample.close();
  }
}
