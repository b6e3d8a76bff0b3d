/** A restricted part as the Studio's form holds it. */
import { AREA_PRESETS, type Area, presetOf, type RestrictedPart, type Viewers } from "../../../../codec/page.ts";

/** An area by its name, `own` for one in numbers, `none` for the sound alone. */
export type AreaChoice = keyof typeof AREA_PRESETS | "own" | "none";
/** Those of its treatments that the Studio offers. */
export type TreatmentChoice = Extract<RestrictedPart["treatment"], "black" | "mosaic">;
export type SoundChoice = Extract<RestrictedPart["sound"], "keep" | "mute">;
export const VIEWER_KINDS = ["premium", "signed-in", "age", "group"] as const;

export interface PartDraft {
  id: string;
  /** A mark asked for it. */
  isFound?: boolean;
  /** In seconds of the whole video, as `to`; NaN while a number is typed. */
  from: number;
  to: number;
  area: AreaChoice;
  /** Where `area` is `own`. */
  own: Area;
  treatment: TreatmentChoice;
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
export function hiddenSeconds(parts: readonly Pick<PartDraft, "from" | "to">[]): number {
  let end = 0;
  let sum = 0;
  for (const { from, to } of parts.filter((part) => part.to > part.from).sort((a, b) => a.from - b.from)) {
    sum += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return sum;
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

/** A part that a mark asked for, one draft for each of its areas. What the Studio does not offer becomes what hides more. */
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
