/** Method `samples` in the player: the browser's decoders, behind a demuxer or, for streams without tables, our own walk. */
import { UnsupportedError } from "../../../../../../codec/page.ts";
import { canDecodePictures, canDemux, isStream } from "../../../../shared/worker/decoder-support.ts";
import { aheadEnds, structureFirst } from "../../units/unit-order.ts";
import { fileEntries } from "../file-entries.ts";
import { notPlayed, type PlaybackMethod } from "../playback-method.ts";
import { SamplesFeed } from "./samples-feed.ts";
import { StreamFeed } from "./stream-feed.ts";

export const samplesPlayback: PlaybackMethod = {
  async checkPlayable({ method, parameters: { container, isPacked } }, video) {
    if (!canDemux(container)) throw notPlayed(method, `method ${method}, container ${container}`);
    if (isPacked === true)
      throw notPlayed(method, `method ${method}, pictures packed or encrypted once more by the container`);
    if (await canDecodePictures(video)) return;
    throw new UnsupportedError(
      `this browser has no decoder for the video (${video.codec}): try another browser, or ask for a version that was divided with "Compress and divide"`,
      { codec: video.codec },
    );
  },

  unitOrder(index) {
    const entries = fileEntries(index);
    return { first: structureFirst(entries), aheadEnd: aheadEnds(entries) };
  },

  openFeed: (parts) =>
    isStream(parts.main.header.parameters.container) ? new StreamFeed(parts) : new SamplesFeed(parts),
};
