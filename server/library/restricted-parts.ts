/** For whom the units of the layer `restricted` are: the one place that reads it from a slave. */
import { partsOfUnit, RESTRICTED_LAYER, type SlaveReader } from "../../codec/index.ts";
import { layerOf, type SegmentTime } from "../timeline.ts";

/**
 * Whom a unit is for, in the words of codec/restriction/part.ts: who has it must be all of them.
 *
 * @returns empty for a unit of another layer, and where the slave tells nobody
 */
export function viewersOf({ header }: Pick<SlaveReader, "header">, time: SegmentTime): readonly string[] {
  const { restrictions = [] } = header;
  if (restrictions.length === 0 || layerOf(time) !== RESTRICTED_LAYER) return [];
  const parts = partsOfUnit(restrictions, time.startMilliseconds, time.durationMilliseconds);
  return [...new Set(parts.map(({ viewers }) => viewers))];
}

/** Whether viewers of an age see parts that others do not: then a told age matters for a play. */
export const asksAge = ({ header }: Pick<SlaveReader, "header">): boolean =>
  partViewers({ header }).some((viewers) => viewers.startsWith("age:"));

/** For whom parts of a video are, each once; none where everybody sees all of it. */
export const partViewers = ({ header }: Pick<SlaveReader, "header">): string[] => [
  ...new Set(header.restrictions?.map(({ viewers }) => viewers)),
];

/** Whether it has parts that not everybody sees. */
export const isRestricted = ({ header }: Pick<SlaveReader, "header">): boolean => header.restrictions !== undefined;
