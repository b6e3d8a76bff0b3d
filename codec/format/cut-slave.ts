/** A slave without some of its layers: what an owner never gives away then leaves no disk. FORMAT.md 4.1. */
import type { ByteSink } from "../bytes/bytes.ts";
import { type SlaveReader, SlaveWriter } from "./slave-file.ts";

/**
 * Writes a slave without the withheld parts of some layers. It belongs to the same main: header and heads stay, and the heads say what
 * is absent.
 *
 * @param isKept by the number of a layer
 * @param sink   closed at the end; aborted, with nothing left, when anything fails
 * @returns payload bytes that were cut out
 * @throws {@link FormatError} the slave is damaged
 */
export async function cutSlave(
  slave: SlaveReader,
  isKept: (layer: number) => boolean,
  sink: ByteSink,
): Promise<number> {
  try {
    const writer = await SlaveWriter.open(sink, await slave.readStart());
    let cutBytes = 0;
    for (let number = 0; number < slave.segments; number++) {
      const { head, payload } = await slave.readSegment(number);
      if (isKept(head.layer)) await writer.writeSegment(head, payload);
      else {
        cutBytes += payload.length;
        await writer.writeSegment({ ...head, absent: true, length: 0 }, new Uint8Array());
      }
    }
    const { durationMicroseconds, mainHeaderHash, mainTagsHash } = slave.trailer;
    await writer.finish(durationMicroseconds, mainHeaderHash, mainTagsHash);
    return cutBytes;
  } catch (error) {
    await sink.abort();
    throw error;
  }
}
