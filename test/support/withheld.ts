/** What a thief makes of a main of method `samples` without its slave. */
import { sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { openIndex } from "../../codec/containers/open-index.ts";
import { isSlice, nextStartCode } from "../../codec/containers/streams/annexb.ts";
import { mergeSegment } from "../../codec/methods/samples/segment-bytes.ts";
import type { Kernels } from "../../codec/wasm/load-kernels.ts";
import { openDivision } from "./divisions.ts";
import { divideBytes } from "./media.ts";

/** The source divided under `patent`, `fill` where bytes were withheld, its codec configuration as it was: more than a thief has. */
export async function withoutSlave(kernels: Kernels, bytes: Uint8Array, fill = 0): Promise<Uint8Array> {
  const division = await divideBytes(kernels, bytes.slice(), "patent");
  const parts: Uint8Array[] = [];
  for (const { publicBytes, withheld } of await openDivision(division))
    parts.push(await mergeSegment(kernels, publicBytes, new Uint8Array(withheld.length).fill(fill)));
  const filled = new Uint8Array(Buffer.concat(parts));
  const { structure, container } = await openIndex(sourceFromBytes(bytes));
  for (const { offset, size } of structure) filled.set(bytes.subarray(offset, offset + size), offset);
  // A raw stream's parameter sets stand before its first slice.
  return container === "h264" ? new Uint8Array(Buffer.concat([bytes.subarray(0, firstSlice(bytes)), filled])) : filled;
}

function firstSlice(bytes: Uint8Array): number {
  let at = nextStartCode(bytes, 0);
  while (at >= 0 && !isSlice((bytes[at + 3] ?? 0) & 31)) at = nextStartCode(bytes, at + 3);
  return Math.max(0, at);
}

/** Correlation of two pictures' brightness, 0 where one is flat: 1 is the same picture, grey frames give 0. */
export function likeness(a: Uint8Array, b: Uint8Array): number {
  const mean = (bytes: Uint8Array): number => bytes.reduce((sum, value) => sum + value, 0) / bytes.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [both, ofA, ofB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [da, db] = [(a[i] ?? 0) - meanA, (b[i] ?? 0) - meanB];
    both += da * db;
    ofA += da * da;
    ofB += db * db;
  }
  // A flat picture, but for rounding, is like nothing.
  if (ofA < a.length || ofB < b.length) return 0;
  return both / Math.sqrt(ofA * ofB);
}
