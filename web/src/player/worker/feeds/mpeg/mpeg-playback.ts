/** Method `mpeg` in the player: our own decoder, in every browser; the source file exists only in memory, a segment at a time. */
import { aheadEnds } from "../../units/unit-order.ts";
import { fileEntries } from "../file-entries.ts";
import type { PlaybackMethod } from "../playback-method.ts";
import { MpegFeed } from "./mpeg-feed.ts";

export const mpegPlayback: PlaybackMethod = {
  checkPlayable: async () => {},
  unitOrder: (index) => ({ aheadEnd: aheadEnds(fileEntries(index)) }),
  openFeed: (parts) => new MpegFeed(parts),
};
