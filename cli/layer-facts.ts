/** What `cmix inspect` tells of each layer. */
import type { MainHeader } from "../codec/index.ts";

/** An index entry of a main, or a head of a slave. */
interface Segment {
  layer: number;
  length: number;
  startMilliseconds: number;
  durationMilliseconds?: number;
  substitute: boolean;
  absent?: boolean;
}

/** Spans of a main's layer that lie closer to each other are one. */
const GAP_MILLISECONDS = 50;

/** Of each layer of the header: its segments, their payload bytes, and what of it stands in for others, or was cut out. */
export function layerFacts(
  layers: MainHeader["layers"],
  segments: readonly Segment[],
): (MainHeader["layers"][number] & Record<string, unknown>)[] {
  const sum = (some: readonly Segment[]): number => some.reduce((bytes, { length }) => bytes + length, 0);
  return layers.map((layer) => {
    const own = segments.filter((segment) => segment.layer === layer.id);
    const substitutes = own.filter(({ substitute }) => substitute);
    const absent = own.filter((segment) => segment.absent);
    return {
      ...layer,
      segments: own.length,
      bytes: sum(own),
      ...(layers.length > 1 && { seconds: spansOf(own) }),
      ...(substitutes.length > 0 && { substitutes: substitutes.length, substituteBytes: sum(substitutes) }),
      ...(absent.length > 0 && { absent: absent.length }),
    };
  });
}

/** Times that segments cover, joined, in seconds; those of a slave have no ends, and tell the first start and the last. */
function spansOf(segments: readonly Segment[]): [number, number][] {
  const spans: [number, number][] = [];
  const byStart = [...segments].sort((a, b) => a.startMilliseconds - b.startMilliseconds);
  for (const { startMilliseconds, durationMilliseconds } of byStart) {
    const last = spans.at(-1);
    const end = startMilliseconds + (durationMilliseconds ?? 0);
    const isNear = last !== undefined && startMilliseconds <= last[1] + GAP_MILLISECONDS;
    if (last !== undefined && (isNear || durationMilliseconds === undefined)) last[1] = Math.max(last[1], end);
    else spans.push([startMilliseconds, end]);
  }
  return spans.map(([start, end]) => [start / 1000, end / 1000]);
}
