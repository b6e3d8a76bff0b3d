/** Reads one track's packets in order, opening the next segment while the present one is used up. */
import {
  type DividedPacket,
  type IndexEntry,
  type SegmentHead,
  type Slot,
  slotsOf,
} from "../../../../../codec/index.ts";

/** An opened segment of one track. */
export interface OpenedPackets {
  head: SegmentHead;
  packets: DividedPacket[];
}

export interface TimedPacket extends DividedPacket {
  timeMicroseconds: number;
}

/** A track of one layer: other layers hold other segments of the same track. */
export type TrackPlace = Pick<IndexEntry, "layer" | "track">;

export const entriesOf = (index: readonly IndexEntry[], { layer, track }: TrackPlace): IndexEntry[] =>
  index.filter((entry) => entry.layer === layer && entry.track === track);

/** The entries of one track, from the newest at or before `seconds` that `accept`s; all of them where none does. */
export function entriesFrom(
  index: readonly IndexEntry[],
  place: TrackPlace,
  seconds: number,
  accept: (entry: IndexEntry) => boolean,
): IndexEntry[] {
  const entries = entriesOf(index, place).filter((entry) => !entry.structure);
  let first = 0;
  entries.forEach((entry, i) => {
    if (entry.startMilliseconds <= seconds * 1000 && accept(entry)) first = i;
  });
  return entries.slice(first);
}

/** The slots of one track, from the newest at or before `seconds` whose first segment `accept`s; all of them where none does. */
export function slotsFrom(
  index: readonly IndexEntry[],
  track: number,
  seconds: number,
  accept: (entry: IndexEntry) => boolean,
): Slot[] {
  const slots = slotsOf(index, track);
  let first = 0;
  slots.forEach(({ base: [entry] }, i) => {
    if (entry !== undefined && entry.startMilliseconds <= seconds * 1000 && accept(entry)) first = i;
  });
  return slots.slice(first);
}

/**
 * The packets of slots, a segment each; of a hidden part the true ones where all of a slot are this viewer's.
 *
 * @param open undefined where the segment is not this viewer's
 */
export async function* readPackets(
  slots: readonly Slot[],
  open: (number: number) => Promise<OpenedPackets | undefined>,
  signal: AbortSignal,
): AsyncGenerator<TimedPacket[]> {
  const openNext = (i: number): Promise<OpenedPackets[]> | undefined => {
    const slot = slots[i];
    if (slot === undefined) return undefined;
    const opened = openSlot(slot, open).then(({ opened: segments }) => segments);
    opened.catch(() => {}); // Awaited a segment later, or never after a seek.
    return opened;
  };
  let next = openNext(0);
  for (let i = 0; next !== undefined; i++) {
    const segments = await next;
    if (signal.aborted) return;
    next = openNext(i + 1);
    for (const { head, packets } of segments) {
      let timeMicroseconds = head.startMicroseconds;
      yield packets.map((packet) => {
        const timed = { ...packet, timeMicroseconds };
        timeMicroseconds += packet.durationMicroseconds;
        return timed;
      });
    }
  }
}

/**
 * A slot's segments: of a hidden part the true ones where all of them are this viewer's.
 *
 * @param open undefined where a segment is not this viewer's
 */
export async function openSlot<Opened>(
  { base, restricted }: Slot,
  open: (number: number) => Promise<Opened | undefined>,
): Promise<{ isTrue: boolean; opened: Opened[] }> {
  const seen = restricted && (await openAll(restricted, open));
  return { isTrue: seen !== undefined, opened: seen ?? (await openAll(base, open)) ?? [] };
}

async function openAll<Opened>(
  entries: readonly IndexEntry[],
  open: (number: number) => Promise<Opened | undefined>,
): Promise<Opened[] | undefined> {
  const segments: Opened[] = [];
  for (const { number } of entries) {
    const opened = await open(number);
    if (opened === undefined) return undefined;
    segments.push(opened);
  }
  return segments;
}
