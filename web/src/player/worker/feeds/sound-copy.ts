/** Decoded sound out of the browser, and what other decoders gave. */
import type { Sound } from "./media-feed.ts";
import type { Speaker } from "./speakers.ts";

/** Decoded sound as WebCodecs and the demuxer's library give it. */
type SoundData = Pick<AudioData, "format" | "sampleRate" | "numberOfFrames" | "numberOfChannels" | "copyTo" | "close">;

const S32_SCALE = 1 / 2 ** 31;

export function soundOf(data: SoundData, timeSeconds: number, speakers?: readonly Speaker[]): Sound {
  return {
    timeSeconds,
    speakers,
    sampleRate: data.sampleRate,
    frames: data.numberOfFrames,
    copy: (first) => copyConverted(data, first) ?? copyPlanes(data, first),
    close: () => data.close(),
  };
}

/** @param channels all of the same length, one at least; kept */
export function soundOfChannels(
  channels: readonly Float32Array<ArrayBuffer>[],
  sampleRate: number,
  timeSeconds: number,
  speakers?: readonly Speaker[],
): Sound {
  return {
    timeSeconds,
    sampleRate,
    frames: channels[0]?.length ?? 0,
    speakers,
    copy: (first) => channels.map((samples) => samples.slice(first)),
    close: () => {},
  };
}

/** Stands for a frame that is damaged. */
export const silence = (channels: number, frames: number): Float32Array<ArrayBuffer>[] =>
  Array.from({ length: channels }, () => new Float32Array(frames));

/**
 * Whole, and in a format that is never the sound's own: WebKitGTK 2.50 breaks down, page and all, when it copies sound without
 * converting it, and when it converts less than all frames.
 *
 * @returns undefined in an engine that gives planes of floats only, which is all that WebCodecs asks for
 */
function copyConverted(data: SoundData, first: number): Float32Array<ArrayBuffer>[] | undefined {
  const { numberOfFrames, numberOfChannels } = data;
  const format = data.format === "s32" ? "f32" : "s32";
  const size = numberOfFrames * numberOfChannels;
  const mixed = format === "s32" ? new Int32Array(size) : new Float32Array(size);
  try {
    data.copyTo(mixed, { planeIndex: 0, format });
  } catch {
    return undefined;
  }
  const scale = format === "s32" ? S32_SCALE : 1;
  return Array.from({ length: numberOfChannels }, (_, channel) => {
    const samples = new Float32Array(numberOfFrames - first);
    for (let i = 0, at = first * numberOfChannels + channel; i < samples.length; i++, at += numberOfChannels)
      samples[i] = (mixed[at] as number) * scale;
    return samples;
  });
}

function copyPlanes(data: SoundData, frameOffset: number): Float32Array<ArrayBuffer>[] {
  return Array.from({ length: data.numberOfChannels }, (_, planeIndex) => {
    const samples = new Float32Array(data.numberOfFrames - frameOffset);
    data.copyTo(samples, { planeIndex, frameOffset, format: "f32-planar" });
    return samples;
  });
}
