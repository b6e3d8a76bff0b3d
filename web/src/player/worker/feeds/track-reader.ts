/** Reads one track's packets in order, opening the next segment while the present one is used up. */
import type { DividedPacket, IndexEntry, SegmentHead } from "../../../../../codec/index.ts";

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

export async function* readPackets(
  entries: IndexEntry[],
  open: (number: number) => Promise<OpenedPackets>,
  signal: AbortSignal,
): AsyncGenerator<TimedPacket[]> {
  const openNext = (i: number): Promise<OpenedPackets> | undefined => {
    const entry = entries[i];
    if (entry === undefined) return undefined;
    const opened = open(entry.number);
    opened.catch(() => {}); // Awaited a segment later, or never after a seek.
    return opened;
  };
  let next = openNext(0);
  for (let i = 0; next !== undefined; i++) {
    const { head, packets } = await next;
    if (signal.aborted) return;
    next = openNext(i + 1);
    let timeMicroseconds = head.startMicroseconds;
    yield packets.map((packet) => {
      const timed = { ...packet, timeMicroseconds };
      timeMicroseconds += packet.durationMicroseconds;
      return timed;
    });
  }
}
