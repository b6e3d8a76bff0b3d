/**
 * The headers of the segment that is divided or combined, and how its parts carry what stood before them: FORMAT.md 11.
 */
import { VideoHeaders } from "../mpeg-syntax/headers";

export const segmentHeaders = new VideoHeaders();

/** The sequence's part in one number: 0 before any sequence header. */
export function packState(): i32 {
  return (
    segmentHeaders.macroblocksWide |
    (segmentHeaders.chroma << 16) |
    ((segmentHeaders.mpeg2 ? 1 : 0) << 18) |
    ((segmentHeaders.tall ? 1 : 0) << 19) |
    ((segmentHeaders.scalable ? 1 : 0) << 20)
  );
}

/** Begins a segment with a sequence's part, no picture known. */
export function setState(state: i32): void {
  segmentHeaders.setSize(0, 0);
  segmentHeaders.macroblocksWide = state & 0xffff;
  segmentHeaders.chroma = (state >> 16) & 3;
  segmentHeaders.mpeg2 = ((state >> 18) & 1) != 0;
  segmentHeaders.tall = ((state >> 19) & 1) != 0;
  segmentHeaders.scalable = ((state >> 20) & 1) != 0;
  segmentHeaders.forgetPicture();
}
