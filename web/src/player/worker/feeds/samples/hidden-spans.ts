/** When parts of a file are hidden, by its index: what is read there is the source's, or what stands in for it. */

import type { TrackPart } from "../../../../../../codec/hosts/presentation.ts";
import { type IndexEntry, isStartUnit, RESTRICTED_LAYER } from "../../../../../../codec/index.ts";
import { BASE_LAYER } from "../../../../../../codec/page.ts";

/** A stretch of presentation time with hidden pictures or sound, in seconds. */
export interface HiddenSpan {
  start: number;
  end: number;
  /** Its first segment that is not everybody's. */
  first: number;
}

/** In the order of their times, none over another. */
export function hiddenSpans(index: readonly IndexEntry[]): HiddenSpan[] {
  const spans: HiddenSpan[] = [];
  let open: HiddenSpan | undefined;
  for (const entry of index) {
    if (entry.structure || isStartUnit(entry)) continue;
    if (entry.layer === BASE_LAYER && !entry.substitute) open = undefined;
    if (entry.layer !== RESTRICTED_LAYER) continue;
    const [start, end] = [
      entry.startMilliseconds / 1000,
      (entry.startMilliseconds + entry.durationMilliseconds) / 1000,
    ];
    if (open === undefined) {
      open = { start, end, first: entry.number };
      spans.push(open);
    } else Object.assign(open, { start: Math.min(open.start, start), end: Math.max(open.end, end) });
  }
  spans.sort((a, b) => a.start - b.start);
  const apart: HiddenSpan[] = [];
  for (const span of spans) {
    const last = apart.at(-1);
    if (last !== undefined && span.start <= last.end) last.end = Math.max(last.end, span.end);
    else apart.push({ ...span });
  }
  return apart;
}

/** A part of a track in stretches that are hidden, or not. */
export function stretchesOf(
  part: TrackPart,
  spans: readonly HiddenSpan[],
): { stretch: TrackPart; hidden: HiddenSpan | undefined }[] {
  const whole = { stretch: part, hidden: undefined };
  if (part.isHeld) {
    const [shown, over] = [part.start + part.shift, part.until + part.shift];
    return [{ ...whole, hidden: spans.find(({ start, end }) => start < over && end > shown) }];
  }
  const found: { stretch: TrackPart; hidden: HiddenSpan | undefined }[] = [];
  let from = part.from;
  const take = (until: number, hidden: HiddenSpan | undefined): void => {
    if (until <= from) return;
    found.push({ stretch: { ...part, from, until: Math.min(until, part.until) }, hidden });
    from = until;
  };
  for (const span of spans) {
    const [start, end] = [span.start - part.shift, span.end - part.shift];
    if (end <= from || start >= part.until) continue;
    take(Math.min(start, part.until), undefined);
    take(Math.min(end, part.until), span);
  }
  take(part.until, undefined);
  return found.length === 0 ? [whole] : found;
}
