/** Chapters that stand in a source: MP4, QuickTime, Matroska and WebM. */
import type { ByteSource } from "../bytes/bytes.ts";
import { CmixError } from "../errors.ts";
import { type Chapter, tidyChapters } from "../format/chapters.ts";
import { openIndex, recogniseSource } from "./open-index.ts";

/**
 * Reads a source's chapters, by the times at which they are shown.
 *
 * @returns none where there are none, or they make no sense: a video is as good without
 */
export async function readSourceChapters(source: ByteSource): Promise<Chapter[]> {
  const kind = await recogniseSource(source);
  if (kind !== "iso" && kind !== "matroska") return [];
  try {
    const { chapters, startMicroseconds } = await openIndex(source);
    const told = (await chapters?.()) ?? [];
    return tidyChapters(told.map((one) => ({ ...one, startMicroseconds: one.startMicroseconds - startMicroseconds })));
  } catch (error) {
    if (error instanceof CmixError) return [];
    throw error;
  }
}
