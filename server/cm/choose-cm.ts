/** Which CM goes before which video for which viewer (Cmix patent [0201]-[0205], claim 7). */

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

/** A sponsor's conditions (Cmix patent [0177]); an empty list or null is no condition. */
export interface CmConditions {
  /** Of the video before which the CM is shown. */
  genres: string[];
  genders: string[];
  languages: string[];
  ageMin: number | null;
  ageMax: number | null;
}

export interface CmCandidate {
  id: string;
  /** Shown where nothing else fits; has no conditions. */
  house: boolean;
  kinds: string[];
  conditions: CmConditions;
  /** How often it was delivered: the least shown goes first. */
  deliveries: number;
}

export interface CmChoice<T extends CmCandidate> {
  cm: T;
  /** For the log: `kind` (the viewer asked for it), `genre` (akin to videos the viewer likes), `fits`, `house-nothing-fits`, `house-only`. */
  reason: string;
}

/**
 * A condition on what the viewer did not tell is not met: a CM for adults needs an age, not a missing one.
 *
 * @returns undefined without any candidate
 */
export function chooseCm<T extends CmCandidate>(
  candidates: readonly T[],
  video: { genre: string },
  viewer: ViewerAttributes,
): CmChoice<T> | undefined {
  const sponsored = candidates.filter(({ house }) => !house);
  const fitting = sponsored.filter(({ conditions }) => meets(conditions, video, viewer));
  const ofKind = (wanted: readonly string[] | undefined) =>
    fitting.filter(({ kinds }) => kinds.some((kind) => has(wanted, kind)));
  for (const [reason, group] of [
    ["kind", ofKind(viewer.kinds)],
    ["genre", ofKind(viewer.genres)],
    ["fits", fitting],
  ] as const) {
    const cm = leastShown(group);
    if (cm !== undefined) return { cm, reason };
  }
  const house = leastShown(candidates.filter((candidate) => candidate.house));
  return house && { cm: house, reason: sponsored.length > 0 ? "house-nothing-fits" : "house-only" };
}

function meets(conditions: CmConditions, video: { genre: string }, viewer: ViewerAttributes): boolean {
  const { genres, genders, languages, ageMin, ageMax } = conditions;
  if (genres.length > 0 && !has(genres, video.genre)) return false;
  if (genders.length > 0 && !has(genders, viewer.gender)) return false;
  if (languages.length > 0 && !languages.some((language) => viewer.languages?.some((own) => speaks(own, language))))
    return false;
  if (ageMin !== null && (viewer.age === undefined || viewer.age < ageMin)) return false;
  return ageMax === null || (viewer.age !== undefined && viewer.age <= ageMax);
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
