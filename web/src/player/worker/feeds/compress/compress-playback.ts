/** Method `compress` in the player: our own decoder, in every browser; units come in their order. */
import type { PlaybackMethod } from "../playback-method.ts";
import { CompressFeed } from "./compress-feed.ts";

export const compressPlayback: PlaybackMethod = {
  checkPlayable: async () => {},
  unitOrder: () => ({}),
  openFeed: (parts) => new CompressFeed(parts),
};
