/** The headers of the segment that is divided or combined, and how its parts carry what stood before them. FORMAT.md 11. */
import { VideoHeaders } from "../mpeg-syntax/headers";

export const headers = new VideoHeaders();

/** The sequence's part in one number: 0 before any sequence header. */
export function packState(): i32 {
  return (
    headers.macroblocksWide |
    (headers.chroma << 16) |
    ((headers.mpeg2 ? 1 : 0) << 18) |
    ((headers.tall ? 1 : 0) << 19) |
    ((headers.scalable ? 1 : 0) << 20)
  );
}

/** Begins a segment with a sequence's part, no picture known. */
export function setState(state: i32): void {
  headers.setSize(0, 0);
  headers.macroblocksWide = state & 0xffff;
  headers.chroma = (state >> 16) & 3;
  headers.mpeg2 = ((state >> 18) & 1) != 0;
  headers.tall = ((state >> 19) & 1) != 0;
  headers.scalable = ((state >> 20) & 1) != 0;
  headers.forgetPicture();
}
