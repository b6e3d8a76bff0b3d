/** A restricted part as the Studio's form holds it. */
import {
  AREA_PRESETS,
  type Area,
  type DrawnMark,
  presetOf,
  type RestrictedPart,
  type Viewers,
  writeMark,
} from "../../../../codec/page.ts";

/** An area by its name, `own` for one in numbers, `none` for the sound alone. */
export type AreaChoice = keyof typeof AREA_PRESETS | "own" | "none";
/** Those of its sounds that the Studio offers. */
export type SoundChoice = Extract<RestrictedPart["sound"], "keep" | "mute">;
export const VIEWER_KINDS = ["premium", "signed-in", "age", "group"] as const;

/** Hidden here, or left to see and marked, so that a service that follows marks hides it. */
export const PART_WAYS = ["hide", "mark"] as const;
export const MARK_CORNERS = ["top-right", "top-left", "bottom-right", "bottom-left", "own"] as const;

export interface PartDraft {
  id: string;
  way: (typeof PART_WAYS)[number];
  /** Where `way` is `mark`. */
  corner: (typeof MARK_CORNERS)[number];
  /** Where `corner` is `own`: of the mark's top left corner, in thousandths. */
  markAt: { x: number; y: number };
  /** A mark asked for it. */
  isFound?: boolean;
  /** In seconds of the whole video, as `to`; NaN while a number is typed. */
  from: number;
  to: number;
  area: AreaChoice;
  /** Where `area` is `own`. */
  own: Area;
  treatment: RestrictedPart["treatment"];
  sound: SoundChoice;
  viewers: (typeof VIEWER_KINDS)[number];
  /** Where `viewers` is `age`. */
  years: number;
  /** Where `viewers` is `group`. */
  group: string;
}

/** A part of the whole picture for premium members. */
export const newPart = (from: number, to: number): PartDraft => ({
  id: crypto.randomUUID(),
  way: "hide",
  corner: "top-right",
  markAt: { x: 0, y: 0 },
  from,
  to,
  area: "whole",
  own: { x: 250, y: 250, width: 500, height: 500 },
  treatment: "black",
  sound: "keep",
  viewers: "premium",
  years: 18,
  group: "",
});

/** What of the picture it covers. */
export function areasOf({ area, own }: Pick<PartDraft, "area" | "own">): Area[] {
  if (area === "none") return [];
  return [area === "own" ? own : AREA_PRESETS[area].area];
}

/** Seconds in which anything is hidden, those of several parts counted once. */
export function hiddenSeconds(parts: readonly Pick<PartDraft, "from" | "to" | "way">[]): number {
  let end = 0;
  let sum = 0;
  for (const { from, to } of parts
    .filter(({ way, from, to }) => way === "hide" && to > from)
    .sort((a, b) => a.from - b.from)) {
    sum += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return sum;
}

/** Legible after strong compression. */
const MARK_SIZE = 260;
const CORNERS = {
  "top-right": { x: 1000, y: 0 },
  "top-left": { x: 0, y: 0 },
  "bottom-right": { x: 1000, y: 1000 },
  "bottom-left": { x: 0, y: 1000 },
} as const;

/** The mark that asks for a part, drawn as long as it lasts. @param service that the mark leads to */
export function drawnMark(draft: PartDraft, service: string): DrawnMark {
  const { areas, startMicroseconds, endMicroseconds, treatment, sound, viewers } = restrictedPart(draft);
  const [area] = areas;
  const rule = { restricted: true, ...(area === undefined ? {} : { area }), treatment, sound, viewers, holdSeconds: 0 };
  const at = draft.corner === "own" ? draft.markAt : CORNERS[draft.corner];
  return { text: writeMark({ service, rule }), place: { ...at, size: MARK_SIZE }, startMicroseconds, endMicroseconds };
}

/** The same for the divider. */
export function restrictedPart(draft: PartDraft): RestrictedPart {
  const { from, to, treatment, sound, viewers, years, group } = draft;
  const named: Record<PartDraft["viewers"], Viewers> = {
    premium: "premium",
    "signed-in": "signed-in",
    age: `age:${years}`,
    group: `group:${group}`,
  };
  return {
    startMicroseconds: Math.round(from * 1e6),
    endMicroseconds: Math.round(to * 1e6),
    areas: areasOf(draft),
    treatment,
    sound,
    viewers: named[viewers],
  };
}

/** A part that a mark asked for, one draft for each of its areas. What is not there to change it, or to cover it, becomes what hides more. */
export function draftsOf({
  areas,
  startMicroseconds,
  endMicroseconds,
  treatment,
  sound,
  viewers,
}: RestrictedPart): PartDraft[] {
  const [kind = "", name = ""] = viewers.split(":");
  const fresh = newPart(startMicroseconds / 1e6, endMicroseconds / 1e6);
  const common: PartDraft = {
    ...fresh,
    isFound: true,
    treatment: treatment === "mosaic" ? "mosaic" : "black",
    sound: sound === "keep" ? "keep" : "mute",
    viewers: kind as PartDraft["viewers"],
    ...(kind === "age" ? { years: Number(name) } : {}),
    ...(kind === "group" ? { group: name } : {}),
  };
  if (areas.length === 0) return [{ ...common, area: "none", sound: "mute" }];
  return areas.map((own) => ({ ...common, id: crypto.randomUUID(), area: presetOf(own) ?? "own", own }));
}
