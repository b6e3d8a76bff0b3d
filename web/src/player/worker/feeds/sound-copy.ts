/** Copies decoded sound out of the browser. */
import type { Sound } from "./media-feed.ts";

/** Decoded sound as WebCodecs and the demuxer's library give it. */
type SoundData = Pick<AudioData, "format" | "sampleRate" | "numberOfFrames" | "numberOfChannels" | "copyTo" | "close">;

const S32_SCALE = 1 / 2 ** 31;

export function soundOf(data: SoundData, timeSeconds: number): Sound {
  return {
    timeSeconds,
    sampleRate: data.sampleRate,
    frames: data.numberOfFrames,
    copy: (first) => copyConverted(data, first) ?? copyPlanes(data, first),
    close: () => data.close(),
  };
}

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
