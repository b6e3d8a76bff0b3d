/** The ways of decoding sound: one line in DECODINGS each, the first that knows a track takes it. */
import type { AudioTrack } from "../../../../../codec/index.ts";
import { canDecodeSound } from "../../../shared/worker/decoder-support.ts";
import { dolbyDecoding } from "./dolby-sound.ts";
import { lpcmDecoding } from "./lpcm-sound.ts";
import { mpegDecoding } from "./mpeg-sound.ts";
import { decodeSound } from "./sound-decoder.ts";
import type { SoundDecoding } from "./sound-decoding.ts";

/** A track with what decodes it. */
export interface PlayableSound {
  track: AudioTrack;
  decoding: SoundDecoding;
}

/** The browser's own decoders. */
const browserDecoding: SoundDecoding = { canDecode: canDecodeSound, decode: decodeSound };

const DECODINGS: readonly SoundDecoding[] = [mpegDecoding, browserDecoding, dolbyDecoding, lpcmDecoding];

/** Those of the tracks that are decoded here; where there are none, the picture plays without sound. */
export async function playableSounds(tracks: readonly AudioTrack[]): Promise<PlayableSound[]> {
  const sounds: PlayableSound[] = [];
  for (const track of tracks) {
    for (const decoding of DECODINGS) {
      if (!(await decoding.canDecode(track))) continue;
      sounds.push({ track, decoding });
      break;
    }
  }
  return sounds;
}
