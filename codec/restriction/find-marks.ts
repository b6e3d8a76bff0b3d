/** Looks through a whole video for marks, on a worker. */
import type { PictureBuffers } from "../pictures/picture-buffers.ts";
import type { SourcePicture } from "../pictures/source-picture.ts";
import type { Pool } from "../pool/worker-pool.ts";
import type { Sighting } from "./mark-finder.ts";
import type { MarksWorkerApi } from "./marks-worker.ts";

/** How {@link findMarks} goes about it. */
export interface FindMarksOptions {
  /** Where the pictures' buffers are given back. */
  buffers?: PictureBuffers;
  /** Ends it with its reason. */
  signal?: AbortSignal;
  /** After each picture that was handed over, with its number. */
  onPicture?: (pictures: number) => void;
}

/** Pictures that go to the worker at once. */
const BATCH_PICTURES = 4;

/**
 * Looks for codes in all pictures of a video, on a worker of the pool.
 *
 * @param pictures in display order; decoded while the worker looks at those before
 * @returns what was seen, and how many pictures there were and when the last one ends
 */
export async function findMarks(
  pictures: AsyncIterable<SourcePicture>,
  pool: Pool<MarksWorkerApi>,
  { buffers, signal, onPicture }: FindMarksOptions = {},
): Promise<{ sightings: Sighting[]; pictures: number; endMicroseconds: number }> {
  return pool.use(async (api) => {
    await api.beginMarks();
    let [count, endMicroseconds] = [0, 0];
    let batch: SourcePicture[] = [];
    let looking: Promise<void> | undefined;
    const handOver = async (): Promise<void> => {
      await looking;
      const sent = pool.transfer(
        batch,
        batch.map(({ data }) => data.buffer as ArrayBuffer),
      );
      batch = [];
      looking = api.lookAtPictures(sent).then((spent) => {
        for (const buffer of spent) buffers?.give(buffer);
      });
      looking.catch(() => {}); // told by the next hand-over
    };
    for await (const picture of pictures) {
      signal?.throwIfAborted();
      batch.push(picture);
      count += 1;
      endMicroseconds = picture.timestampMicroseconds + picture.durationMicroseconds;
      onPicture?.(count);
      if (batch.length === BATCH_PICTURES) await handOver();
    }
    await handOver();
    await looking;
    return { sightings: await api.endMarks(), pictures: count, endMicroseconds };
  });
}
