/** Which CM goes before which video for which viewer (Cmix patent [0201]-[0205], claim 7). Pure. */

/** What the viewer told for this one play; all of it voluntary, none of it stored. */
export interface ViewerAttributes {
  age?: number | undefined;
  gender?: string | undefined;
  /** BCP 47. */
  languages?: string[] | undefined;
  /** Kinds of CM the viewer asked for. */
  kinds?: string[] | undefined;
  /** Genres of video the viewer likes. */
  genres?: string[] | undefined;
}

export type AttributeName = keyof ViewerAttributes;

/** A sponsor's conditions (Cmix patent [0176]); an empty list or null is no condition. */
export interface CmConditions {
  /** Of the video before which the CM is shown. */
  genres: string[];
  genders: string[];
  languages: string[];
  ageMin: number | null;
  ageMax: number | null;
  /** Milliseconds since 1970: shown from then on, and until then. */
  fromAt: number | null;
  untilAt: number | null;
  /** So often to one viewer on one day. */
  perViewerDay: number | null;
}

/** No condition. */
export const ANYBODY: CmConditions = {
  genres: [],
  genders: [],
  languages: [],
  ageMin: null,
  ageMax: null,
  fromAt: null,
  untilAt: null,
  perViewerDay: null,
};

export interface CmCandidate {
  id: string;
  /** Shown where nothing else fits; has no conditions. */
  house: boolean;
  active: boolean;
  kinds: string[];
  /** For viewers from this age on: goes with no video that is for younger ones. */
  ageLimit: number;
  conditions: CmConditions;
  /** How often it was delivered: the least shown goes first. */
  deliveries: number;
}

/** The video's side: what it is, and what its provider allows beside it (Cmix patent [0163]). */
export interface CmPlace {
  genre: string;
  ageLimit: number;
  /** Empty: all. */
  kindsAllowed: readonly string[];
  kindsExcluded: readonly string[];
}

/** This moment for this viewer. */
export interface CmMoment {
  now: number;
  /** How often the viewer saw a CM today. */
  viewsToday: (cmId: string) => number;
}

export interface CmChoice<T extends CmCandidate> {
  cm: T;
  /** For the log: `kind` (the viewer asked for it), `genre` (akin to videos the viewer likes), `fits`, `house-nothing-fits`, `house-only`. */
  reason: string;
  /** How many CMs did not fit for which cause, as `age 2, cap 1`. */
  unfit: string;
}

/**
 * A condition on what the viewer did not tell is not met: a CM for adults needs an age, not a missing one.
 *
 * @returns undefined without any candidate
 */
export function chooseCm<T extends CmCandidate>(
  candidates: readonly T[],
  place: CmPlace,
  viewer: ViewerAttributes,
  moment: CmMoment,
): CmChoice<T> | undefined {
  const sponsored = candidates.filter(({ house, active }) => !house && active);
  const causes = new Map<string, number>();
  const fitting = sponsored.filter((cm) => {
    const cause = faultOf(cm, place, viewer, moment);
    if (cause !== undefined) causes.set(cause, (causes.get(cause) ?? 0) + 1);
    return cause === undefined;
  });
  const unfit = [...causes].map(([cause, count]) => `${cause} ${count}`).join(", ");
  for (const reason of ["kind", "genre", "fits"] as const) {
    const cm = leastShown(fitting.filter(({ kinds }) => wishOf(kinds, viewer) === reason));
    if (cm !== undefined) return { cm, reason, unfit };
  }
  const house = leastShown(candidates.filter((candidate) => candidate.house && candidate.active));
  return house && { cm: house, reason: sponsored.length > 0 ? "house-nothing-fits" : "house-only", unfit };
}

/** What keeps a CM from this video, viewer and moment; undefined: nothing. */
export function faultOf(
  cm: CmCandidate,
  place: CmPlace,
  viewer: ViewerAttributes,
  moment: CmMoment,
): string | undefined {
  return placeFault(cm, place, moment) ?? viewerFault(cm.conditions, viewer);
}

/** `kind`: the viewer asked for it; `genre`: it is akin to videos the viewer likes. */
export function wishOf(kinds: readonly string[], viewer: ViewerAttributes): "kind" | "genre" | "fits" {
  if (kinds.some((kind) => has(viewer.kinds, kind))) return "kind";
  return kinds.some((kind) => has(viewer.genres, kind)) ? "genre" : "fits";
}

/** What keeps a CM from a video at this moment, whoever watches; undefined: nothing. */
export function placeFault(cm: CmCandidate, place: CmPlace, { now, viewsToday }: CmMoment): string | undefined {
  const { genres, fromAt, untilAt, perViewerDay } = cm.conditions;
  if (!cm.active) return "off";
  if (fromAt !== null && now < fromAt) return "date";
  if (untilAt !== null && now >= untilAt) return "date";
  if (cm.house) return undefined;
  if (cm.ageLimit > place.ageLimit) return "age-limit";
  if (cm.kinds.some((kind) => has(place.kindsExcluded, kind))) return "excluded";
  if (place.kindsAllowed.length > 0 && !cm.kinds.some((kind) => has(place.kindsAllowed, kind))) return "not-allowed";
  if (genres.length > 0 && !has(genres, place.genre)) return "genre";
  return perViewerDay !== null && viewsToday(cm.id) >= perViewerDay ? "cap" : undefined;
}

/** Which attributes would matter for the choice before this video; the others need not be sent. */
export function attributesThatMatter(
  candidates: readonly CmCandidate[],
  place: CmPlace,
  moment: CmMoment,
): AttributeName[] {
  const possible = candidates.filter((cm) => !cm.house && placeFault(cm, place, moment) === undefined);
  const matters: Record<AttributeName, boolean> = {
    age: possible.some(({ conditions: { ageMin, ageMax } }) => ageMin !== null || ageMax !== null),
    gender: possible.some(({ conditions }) => conditions.genders.length > 0),
    languages: possible.some(({ conditions }) => conditions.languages.length > 0),
    kinds: possible.some(({ kinds }) => kinds.length > 0),
    genres: possible.some(({ kinds }) => kinds.length > 0),
  };
  return (Object.keys(matters) as AttributeName[]).filter((name) => matters[name]);
}

function viewerFault(conditions: CmConditions, viewer: ViewerAttributes): string | undefined {
  const { genders, languages, ageMin, ageMax } = conditions;
  if (genders.length > 0 && !has(genders, viewer.gender)) return "gender";
  if (languages.length > 0 && !languages.some((language) => viewer.languages?.some((own) => speaks(own, language))))
    return "language";
  if (ageMin !== null && (viewer.age === undefined || viewer.age < ageMin)) return "age";
  return ageMax !== null && (viewer.age === undefined || viewer.age > ageMax) ? "age" : undefined;
}

function has(list: readonly string[] | undefined, wanted: string | undefined): boolean {
  return (
    wanted !== undefined &&
    wanted !== "" &&
    list?.some((entry) => entry.toLowerCase() === wanted.toLowerCase()) === true
  );
}

/** `ja-JP` meets a condition on `ja`; `ja` does not meet one on `ja-JP`. */
function speaks(own: string, wanted: string): boolean {
  return `${own.toLowerCase()}-`.startsWith(`${wanted.toLowerCase()}-`);
}

function leastShown<T extends CmCandidate>(candidates: readonly T[]): T | undefined {
  return candidates.toSorted((a, b) => a.deliveries - b.deliveries || (a.id < b.id ? -1 : 1))[0];
}
