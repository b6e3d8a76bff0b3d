/** Whether this browser decodes a main's tracks, known before anything withheld is there. */
import type { AudioTrack, VideoTrack } from "../../../../codec/index.ts";

/** Codecs that WebCodecs asks a configuration of; with method `samples` it is withheld. Only its presence is looked at. */
const CONFIGURED = /^(vorbis|flac)$/;

/** Containers of method `samples` that samples-feed.ts takes apart. */
const TABLED: ReadonlySet<unknown> = new Set(["mp4", "mov", "webm", "mkv"]);
/** Those of stream-feed.ts. */
const STREAMS: ReadonlySet<unknown> = new Set(["ivf", "h264", "ts"]);

/** @param container as `header.parameters` and the source's index name it */
export const canDemux = (container: unknown): boolean => TABLED.has(container) || STREAMS.has(container);

/** A stream of pictures without tables. */
export const isStream = (container: unknown): boolean => STREAMS.has(container);

/** The decoder configuration WebCodecs takes for a track. */
export function audioConfigOf(track: AudioTrack): AudioDecoderConfig {
  const config: AudioDecoderConfig = {
    codec: track.codec,
    sampleRate: track.sampleRate,
    numberOfChannels: track.channels,
  };
  if (track.description !== undefined) config.description = track.description as BufferSource;
  return config;
}

/** Sound that the player decodes by itself where the browser does not. */
export const OWN_SOUND = { mpeg: /^mp[123]$/, dolby: /^(ac|ec)-3$/ };

/** Whether the player lets a source's sound be heard here. */
export async function canPlaySound(track: AudioTrack): Promise<boolean> {
  return Object.values(OWN_SOUND).some((name) => name.test(track.codec)) || (await canDecodeSound(track));
}

/** Whether the browser's own decoder takes a track. */
export async function canDecodeSound(track: AudioTrack): Promise<boolean> {
  const config = audioConfigOf(track);
  if (config.description === undefined && CONFIGURED.test(track.codec)) config.description = new Uint8Array(1);
  return canDecodeConfiguration(config);
}

export async function canDecodeConfiguration(config: AudioDecoderConfig): Promise<boolean> {
  if (typeof AudioDecoder === "undefined") return false;
  try {
    return (await AudioDecoder.isConfigSupported(config)).supported === true;
  } catch {
    return false;
  }
}

/** Of pictures as they were coded: method `samples`. */
export async function canDecodePictures(track: VideoTrack): Promise<boolean> {
  if (typeof VideoDecoder === "undefined") return false;
  const { codec, width: codedWidth, height: codedHeight } = track;
  try {
    return (await VideoDecoder.isConfigSupported({ codec, codedWidth, codedHeight })).supported === true;
  } catch {
    return false;
  }
}
