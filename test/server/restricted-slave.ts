/** Slaves with segments of the layer `restricted`, made of others. */
import { MemorySink } from "../../codec/bytes/bytes.ts";
import { encodeSlaveStart, SlaveWriter } from "../../codec/format/slave-file.ts";
import { type Restriction, SlaveReader, sourceFromBytes } from "../../codec/index.ts";
import type { TestPair } from "./harness.ts";

/** The same slave with some of its segments in layer 1. @param restrictions for whom they are; none says of nobody */
export async function withRestrictedLayer(
  pair: Pick<TestPair, "slave">,
  numbers: readonly number[],
  restrictions?: readonly Restriction[],
): Promise<Uint8Array> {
  const reader = await SlaveReader.open(sourceFromBytes(pair.slave));
  const { header, trailer } = reader;
  const sink = new MemorySink();
  const layers = [...header.layers, { id: 1, name: "restricted", public: "sealed" as const }];
  const told = restrictions && { restrictions: [...restrictions] };
  const writer = await SlaveWriter.open(sink, encodeSlaveStart({ ...header, layers, ...told }));
  for (let number = 0; number < reader.segments; number++) {
    const { head, payload } = await reader.readSegment(number);
    await writer.writeSegment({ ...head, layer: numbers.includes(number) ? 1 : 0 }, payload);
  }
  await writer.finish(trailer.durationMicroseconds, trailer.mainHeaderHash, trailer.mainTagsHash);
  return sink.bytes();
}
