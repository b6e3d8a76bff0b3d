/** A way of decoding sound. */
import type { AudioTrack } from "../../../../../codec/index.ts";
import type { Sound } from "./media-feed.ts";
import type { CodedSound } from "./sound-decoder.ts";

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
