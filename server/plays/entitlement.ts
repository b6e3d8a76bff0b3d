/** Which units a viewer may have. Asked for each unit, here and nowhere else, so that a right begins and ends with the next one. */
import { BASE_LAYER } from "../../codec/index.ts";
import type { Play } from "./play.ts";

/** An account, or the session of a visitor without one. */
export interface Viewer {
  accountId: string | undefined;
  sessionId: string;
}

export interface UnitWish {
  /** Undefined: nobody's session. */
  viewer: Viewer | undefined;
  play: Pick<Play, "sessionId">;
  mainId: string;
  layer: number;
  segment: number | "start";
}

/**
 * Whether this unit is this viewer's in this play. When it may be sent, play-rules.ts decides besides.
 * The base layer is for whoever has watched the CM; other layers are bought, and nothing sells them yet.
 */
export function entitlement({ viewer, play, layer }: UnitWish): boolean {
  return viewer !== undefined && viewer.sessionId === play.sessionId && layer === BASE_LAYER;
}
