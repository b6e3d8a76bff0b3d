/** Looks through a video's pictures for marks, on a thread of its own (restriction patent, Fig. 5). */
import { findMarks, type JudgedMark, judgeMarks, type MarkPolicy, type SourceMedia } from "../../index.ts";
import { createNodePool } from "./pool.ts";

/** What marks are in a video. */
export interface FoundInVideo {
  judged: JudgedMark[];
  pictures: number;
  /** When the video ends. */
  endMicroseconds: number;
}

/**
 * Finds and judges a video's marks; unsigned ones count, and those of any service, unless the policy says otherwise.
 *
 * @param media its pictures are used up; not closed
 * @throws AbortError after `options.signal`
 */
export async function searchMarks(
  media: SourceMedia,
  options: { policy?: Partial<MarkPolicy>; signal?: AbortSignal; onPicture?: (pictures: number) => void } = {},
): Promise<FoundInVideo> {
  const pool = createNodePool(1);
  try {
    const { policy = {}, ...told } = options;
    const buffers = media.buffers === undefined ? {} : { buffers: media.buffers };
    const { sightings, pictures, endMicroseconds } = await findMarks(media.pictures, pool, { ...told, ...buffers });
    const nowSeconds = Math.floor(Date.now() / 1000);
    return {
      judged: await judgeMarks(sightings, { unsigned: true, nowSeconds, ...policy }),
      pictures,
      endMicroseconds,
    };
  } finally {
    pool.close();
  }
}
