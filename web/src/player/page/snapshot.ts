/** What a view needs to know of the player, at one moment. */

import type { PlayCm, ViewerAttributes } from "../../shared/api/plays.ts";
import { Store } from "../../shared/store.ts";
import type { LoadedRange, MainFacts } from "../protocol/play-api.ts";
import type { MissingItem, PlaylistItem } from "./playlist.ts";
import { nextState, type PlayerEvent, type PlayerState } from "./state.ts";

export interface CmProgress {
  offer: PlayCm;
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
  reason: "in-cm" | "service" | "captions" | "no-captions";
  /** What the service or the file's reader says. */
  error: Error | undefined;
}

export interface PlayerSnapshot {
  state: PlayerState;
  items: readonly PlaylistItem[];
  /** What was asked for and could not be opened; plays go without it. */
  missing: readonly MissingItem[];
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
  volume: number;
  muted: boolean;
  /** Media seconds for each second; a CM runs at its own speed. */
  speed: number;
  /** The browser wants a click before it plays the CM. */
  unblock: (() => void) | undefined;
  /** The service lets no more be fetched yet. */
  heldBack: boolean;
  /** The CM waits until one that is shown to the same viewer in another window or on another device is over. */
  isElsewhere: boolean;
  /** The picture of where the viewer went is not there yet. */
  isSeeking: boolean;
  /** Of the play that a page left open when it was loaded anew: where it goes on, without a CM. */
  leftSeconds: number | undefined;
  /** Where the video began, if not at its start, until the viewer goes elsewhere. */
  begunSeconds: number | undefined;
  refusal: Refusal | undefined;
  error: Error | undefined;
}

const AT_START: PlayerSnapshot = {
  state: "idle",
  items: [],
  missing: [],
  current: 0,
  facts: undefined,
  playId: undefined,
  sentAttributes: {},
  cm: undefined,
  isOwed: false,
  volume: 1,
  muted: false,
  speed: 1,
  unblock: undefined,
  heldBack: false,
  isElsewhere: false,
  isSeeking: false,
  leftSeconds: undefined,
  begunSeconds: undefined,
  refusal: undefined,
  error: undefined,
};

export class PlayerStore extends Store<PlayerSnapshot> {
  /** Media seconds; apart from the snapshot, since it changes all the time and few look at it. */
  readonly position = new Store(0);
  /** Media seconds of which the slave is here, from and to. */
  readonly loaded = new Store<readonly LoadedRange[]>([]);

  constructor(start: Partial<PlayerSnapshot>) {
    super({ ...AT_START, ...start });
  }

  /** @returns false where `event` means nothing in the present state */
  protected enter(event: PlayerEvent, change: Partial<PlayerSnapshot> = {}): boolean {
    const state = nextState(this.current.state, event);
    if (state === undefined) return false;
    this.update({ refusal: undefined, ...change, state });
    return true;
  }

  protected update(change: Partial<PlayerSnapshot>): void {
    this.set({ ...this.current, ...change });
  }

  protected refuse(reason: Refusal["reason"], error?: Error): void {
    this.update({ refusal: { id: (this.current.refusal?.id ?? 0) + 1, reason, error } });
  }

  protected updateCm(change: Partial<CmProgress>): void {
    const { cm } = this.current;
    if (cm !== undefined) this.update({ cm: { ...cm, ...change } });
  }
}
