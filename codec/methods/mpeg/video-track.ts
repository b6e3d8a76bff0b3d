import type { MpegSource } from "../../containers/open-mpeg.ts";
import { mpegMatrix, mpegPixelAspect } from "../../containers/streams/mpeg-aspect.ts";
import { untaggedMatrix, type VideoTrack } from "../../format/header.ts";

/** The video of a file, as a main's header tells of it. */
export function mpegVideoTrack({ video, context }: MpegSource): VideoTrack {
  const { width, height, frameRate, mpeg2 } = video;
  return {
    id: 0,
    kind: "video",
    codec: mpeg2 ? "mp4v.61" : "mp4v.6a",
    width,
    height,
    frameRate,
    pixelAspect: mpegPixelAspect(video, context),
    rotation: 0,
    mirrored: false,
    matrix: mpegMatrix(context) ?? untaggedMatrix(height),
    fullRange: false,
  };
}
