/** Which segments a reader takes where two layers cover the same time. FORMAT.md 4.1. */
import type { IndexEntry } from "../format/layout.ts";
import { BASE_LAYER } from "./base.ts";
import { RESTRICTED_LAYER } from "./restricted.ts";
import { isStartUnit } from "./start-unit.ts";

/** A stretch of one track: a segment that everybody sees, or segments of a hidden part with those that stand in for them. */
export interface Slot {
  /** Of its first segment, or of the start unit before that. */
  number: number;
  /** Of the base layer, in order. */
  base: IndexEntry[];
  /** What stands in the place of `base` for who may see it; undefined where everybody sees `base`. */
  restricted: IndexEntry[] | undefined;
}

/**
 * A track's segments in the order of the file, those of hidden parts with their substitutes. Layers that this version does not know,
 * and start units, are left out.
 */
export function slotsOf(index: readonly IndexEntry[], track: number): Slot[] {
  const slots: Slot[] = [];
  let run: number | undefined;
  for (const entry of index) {
    const { number, layer, substitute } = entry;
    const last = slots.at(-1);
    if (isStartUnit(entry)) {
      if (layer === RESTRICTED_LAYER) run = number;
    } else if (entry.track !== track) continue;
    else if (layer === RESTRICTED_LAYER) {
      if (last?.restricted !== undefined && last.base.length === 0) last.restricted.push(entry);
      else slots.push({ number: run ?? number, base: [], restricted: [entry] });
    } else if (layer === BASE_LAYER) {
      if (!substitute) slots.push({ number, base: [entry], restricted: undefined });
      else if (last?.restricted !== undefined) last.base.push(entry);
      else slots.push({ number, base: [entry], restricted: [] });
    }
  }
  return slots;
}
