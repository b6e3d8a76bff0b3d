/** Bytes of a source that its container's structure says nothing of: they may be coded pictures that no index tells of. */
import { type CodedSample, UNKNOWN } from "./source-index.ts";

/** Shorter gaps are alignment and the like. */
const GAP_MIN_BYTES = 16;
/** Told in pieces, since segments have their limits. */
const PIECE_BYTES = 1 << 20;

export interface ByteRange {
  start: number;
  end: number;
}

/**
 * The samples with what lies between them and in no structure, as samples of the stream {@link UNKNOWN}.
 *
 * @param samples   in file order
 * @param structure in file order
 */
export async function* withUnknown(
  samples: AsyncIterable<CodedSample[]>,
  structure: AsyncIterable<ByteRange>,
  fileBytes: number,
): AsyncGenerator<CodedSample[]> {
  const known = structure[Symbol.asyncIterator]();
  let box = await known.next();
  let at = 0;
  let timeMicroseconds = 0;
  const gapTo = async (end: number): Promise<CodedSample[]> => {
    const found: CodedSample[] = [];
    while (at < end) {
      while (box.done !== true && box.value.end <= at) box = await known.next();
      const next = box.done === true ? end : Math.min(end, box.value.start);
      for (let offset = at; next - at >= GAP_MIN_BYTES && offset < next; offset += PIECE_BYTES) {
        const size = Math.min(PIECE_BYTES, next - offset);
        found.push({ offset, size, timeMicroseconds, durationMicroseconds: 0, key: false, stream: UNKNOWN });
      }
      at = Math.max(next, box.done === true ? end : Math.min(end, box.value.end));
    }
    return found;
  };
  for await (const batch of samples) {
    const whole: CodedSample[] = [];
    for (const sample of batch) {
      if (sample.offset - at >= GAP_MIN_BYTES) whole.push(...(await gapTo(sample.offset)));
      whole.push(sample);
      at = Math.max(at, sample.offset + sample.size);
      timeMicroseconds = sample.timeMicroseconds;
    }
    yield whole;
  }
  const rest = await gapTo(fileBytes);
  if (rest.length > 0) yield rest;
}
