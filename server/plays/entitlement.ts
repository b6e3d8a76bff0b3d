/** Which units a viewer may have. Asked for each unit, here and nowhere else, so that a right begins and ends with the next one. */
import { BASE_LAYER, RESTRICTED_LAYER } from "../../codec/index.ts";
import type { Play } from "./play.ts";
import { isOneOf, type Rights, type Viewer } from "./rights.ts";

export interface UnitWish {
  /** Undefined: nobody's session. */
  viewer: Viewer | undefined;
  play: Pick<Play, "sessionId">;
  layer: number;
  /** Of the layer `restricted`: whom the unit is for. */
  viewers: readonly string[];
  /** The viewer's, at this moment. */
  rights: Rights;
}

/**
 * Whether this unit is this viewer's in this play. When it may be sent, play-rules.ts decides besides.
 * The base layer is for whoever has watched the CM, `restricted` for who is all of those whom its part is for; other layers are bought,
 * and nothing sells them yet.
 */
export function entitlement({ viewer, play, layer, viewers, rights }: UnitWish): boolean {
  if (viewer === undefined || viewer.sessionId !== play.sessionId) return false;
  if (layer === BASE_LAYER) return true;
  return layer === RESTRICTED_LAYER && viewers.length > 0 && viewers.every((one) => isOneOf(one, rights));
}
