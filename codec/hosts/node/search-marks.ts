/** Looks through a video's pictures for marks, on a thread of its own (restriction patent, Fig. 5). */
import { findMarks, type JudgedMark, judgeMarks, type Sighting, type SourceMedia } from "../../index.ts";
import { createNodePool } from "./pool.ts";

/** What marks are in a video. */
export interface FoundInVideo {
  judged: JudgedMark[];
  pictures: number;
  /** When the video ends. */
  endMicroseconds: number;
}

/**
 * Finds and judges a video's marks.
 *
 * @param media         its pictures are used up; not closed
 * @param options.judge by default all marks count, unsigned ones and those of any service too
 * @throws AbortError after `options.signal`
 */
export async function searchMarks(
  media: SourceMedia,
  options: {
    judge?: (sightings: Sighting[]) => Promise<JudgedMark[]>;
    signal?: AbortSignal;
    onPicture?: (pictures: number) => void;
  } = {},
): Promise<FoundInVideo> {
  const pool = createNodePool(1);
  try {
    const { judge = judgeAll, ...told } = options;
    const buffers = media.buffers === undefined ? {} : { buffers: media.buffers };
    const { sightings, pictures, endMicroseconds } = await findMarks(media.pictures, pool, { ...told, ...buffers });
    return { judged: await judge(sightings), pictures, endMicroseconds };
  } finally {
    pool.close();
  }
}

const judgeAll = (sightings: Sighting[]): Promise<JudgedMark[]> =>
  judgeMarks(sightings, { unsigned: true, nowSeconds: Math.floor(Date.now() / 1000) });
