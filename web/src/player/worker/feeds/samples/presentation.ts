/** Which parts of a source's tracks are played, and when: edit lists, and recordings that begin late (FORMAT.md 3 and 10). */
import { type Edit, placedEdits } from "../../../../../../codec/page.ts";
import type { Sound } from "../media-feed.ts";

/** A part of a track that is played without a jump; source times are those of the file, in seconds. */
export interface TrackPart {
  /** What is shown or heard first; in the middle of the part where the play begins there. */
  from: number;
  until: number;
  /** The part's own start: nothing before it is shown. */
  start: number;
  /** Added to a source time: presentation time. */
  shift: number;
}

/** The last of a part, where a play begins at its very end. */
const LAST_SECONDS = 0.001;

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
  const parts = placedEdits(edits).map(({ start, end, from }) => ({
    presented: start / 1e6,
    end: end / 1e6,
    start: from / 1e6,
  }));
  const left = parts.filter(({ end }) => end > seconds);
  return (left.length > 0 ? left : parts.slice(-1)).map(({ presented, end, start }) => {
    const until = start + end - presented;
    const into = Math.max(0, Math.min(seconds - presented, until - start - LAST_SECONDS));
    return { from: start + into, until, start, shift: presented - start };
  });
}

/** A part's share of a piece of sound, in presentation time; undefined where there is none. Closes what it does not give. */
export function soundInPart(sound: Sound, { start, until, shift }: TrackPart): Sound | undefined {
  const { sampleRate, timeSeconds } = sound;
  const first = Math.max(0, Math.round((start - timeSeconds) * sampleRate));
  const end = Math.min(sound.frames, Math.round((until - timeSeconds) * sampleRate));
  if (first >= end) {
    sound.close();
    return undefined;
  }
  return {
    timeSeconds: timeSeconds + first / sampleRate + shift,
    sampleRate,
    frames: end - first,
    copy: (from) => sound.copy(first + from).map((channel) => channel.subarray(0, end - first - from)),
    close: () => sound.close(),
  };
}
