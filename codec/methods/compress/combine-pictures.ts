/** Decodes a division of method `compress`, picture by picture, into a file that video tools read. */
import type { ByteSink } from "../../bytes/bytes.ts";
import { MatroskaWriter } from "../../containers/matroska/matroska-writer.ts";
import { writeY4mHeader, Y4M_PICTURE_HEADER } from "../../containers/y4m/y4m.ts";
import { renditionOf } from "../../division/rendition.ts";
import type { SegmentOpener } from "../../division/segment-opener.ts";
import { UnsupportedError } from "../../errors.ts";
import type { AudioTrack, VideoTrack } from "../../format/header.ts";
import type { Kernels } from "../../wasm/load-kernels.ts";
import type { Combined, CombineOptions } from "../method.ts";
import { mergeAudioPackets } from "./audio-packets.ts";
import { CompressDecoder } from "./compress-decoder.ts";
import { DisplayOrder, displayTimes } from "./display-order.ts";
import { decodePacketList } from "./packet-list.ts";

/** Where combined pictures and sound go. */
interface Output {
  picture(timestampMicroseconds: number, i420: Uint8Array): Promise<void>;
  sound(timestampMicroseconds: number, packet: Uint8Array): Promise<void>;
}

/** @throws {@link UnsupportedError} no video track that this version knows */
export async function combinePictures(
  opener: SegmentOpener,
  sink: ByteSink,
  kernels: Kernels,
  { form = "mkv", layers, signal, onProgress }: CombineOptions,
): Promise<Combined> {
  const { header } = opener.main;
  const video = header.tracks.find((track) => track.kind === "video");
  const audio = header.tracks.find((track) => track.kind === "audio");
  if (video === undefined)
    throw new UnsupportedError("the main has no video track that this version knows; use a newer one");
  const counting = countBytes(sink);
  const output = form === "y4m" ? await y4mOutput(counting, video) : await matroskaOutput(counting, video, audio);
  const decoder = new CompressDecoder(kernels, video, header.parameters);
  let pictures = 0;
  try {
    for (const { number } of (await renditionOf(opener, layers)).entries) {
      signal?.throwIfAborted();
      const { head, publicBytes, withheld } = await opener.openSegment(number);
      const packets = decodePacketList(publicBytes, withheld);
      const { startMicroseconds } = head;
      if (head.track === video.id) {
        const times = displayTimes(packets, startMicroseconds);
        const order = new DisplayOrder<{ time: number; i420: Uint8Array }>(packets);
        for (const [i, packet] of packets.entries()) {
          decoder.decode(packet.publicBytes, packet.withheld);
          for (const { time, i420 } of order.put({ time: times[i] ?? startMicroseconds, i420: decoder.i420() })) {
            await output.picture(time, i420);
            pictures += 1;
            onProgress?.({ pictures, bytes: counting.bytes, segments: number });
          }
        }
        continue;
      }
      const sounds = mergeAudioPackets(kernels, packets);
      let time = startMicroseconds;
      for (const [i, packet] of packets.entries()) {
        await output.sound(time, sounds[i] ?? new Uint8Array());
        time += packet.durationMicroseconds;
        onProgress?.({ pictures, bytes: counting.bytes, segments: number });
      }
    }
  } finally {
    decoder.close();
  }
  return { pictures, bytes: counting.bytes };
}

function countBytes(sink: ByteSink): ByteSink & { bytes: number } {
  return {
    bytes: 0,
    async write(bytes) {
      this.bytes += bytes.length;
      await sink.write(bytes);
    },
    close: () => sink.close(),
    abort: () => sink.abort(),
  };
}

async function y4mOutput(sink: ByteSink, video: VideoTrack): Promise<Output> {
  await sink.write(writeY4mHeader(video));
  return {
    async picture(_time, i420) {
      await sink.write(Y4M_PICTURE_HEADER);
      await sink.write(i420);
    },
    async sound() {},
  };
}

async function matroskaOutput(sink: ByteSink, video: VideoTrack, audio: AudioTrack | undefined): Promise<Output> {
  const writer = await MatroskaWriter.open(sink, video, audio);
  return {
    picture: (time, i420) => writer.writeBlock(1, time, i420),
    sound: (time, packet) => writer.writeBlock(2, time, packet),
  };
}
