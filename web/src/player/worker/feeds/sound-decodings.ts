/** The ways of decoding sound: one line in DECODINGS each, the first that knows a track takes it. */
import type { AudioTrack } from "../../../../../codec/index.ts";
import { canDecodeSound } from "../../../shared/worker/decoder-support.ts";
import type { Sound } from "./media-feed.ts";
import { type CodedSound, decodeSound } from "./sound-decoder.ts";

export interface SoundDecoding {
  /** Whether it decodes a track here; asked before a commercial is shown. */
  canDecode(track: AudioTrack): Promise<boolean>;
  /**
   * Decodes packets in their order.
   *
   * @param config  the codec's name as the track's, and what the packets need to be decoded, where they need anything
   * @param packets whole frames, without heads that only a stream has (ADTS)
   * @throws the packets or their configuration are damaged
   */
  decode(config: AudioDecoderConfig, packets: AsyncIterable<CodedSound>, signal: AbortSignal): AsyncGenerator<Sound>;
}

/** A track with what decodes it. */
export interface PlayableSound {
  track: AudioTrack;
  decoding: SoundDecoding;
}

/** The browser's own decoders. */
const browserDecoding: SoundDecoding = { canDecode: canDecodeSound, decode: decodeSound };

const DECODINGS: readonly SoundDecoding[] = [browserDecoding];

/** The first of the tracks that is decoded here; undefined where none is: the picture plays without it. */
export async function playableSound(tracks: readonly AudioTrack[]): Promise<PlayableSound | undefined> {
  for (const track of tracks)
    for (const decoding of DECODINGS) if (await decoding.canDecode(track)) return { track, decoding };
  return undefined;
}
