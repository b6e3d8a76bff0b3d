/** Method `mpeg` in the player: our own decoder, in every browser; the source file exists only in memory, a segment at a time. */
import { hasFields } from "../../../../../../codec/index.ts";
import { fromHex } from "../../../../../../codec/page.ts";
import { aheadEnds } from "../../units/unit-order.ts";
import { fileEntries } from "../file-entries.ts";
import type { PlaybackMethod } from "../playback-method.ts";
import { MpegFeed } from "./mpeg-feed.ts";

export const mpegPlayback: PlaybackMethod = {
  checkPlayable: async () => {},
  hasFields: ({ parameters: { sequence } }) => typeof sequence === "string" && hasFields(fromHex(sequence)),
  unitOrder: (index) => ({ aheadEnd: aheadEnds(fileEntries(index)) }),
  openFeed: (parts) => new MpegFeed(parts),
};
