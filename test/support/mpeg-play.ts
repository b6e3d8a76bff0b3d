/** Plays a division of method `mpeg` as the player does, without showing it. */
import { fromHex, sourceFromBytes } from "../../codec/bytes/bytes.ts";
import type { MpegContainer } from "../../codec/containers/demuxer.ts";
import { SegmentOpener } from "../../codec/division/segment-opener.ts";
import { MainReader } from "../../codec/format/main-file.ts";
import { SlaveReader } from "../../codec/format/slave-file.ts";
import { MpegDecoder } from "../../codec/methods/mpeg/mpeg-decoder.ts";
import { openMpegSegment } from "../../codec/methods/mpeg/segment-bytes.ts";
import { SegmentSound } from "../../codec/methods/mpeg/segment-sound.ts";
import { layOut, type SegmentLayout } from "../../codec/methods/mpeg/segment-times.ts";
import type { Kernels } from "../../codec/wasm/load-kernels.ts";
import { divideMpegBytes } from "./mpeg.ts";

export interface Played {
  /** In the order of display. */
  pictures: number[];
  sounds: { codec: string; times: number[]; bytes: number[] }[];
  starts: number[];
}

/** All of a source, from one of its segments on. */
export async function playMpeg(kernels: Kernels, source: Uint8Array, fromSegment = 0): Promise<Played> {
  const { main, slave } = await divideMpegBytes(kernels, source, "sealed", true);
  const reader = await MainReader.open(sourceFromBytes(main));
  const opener = await SegmentOpener.open(reader, await SlaveReader.open(sourceFromBytes(slave)));
  const { parameters, tracks } = reader.header;
  const decoder = new MpegDecoder(kernels);
  const pictures: number[] = [];
  const lengths: number[] = [];
  const show = (found: Iterable<{ timeMicroseconds: number | undefined; durationMicroseconds: number }>): void => {
    for (const { timeMicroseconds, durationMicroseconds } of found) {
      pictures.push((timeMicroseconds ?? Number.NaN) / 1e6);
      lengths.push(durationMicroseconds / 1e6);
    }
  };
  show(decoder.decode(fromHex(String(parameters.sequence))));
  const layouts: SegmentLayout[] = [];
  const starts: number[] = [];
  for (const { number } of reader.index.slice(fromSegment)) {
    const { head, publicBytes, withheld } = await opener.openSegment(number);
    const segment = await openMpegSegment(publicBytes, withheld);
    const layout = layOut(segment, head.startMicroseconds);
    show(decoder.decodeSegment(segment, layouts.length === 0 ? layout.firstMarks : layout.marks));
    layouts.push(layout);
    starts.push(head.startMicroseconds / 1e6);
  }
  show(decoder.end());
  decoder.close();
  // Pictures before the first that has a time are counted back from it, as in the player.
  for (let i = pictures.length - 2; i >= 0; i--)
    if (Number.isNaN(pictures[i])) pictures[i] = (pictures[i + 1] as number) - (lengths[i] as number);
  const sounds = tracks.flatMap((track) => {
    if (track.kind !== "audio") return [];
    const sound = new SegmentSound(parameters.container as MpegContainer, track);
    const frames = [...layouts.flatMap((layout) => sound.push(layout)), ...sound.end()];
    const times = frames.map(({ timeMicroseconds }) => timeMicroseconds / 1e6);
    return [{ codec: track.codec, times, bytes: frames.map(({ bytes }) => bytes.length) }];
  });
  return { pictures, sounds, starts };
}
