/** What stands around a video for a viewer: information, advertisement, guidance (Cmix page 5). Targeted as CMs are. Pure. */
import {
  type AttributeName,
  attributesThatMatter,
  type CmCandidate,
  type CmMoment,
  type CmPlace,
  faultOf,
  type ViewerAttributes,
  wishOf,
} from "../cm/choose-cm.ts";
import { SURROUNDING_KINDS, type SurroundingKind } from "./kinds.ts";

/** More would be in the video's way. */
const MOST_OF_A_KIND = 2;

export interface SurroundingCandidate extends Pick<CmCandidate, "id" | "active" | "kinds" | "ageLimit" | "conditions"> {
  kind: SurroundingKind;
  /** The video it belongs to; null: any. */
  mainId: string | null;
  createdAt: number;
}

/** The video that it stands around. */
export interface SurroundingPlace extends CmPlace {
  mainId: string;
}

/** Those that suit: what the viewer asked for first, then what is akin to the genres the viewer likes, then the video's own, then the newest. */
export function chooseSurroundings<T extends SurroundingCandidate>(
  candidates: readonly T[],
  place: SurroundingPlace,
  viewer: ViewerAttributes,
  now: number,
): T[] {
  const rank = (one: T) =>
    ["kind", "genre", "fits"].indexOf(wishOf(one.kinds, viewer)) - (one.mainId === null ? 0 : 0.5);
  const fitting = candidates
    .filter((one) => isOf(one, place) && faultOf(asCm(one), placeOf(one, place), viewer, momentOf(now)) === undefined)
    .toSorted((a, b) => rank(a) - rank(b) || b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1));
  return SURROUNDING_KINDS.flatMap((kind) => fitting.filter((one) => one.kind === kind).slice(0, MOST_OF_A_KIND));
}

/** Which attributes would matter for what stands around this video. */
export function attributesForSurroundings(
  candidates: readonly SurroundingCandidate[],
  place: SurroundingPlace,
  now: number,
): AttributeName[] {
  const own = candidates.filter((one) => isOf(one, place));
  return [...new Set(own.flatMap((one) => attributesThatMatter([asCm(one)], placeOf(one, place), momentOf(now))))];
}

const isOf = (one: SurroundingCandidate, place: SurroundingPlace) => one.mainId === null || one.mainId === place.mainId;

const asCm = (one: SurroundingCandidate): CmCandidate => ({ ...one, house: false, deliveries: 0 });

/** What a provider allows beside a video is said of advertisements. */
const placeOf = (one: SurroundingCandidate, place: SurroundingPlace): CmPlace =>
  one.kind === "advertisement" ? place : { ...place, kindsAllowed: [], kindsExcluded: [] };

/** There is no cap by viewer and day. */
const momentOf = (now: number): CmMoment => ({ now, viewsToday: () => 0 });
