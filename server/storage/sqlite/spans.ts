/** Spans of time that sums are kept of: hours and days, UTC, each counted since 1970. */

const HOUR_MILLISECONDS = 3600 * 1000;
const DAY_HOURS = 24;

export const SPAN_HOURS = [1, DAY_HOURS] as const;

/** Which span of so many hours a time lies in. */
export const spanOf = (time: number, hours: number): number => Math.floor(time / (hours * HOUR_MILLISECONDS));

export const dayOf = (time: number): number => spanOf(time, DAY_HOURS);

export const hourOf = (time: number): number => spanOf(time, 1);

/** From one time or span to another, which is not in it. `hours` is 0 where they are milliseconds since 1970. */
export interface Part {
  hours: 0 | (typeof SPAN_HOURS)[number];
  from: number;
  to: number;
}

/** A period as whole days, the whole hours around them, and less than two hours of milliseconds: few rows tell of each. */
export function partsOf(from: number, to: number): Part[] {
  const middle = inner({ hours: 0, from, to }, HOUR_MILLISECONDS, 1);
  return middle.flatMap((part) => (part.hours === 1 ? inner(part, DAY_HOURS, DAY_HOURS) : part));
}

/** A part as what lies before, in and behind the longer spans that are whole in it, each made of `length` of its own. */
function inner(part: Part, length: number, hours: Part["hours"]): Part[] {
  const whole = { hours, from: Math.ceil(part.from / length), to: Math.floor(part.to / length) };
  const parts =
    whole.from < whole.to
      ? [{ ...part, to: whole.from * length }, whole, { ...part, from: whole.to * length }]
      : [part];
  return parts.filter(({ from, to }) => from < to);
}
