/** Method `compress` in the player: our own decoder, in every browser; units come in their order. */
import type { PlaybackMethod } from "../playback-method.ts";

export const compressPlayback: PlaybackMethod = {
  checkPlayable: async () => {},
  unitOrder: () => ({}),
  async load() {
    const { CompressFeed } = await import("./compress-feed.ts");
    return (parts) => new CompressFeed(parts);
  },
};
