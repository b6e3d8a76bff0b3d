/** The methods that this player plays. */
import type { Method } from "../../../../../codec/index.ts";
import { compressPlayback } from "./compress/compress-playback.ts";
import { mpegPlayback } from "./mpeg/mpeg-playback.ts";
import { notPlayed, type PlaybackMethod } from "./playback-method.ts";
import { samplesPlayback } from "./samples/samples-playback.ts";

/** By the name in a main's header. */
const METHODS: Readonly<Record<Method, PlaybackMethod>> = {
  compress: compressPlayback,
  mpeg: mpegPlayback,
  samples: samplesPlayback,
};

/** @throws {@link UnsupportedError} there is none: said before a commercial is shown */
export function playbackMethod(method: Method): PlaybackMethod {
  const found = METHODS[method];
  if (found === undefined) throw notPlayed(method, `method ${method}`);
  return found;
}
