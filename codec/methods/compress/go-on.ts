/** How an interrupted division of method `compress` goes on: at the start of a group of pictures, all before it being kept. */
import type { FinishedSegment } from "../../division/unfinished.ts";
import type { SourceMedia, SourcePicture } from "../../pictures/source-picture.ts";
import { AUDIO_TRACK, VIDEO_TRACK } from "./compress-segments.ts";
import type { EncodedPicture } from "./compress-types.ts";
import { isKeyPicture } from "./display-order.ts";
import type { EarlierGroups } from "./gop-encoder.ts";
import { decodePacketList } from "./packet-list.ts";

/**
 * How many finished segments stand before the last group that has begun: whatever of it was finished is made again, and
 * whether all sound before it is there is known.
 */
export function segmentsBeforeLastGroup(finished: readonly FinishedSegment[], gopPictures: number): number {
  let pictures = 0;
  let before = 0;
  for (const [i, { head }] of finished.entries()) {
    if (head.track !== VIDEO_TRACK) continue;
    if (head.key && pictures % gopPictures === 0) before = i;
    pictures += head.pictures;
  }
  return before;
}

/** Where the work goes on behind kept segments, which end with a whole group and its sound. */
export interface WorkLeft {
  earlier: EarlierGroups;
  soundPackets: number;
  /** Time of the first picture that is left. */
  startMicroseconds: number;
}

/** Undefined where nothing is kept. */
export function workLeft(kept: readonly FinishedSegment[], gopPictures: number): WorkLeft | undefined {
  if (kept.length === 0) return undefined;
  const work: WorkLeft = {
    earlier: { pictures: 0, groups: () => groupsOf(kept, gopPictures) },
    soundPackets: 0,
    startMicroseconds: 0,
  };
  for (const { head } of kept) {
    if (head.track === AUDIO_TRACK) work.soundPackets += head.pictures;
    if (head.track !== VIDEO_TRACK) continue;
    work.earlier.pictures += head.pictures;
    work.startMicroseconds = head.startMicroseconds + head.durationMicroseconds;
  }
  return work;
}

async function* groupsOf(kept: readonly FinishedSegment[], gopPictures: number): AsyncGenerator<EncodedPicture[]> {
  let group: EncodedPicture[] = [];
  for (const { head, open } of kept) {
    if (head.track !== VIDEO_TRACK) continue;
    const { publicBytes, withheld } = await open();
    for (const packet of decodePacketList(publicBytes, withheld)) {
      group.push({ ...packet, key: isKeyPicture(packet) });
      if (group.length < gopPictures) continue;
      yield group;
      group = [];
    }
  }
}

/** The pictures from a time on; those before go back to their buffers. */
export async function* picturesFrom(
  { pictures, picturesFrom: from, buffers }: SourceMedia,
  microseconds: number,
): AsyncGenerator<SourcePicture> {
  for await (const picture of from?.(microseconds) ?? pictures)
    if (picture.timestampMicroseconds >= microseconds) yield picture;
    else buffers?.give(picture.data.buffer as ArrayBuffer);
}
