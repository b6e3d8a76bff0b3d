/** Areas of the picture that have names, and what an area may be. */
import type { Area } from "./part.ts";

/** Areas are in thousandths. */
const WHOLE = 1000;
const THIRD = 334;
const HALF = 500;

/** Named areas: the letters that stand for them in a mark, and what they cover. Thirds are rounded outwards. */
export const AREA_PRESETS = {
  whole: { code: "w", area: { x: 0, y: 0, width: WHOLE, height: WHOLE } },
  "upper-third": { code: "ut", area: { x: 0, y: 0, width: WHOLE, height: THIRD } },
  "lower-third": { code: "lt", area: { x: 0, y: WHOLE - THIRD, width: WHOLE, height: THIRD } },
  "left-half": { code: "lh", area: { x: 0, y: 0, width: HALF, height: WHOLE } },
  "right-half": { code: "rh", area: { x: HALF, y: 0, width: HALF, height: WHOLE } },
  "top-left": { code: "tl", area: { x: 0, y: 0, width: THIRD, height: THIRD } },
  "top-right": { code: "tr", area: { x: WHOLE - THIRD, y: 0, width: THIRD, height: THIRD } },
  "bottom-left": { code: "bl", area: { x: 0, y: WHOLE - THIRD, width: THIRD, height: THIRD } },
  "bottom-right": { code: "br", area: { x: WHOLE - THIRD, y: WHOLE - THIRD, width: THIRD, height: THIRD } },
} as const;
/** A name of {@link AREA_PRESETS}. */
export type AreaPreset = keyof typeof AREA_PRESETS;

/** Whether it has an extent and lies inside the picture, in whole thousandths. */
export function isArea({ x, y, width, height }: Area): boolean {
  return (
    [x, y, width, height].every(Number.isInteger) &&
    x >= 0 &&
    y >= 0 &&
    width >= 1 &&
    height >= 1 &&
    x + width <= WHOLE &&
    y + height <= WHOLE
  );
}

export const sameArea = (a: Area, b: Area): boolean =>
  a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;

/** The name of an area that has one. */
export function presetOf(area: Area): AreaPreset | undefined {
  const names = Object.keys(AREA_PRESETS) as AreaPreset[];
  return names.find((name) => sameArea(AREA_PRESETS[name].area, area));
}

/** What of an area is left outside another: up to four areas that do not overlap. */
export function subtractArea(area: Area, taken: Area): Area[] {
  const left = Math.max(area.x, taken.x);
  const right = Math.min(area.x + area.width, taken.x + taken.width);
  const top = Math.max(area.y, taken.y);
  const bottom = Math.min(area.y + area.height, taken.y + taken.height);
  if (left >= right || top >= bottom) return [area];
  return [
    { x: area.x, y: area.y, width: area.width, height: top - area.y },
    { x: area.x, y: top, width: left - area.x, height: bottom - top },
    { x: right, y: top, width: area.x + area.width - right, height: bottom - top },
    { x: area.x, y: bottom, width: area.width, height: area.y + area.height - bottom },
  ].filter(({ width, height }) => width > 0 && height > 0);
}
