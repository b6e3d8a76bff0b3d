/** The one video stream of a file with MPEG-1 or MPEG-2 video, out of its container. */
import type { ByteSource } from "../bytes/bytes.ts";
import { createDemuxer } from "./create-demuxer.ts";
import type { MpegContainer } from "./demuxer.ts";

const CHUNK_BYTES = 1 << 20;

/** The elementary stream's bytes in order, in pieces of any size. Source: 13818-1 2.4 and 2.5. */
export async function* videoBytes(source: ByteSource, container: MpegContainer): AsyncGenerator<Uint8Array> {
  const demuxer = createDemuxer(container);
  for (let offset = 0; offset < source.size; ) {
    const chunk = await source.read(offset, Math.min(CHUNK_BYTES, source.size - offset));
    const last = offset + chunk.length === source.size;
    const pieces: Uint8Array[] = [];
    offset += demuxer.push(chunk, last, (video, from, to) => {
      if (video && to > from) pieces.push(chunk.subarray(from, to));
    });
    yield* pieces;
  }
}
