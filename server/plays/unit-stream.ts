/** Slave units on their way to one play, encrypted for it. */
import {
  BASE_LAYER,
  type ByteSource,
  cryptUnit,
  type DeliveryContext,
  type Kernels,
  readSlaveHead,
  SLAVE_HEAD_BYTES,
  type SlaveReader,
  START_UNIT,
} from "../../codec/index.ts";
import { layerOf, type Timeline } from "../timeline.ts";
import { nodeCipher } from "./node-cipher.ts";
import type { IsOwn } from "./play-rules.ts";

/** Number and length before each unit. */
export const UNIT_HEAD_BYTES = 8;

export interface UnitSource {
  kernels: Kernels;
  slave: SlaveReader;
  cm: ByteSource;
  /** By which it was decided whose each segment is. */
  timeline: Timeline;
  context: Omit<DeliveryContext, "layer">;
}

/** Bytes of one unit; encryption does not change them. */
export function unitBytes(slave: SlaveReader, number: number): number {
  if (number === START_UNIT) return slave.offsets[0] ?? 0;
  return (slave.offsets[number + 1] ?? 0) - (slave.offsets[number] ?? 0);
}

/** How many segments from `from` on, of those that are the viewer's, fit in `mostBytes`; at least one. */
export function segmentsWithin(slave: SlaveReader, from: number, mostBytes: number, isOwn: IsOwn): number {
  let bytes = 0;
  let count = 0;
  for (let segment = from; segment < slave.segments; segment++) {
    if (!isOwn(segment)) continue;
    bytes += UNIT_HEAD_BYTES + unitBytes(slave, segment);
    if (bytes > mostBytes) break;
    count++;
  }
  return Math.max(1, count);
}

/** A short answer at once: a stream of its own would cost more than the units in it. */
export async function gatherUnits(source: UnitSource, numbers: readonly number[]): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = [];
  for (const number of numbers) parts.push(...(await framedUnit(source, number)));
  return parts;
}

/** In the middle of an answer. */
export class RightEnded extends Error {}

/** A right that ends while an answer goes out ends within this. */
const RIGHT_SECONDS = 30;

/**
 * The units one behind another; each is read and encrypted only when it is asked for.
 *
 * @param isStillOwn asked again when the answer has been under way for long; undefined: of nothing in it
 * @param now milliseconds
 * @throws RightEnded the next unit is not the viewer's any more: the answer breaks off, and the next one passes it over
 */
export async function* eachUnit(
  source: UnitSource,
  numbers: readonly number[],
  isStillOwn: ((number: number) => Promise<boolean>) | undefined,
  now: () => number,
): AsyncGenerator<Uint8Array> {
  const decidedAt = now();
  for (const number of numbers) {
    if (isStillOwn !== undefined && now() - decidedAt >= RIGHT_SECONDS * 1000 && !(await isStillOwn(number)))
      throw new RightEnded();
    yield* await framedUnit(source, number);
  }
}

/** @returns head and bytes apart, so that they are not copied */
async function framedUnit(
  { kernels, slave, cm, timeline, context }: UnitSource,
  number: number,
): Promise<Uint8Array[]> {
  const isStart = number === START_UNIT;
  const plain = isStart ? await slave.readStart() : await slave.readSegmentBytes(number);
  const layer = isStart
    ? BASE_LAYER
    : readSlaveHead(plain.subarray(0, SLAVE_HEAD_BYTES), slave.offsets[number] ?? 0).layer;
  if (!isStart && layer !== layerAt(timeline, number))
    throw new Error(`segment ${number} of a slave is of layer ${layer}, and of another in the database: restore both`);
  const bytes = await cryptUnit(kernels, { ...context, layer }, cm, number, plain, nodeCipher);
  const head = Buffer.allocUnsafe(UNIT_HEAD_BYTES);
  head.writeUInt32BE(number, 0);
  head.writeUInt32BE(bytes.length, 4);
  return [head, bytes];
}

function layerAt(timeline: Timeline, number: number): number | undefined {
  const segment = timeline.at(number);
  return segment && layerOf(segment);
}
