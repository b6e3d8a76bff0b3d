/** A file for mediabunny's demuxers. */
import { ALL_FORMATS, CustomSource, Input } from "mediabunny";
import type { ByteSource } from "../index.ts";

/** Reads the file as it is asked for; dispose of it. The source is not closed. */
export const demuxedInput = (source: ByteSource): Input =>
  new Input({
    source: new CustomSource({
      getSize: () => source.size,
      // What it keeps must not be a view of what the source keeps.
      read: async (start, end) => (await source.read(start, end - start)).slice(),
    }),
    formats: ALL_FORMATS,
  });

/** A decoder's description, copied. */
export const descriptionBytes = (source: AllowSharedBufferSource): Uint8Array =>
  ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength).slice()
    : new Uint8Array(source).slice();
