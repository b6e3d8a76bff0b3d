/**
 * Edit lists (ISO/IEC 14496-12 8.6.6): which parts of a source track are shown, in what order. Source times are those of the track's samples
 * in the index; presentation times are those of the play.
 */

/** One part of a presentation; parts follow each other without a gap. */
export interface Edit {
  /** Source time at which the part begins; absent where nothing is shown. */
  fromMicroseconds?: number | undefined;
  durationMicroseconds: number;
  /** What stands at `fromMicroseconds` is shown all the time (a media rate of 0); nothing is heard. */
  isHeld?: boolean | undefined;
}

/** A span of presentation time, in microseconds. */
export interface Presentation {
  start: number;
  end: number;
}

/** An edit with its place in the presentation. */
export interface PlacedEdit extends Presentation {
  /** Source time at `start`. */
  from: number;
  isHeld: boolean;
}

/** The edits that show something, in order, with their places in the presentation. */
export function placedEdits(edits: readonly Edit[]): PlacedEdit[] {
  const placed: PlacedEdit[] = [];
  let start = 0;
  for (const { fromMicroseconds, durationMicroseconds, isHeld = false } of edits) {
    const end = start + durationMicroseconds;
    if (fromMicroseconds !== undefined) placed.push({ start, end, from: fromMicroseconds, isHeld });
    start = end;
  }
  return placed;
}

/**
 * When a span of source time is shown: once, several times, in part, or never.
 *
 * @param edits absent: source time is presentation time
 */
export function presentationsOf(edits: readonly Edit[] | undefined, start: number, end: number): Presentation[] {
  if (edits === undefined) return [{ start, end }];
  return placedEdits(edits).flatMap((edit) => {
    if (edit.isHeld) return start <= edit.from && edit.from < end ? [{ start: edit.start, end: edit.end }] : [];
    const shift = edit.start - edit.from;
    const shown = { start: Math.max(edit.start, start + shift), end: Math.min(edit.end, end + shift) };
    return shown.end > shown.start ? [shown] : [];
  });
}

/** Length of the presentation, in microseconds. */
export const editedMicroseconds = (edits: readonly Edit[]): number =>
  edits.reduce((sum, { durationMicroseconds }) => sum + durationMicroseconds, 0);
