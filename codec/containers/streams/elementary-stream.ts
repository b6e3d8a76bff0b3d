/** Cuts an MPEG video elementary stream into pictures, headers before each included. ISO/IEC 11172-2 2.4.2. */

import { concatBytes } from "../../bytes/bytes.ts";
import { InputError } from "../../errors.ts";

/** A picture above this is no picture. */
const PICTURE_MAX_BYTES = 64 << 20;

const isSlice = (code: number): boolean => code >= 0x01 && code <= 0xaf;

/**
 * @param chunks the stream, in chunks of any size
 * @returns the bytes of one picture each, in coding order
 * @throws {@link InputError} no picture ends within 64 MiB
 */
export async function* splitPictures(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let buffer: Uint8Array = new Uint8Array();
  let position = 0;
  let slices = false;
  const scan = function* (end: number): Generator<Uint8Array> {
    while (position + 4 <= end) {
      if (buffer[position] !== 0 || buffer[position + 1] !== 0 || buffer[position + 2] !== 1) {
        position += 1;
        continue;
      }
      const code = buffer[position + 3] ?? 0;
      if (slices && !isSlice(code)) {
        yield buffer.slice(0, position);
        buffer = buffer.subarray(position);
        end -= position;
        position = 0;
        slices = false;
      }
      if (isSlice(code)) slices = true;
      position += 4;
    }
  };
  for await (const chunk of chunks) {
    buffer = concatBytes(buffer, chunk);
    yield* scan(buffer.length);
    if (buffer.length > PICTURE_MAX_BYTES)
      throw new InputError(`no end of a picture within ${PICTURE_MAX_BYTES} bytes: not an MPEG-1 video stream`);
  }
  if (slices) yield buffer;
}
