import type { TrackPart } from "../../../../../../codec/hosts/presentation.ts";
import type { Sound } from "../media-feed.ts";

/** A part's share of a piece of sound, in presentation time; undefined where there is none. Closes what it does not give. */
export function soundInPart(sound: Sound, { start, until, shift }: TrackPart): Sound | undefined {
  const { sampleRate, timeSeconds, speakers } = sound;
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
    speakers,
    copy: (from) => sound.copy(first + from).map((channel) => channel.subarray(0, end - first - from)),
    close: () => sound.close(),
  };
}
