/** Method `mpeg` in the player: our own decoder, in every browser; the source file exists only in memory, a segment at a time. */
import { FILE_TRACK, hasFields } from "../../../../../../codec/index.ts";
import { fromHex } from "../../../../../../codec/page.ts";
import { aheadEnds } from "../../units/unit-order.ts";
import type { PlaybackMethod } from "../playback-method.ts";
import { MpegFeed } from "./mpeg-feed.ts";

export const mpegPlayback: PlaybackMethod = {
  checkPlayable: async () => {},
  hasFields: ({ parameters: { sequence } }) => typeof sequence === "string" && hasFields(fromHex(sequence)),
  unitOrder: (index) => ({ aheadEnd: aheadEnds(index.filter(({ track }) => track === FILE_TRACK)) }),
  openFeed: (parts) => new MpegFeed(parts),
};
