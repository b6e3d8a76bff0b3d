import { createBrowserPool } from "../../../../codec/hosts/browser/index.ts";
import { findMarks, judgeMarks, restrictedParts } from "../../../../codec/index.ts";
import type { FoundMarks, MarkSource } from "../protocol/divide-api.ts";
import { DecodedFile } from "./decoded-file.ts";

const STEP_MILLISECONDS = 100;

/**
 * Looks at all pictures of a file for marks (restriction patent, Fig. 5). Whoever divides it decides: marks of any service count, and
 * those that nobody signed where they are to.
 */
export async function findMarksIn(
  file: Blob,
  source: MarkSource,
  unsigned: boolean,
  onShare: (share: number) => void,
  signal: AbortSignal,
): Promise<FoundMarks> {
  const decoded = new DecodedFile(file, undefined, signal);
  const media = await decoded.open();
  const pool = createBrowserPool(1);
  try {
    const { frameRate } = media.video;
    const pictures = Math.max(1, (decoded.durationSeconds * frameRate[0]) / frameRate[1]);
    let toldMilliseconds = 0;
    const onPicture = (count: number): void => {
      if (performance.now() - toldMilliseconds < STEP_MILLISECONDS) return;
      toldMilliseconds = performance.now();
      onShare(Math.min(1, count / pictures));
    };
    const buffers = media.buffers === undefined ? {} : { buffers: media.buffers };
    const { sightings, endMicroseconds } = await findMarks(media.pictures, pool, { ...buffers, signal, onPicture });
    const judged = await judgeMarks(sightings, {
      unsigned,
      keys: (keyId) => source.key(keyId),
      records: (recordId) => source.record(recordId),
      nowSeconds: Date.now() / 1000,
    });
    const marks = judged.filter(({ state }) => state !== "other");
    return {
      parts: restrictedParts(judged, endMicroseconds),
      marks: marks.filter(({ state }) => state === "counts").length,
      ignored: [...new Set(marks.filter(({ state }) => state !== "counts").map(({ text }) => text))],
    };
  } finally {
    pool.close();
    media.close?.();
  }
}
