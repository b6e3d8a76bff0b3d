/** Which of a main's segments are combined, where layers cover the same time. FORMAT.md 4.1. */
import type { IndexEntry } from "../format/layout.ts";
import { BASE_LAYER } from "../layers/base.ts";
import { LAYERS } from "../layers/registry.ts";
import { RESTRICTED_LAYER } from "../layers/restricted.ts";
import { isStartUnit } from "../layers/start-unit.ts";
import type { SegmentOpener } from "./segment-opener.ts";

/** What a pair shows: to everybody, or to who may see hidden parts. */
export interface Rendition {
  /** In the order of the file. Those of layers that this version does not know are among them, and cannot be opened. */
  entries: IndexEntry[];
  /** Nothing stands in for a hidden part. */
  isTrue: boolean;
}

/**
 * The segments that a main and a slave give together: of hidden parts the true ones if the slave has all of them.
 *
 * @param layers names of those that are wanted; every one that the slave has where none are given
 * @throws RangeError naming `layers`: there is no such layer
 * @throws {@link PairingError} the main's index was changed
 */
export async function renditionOf(opener: SegmentOpener, layers?: readonly string[]): Promise<Rendition> {
  const { header, index } = opener.main;
  for (const name of layers ?? [])
    if (!header.layers.some((layer) => layer.name === name))
      throw new RangeError(
        `layers: the main has no layer ${name}; it has ${header.layers.map(({ name: own }) => own).join(", ")}`,
      );
  const isWanted = (id: number): boolean =>
    layers === undefined || header.layers.some((layer) => layer.id === id && layers.includes(layer.name));
  const hidden = index.filter(({ layer }) => layer === RESTRICTED_LAYER);
  const isTrue = hidden.length === 0 || (isWanted(RESTRICTED_LAYER) && (await holdsAll(opener, hidden)));
  const isKnown = (id: number): boolean => LAYERS.some((kind) => kind.id === id);
  const entries = index.filter((entry) => {
    if (!isKnown(entry.layer)) return isWanted(entry.layer);
    if (entry.layer === BASE_LAYER) return !(isTrue && entry.substitute);
    return isTrue && !isStartUnit(entry);
  });
  // An index can be written by anybody: what is left out unopened is left out by the slave's word.
  const shown = new Set(entries);
  for (const entry of index) if (!shown.has(entry)) await opener.confirm(entry);
  return { entries, isTrue };
}

/** One that is missing is found at once: a slave is without a layer, or a viewer without a part. */
async function holdsAll(opener: SegmentOpener, entries: readonly IndexEntry[]): Promise<boolean> {
  for (const entry of entries) if (!(await opener.holds(entry))) return false;
  return true;
}
