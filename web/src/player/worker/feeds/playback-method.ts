/** What the player asks of a method of division: one folder a method beside this file, one line in playback-methods.ts. */
import type {
  IndexEntry,
  Kernels,
  MainHeader,
  MainReader,
  Method,
  SegmentOpener,
  VideoTrack,
} from "../../../../../codec/index.ts";
import { UnsupportedError } from "../../../../../codec/page.ts";
import type { Screen } from "../screen/screen.ts";
import type { UnitStoreOptions } from "../units/unit-store.ts";
import type { MediaFeed } from "./media-feed.ts";
import type { PlayableSound } from "./sound-decodings.ts";

export interface FeedParts {
  kernels: Kernels;
  main: MainReader;
  opener: SegmentOpener;
  screen: Screen;
  video: VideoTrack;
  /** Absent where there is no sound, or none that is decoded here. */
  sound: PlayableSound | undefined;
}

/** Which units are fetched first, and how far ahead; nothing where the usual order does. */
export type UnitOrder = Pick<UnitStoreOptions, "first" | "aheadEnd">;

export interface PlaybackMethod {
  /** @throws {@link UnsupportedError} this player, or this browser, cannot play it: said before a commercial is shown */
  checkPlayable(header: MainHeader, video: VideoTrack): Promise<void>;
  /** Whether its frames may be of two fields of different moments. */
  hasFields?(header: MainHeader): boolean;
  unitOrder(index: readonly IndexEntry[]): UnitOrder;
  /** Once the play's secret is known. */
  openFeed(parts: FeedParts): MediaFeed;
}

/** @param what names the way of dividing */
export const notPlayed = (method: Method, what: string): UnsupportedError =>
  new UnsupportedError(
    `this player does not play how this video was divided (${what}): ask for a version that was divided with "Compress and divide", or combine it with the cmix command`,
    { method },
  );
