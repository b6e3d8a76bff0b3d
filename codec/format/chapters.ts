/** Chapters of a video, as the main's header carries them (FORMAT.md 3). */

/** Chapters that a main may carry. */
export const CHAPTERS_MAX = 256;
/** UTF-16 units that a chapter's title may have. */
export const CHAPTER_TITLE_MAX = 200;

/** It goes on to the next one, the last one to the video's end. */
export interface Chapter {
  /** When it is shown; at least 0. */
  startMicroseconds: number;
  title: string;
}

/**
 * Chapters of a part of a video, by the part's own times; the one that the part begins in begins with it.
 *
 * @param fromMicroseconds where the part begins in the whole
 * @param toMicroseconds   where it ends; Infinity at the whole's end
 */
export function trimChapters(
  chapters: readonly Chapter[],
  { fromMicroseconds, toMicroseconds }: { fromMicroseconds: number; toMicroseconds: number },
): Chapter[] {
  return chapters.flatMap(({ startMicroseconds, title }, number) => {
    const end = chapters[number + 1]?.startMicroseconds ?? Number.POSITIVE_INFINITY;
    if (end <= fromMicroseconds || startMicroseconds >= toMicroseconds) return [];
    return [{ startMicroseconds: Math.max(0, startMicroseconds - fromMicroseconds), title }];
  });
}

const GAPS = /[\s\p{Cc}]+/gu;
/** Of a character of two UTF-16 units, cut in the middle. */
const HALF = /[\ud800-\udbff]$/;

/**
 * Brings what a source tells into the form that a main takes: in order, one at a time, with a title each.
 *
 * @param told any number of them, in any order, with any titles
 */
export function tidyChapters(told: readonly Chapter[]): Chapter[] {
  const chapters: Chapter[] = [];
  const sorted = told.filter(({ startMicroseconds }) => Number.isFinite(startMicroseconds));
  for (const { startMicroseconds, title } of sorted.sort((a, b) => a.startMicroseconds - b.startMicroseconds)) {
    const chapter = {
      startMicroseconds: Math.max(0, Math.round(startMicroseconds)),
      title: title.replace(GAPS, " ").trim().slice(0, CHAPTER_TITLE_MAX).replace(HALF, ""),
    };
    if (chapter.title === "" || !Number.isSafeInteger(chapter.startMicroseconds)) continue;
    if (chapters.at(-1)?.startMicroseconds === chapter.startMicroseconds) chapters.pop();
    chapters.push(chapter);
  }
  return chapters.slice(0, CHAPTERS_MAX);
}
