/** Which parts of a source's tracks are played, and when: edit lists, and recordings that begin late (FORMAT.md 3 and 10). */
import { type InputVideoTrack, type VideoSample, VideoSampleSink } from "mediabunny";
import { type Edit, placedEdits } from "../page.ts";

/** Microseconds, whole ones. */
export const micro = (seconds: number): number => Math.round(seconds * 1e6);

/** A part of a track that is played without a jump; source times are those of the file, in seconds. */
export interface TrackPart {
  /** What is shown or heard first; in the middle of the part where the play begins there. */
  from: number;
  until: number;
  /** The part's own start: nothing before it is shown. */
  start: number;
  /** Added to a source time: presentation time. */
  shift: number;
  /** The picture at `start` is shown all the time; nothing is heard. */
  isHeld?: true;
}

/** The last of a part, where a play begins at its very end. */
const LAST_SECONDS = 0.001;
/** Edits' times are whole microseconds: a picture may begin a little behind the one it is. */
const ROUNDING_SECONDS = 0.0005;

/**
 * @param edits          of the track; absent: all of it is played
 * @param startSeconds   source time at which the presentation begins
 * @param seconds        presentation time to begin at
 */
export function partsFrom(edits: readonly Edit[] | undefined, startSeconds: number, seconds: number): TrackPart[] {
  if (edits === undefined) {
    const all = { start: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY };
    return [{ ...all, from: seconds + startSeconds, shift: -startSeconds }];
  }
  const parts = placedEdits(edits).map(({ start, end, from, isHeld }) => ({
    presented: start / 1e6,
    end: end / 1e6,
    start: from / 1e6,
    isHeld,
  }));
  const left = parts.filter(({ end }) => end > seconds);
  return (left.length > 0 ? left : parts.slice(-1)).map(({ presented, end, start, isHeld }) => {
    const until = start + end - presented;
    if (isHeld) return { from: start, until, start, shift: presented - start, isHeld };
    const into = Math.max(0, Math.min(seconds - presented, until - start - LAST_SECONDS));
    return { from: start + into, until, start, shift: presented - start };
  });
}

/** The picture that a part shows all the time; null where there is none. Whoever got it closes it. */
export const heldSample = (video: InputVideoTrack, { start }: TrackPart): Promise<VideoSample | null> =>
  new VideoSampleSink(video).getSample(start + ROUNDING_SECONDS);
