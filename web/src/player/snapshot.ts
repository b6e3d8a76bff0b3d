/** What a view needs to know of the player, at one moment. */
import type { CmOffer, ViewerAttributes } from "../shared/service.ts";
import type { MainFacts } from "../workers/play-api.ts";
import type { PlaylistItem } from "./playlist.ts";
import type { PlayerState } from "./state.ts";

export interface CmProgress {
  offer: CmOffer;
  /** CM k stands before video k, the last one behind all. */
  number: number;
  loadedBytes: number;
  positionSeconds: number;
}

/** Why what was asked for was not done. */
export interface Refusal {
  /** A new one for each, for who tells them. */
  id: number;
  /** `in-cm`: a CM is not skipped, sped up or left forward. */
  reason: "in-cm" | "service";
  message: string;
}

export interface PlayerSnapshot {
  state: PlayerState;
  items: readonly PlaylistItem[];
  /** Index of the item that is shown, or whose CM is. */
  current: number;
  /** Of that item; undefined while there is none. */
  facts: MainFacts | undefined;
  playId: string | undefined;
  /** What this play told the service of the viewer. */
  sentAttributes: ViewerAttributes;
  cm: CmProgress | undefined;
  /** Whether the first CM of this play is one that was missed last time. */
  isOwed: boolean;
  positionSeconds: number;
  volume: number;
  muted: boolean;
  /** The browser wants a click before it plays the CM. */
  unblock: (() => void) | undefined;
  /** The service lets no more be fetched yet. */
  heldBack: boolean;
  refusal: Refusal | undefined;
  error: Error | undefined;
}

export const AT_START: PlayerSnapshot = {
  state: "idle",
  items: [],
  current: 0,
  facts: undefined,
  playId: undefined,
  sentAttributes: {},
  cm: undefined,
  isOwed: false,
  positionSeconds: 0,
  volume: 1,
  muted: false,
  unblock: undefined,
  heldBack: false,
  refusal: undefined,
  error: undefined,
};
