/** How an interrupted division of method `compress` goes on: at the start of a group of pictures, all before it being kept. */
import type { FinishedSegment } from "../../division/unfinished.ts";
import { RESTRICTED_LAYER } from "../../layers/restricted.ts";
import type { SourceMedia, SourcePicture } from "../../pictures/source-picture.ts";
import { AUDIO_TRACK, VIDEO_TRACK } from "./compress-segments.ts";
import type { EncodedPicture } from "./compress-types.ts";
import { isKeyPicture } from "./display-order.ts";
import type { EarlierGroups, EncodedGop } from "./gop-encoder.ts";
import { decodePacketList } from "./packet-list.ts";

/**
 * How many finished segments stand before the last group that has begun: whatever of it was finished is made again, and
 * whether all sound before it is there is known.
 */
export function segmentsBeforeLastGroup(finished: readonly FinishedSegment[], gopPictures: number): number {
  let pictures = 0;
  let before = 0;
  let newest: FinishedSegment | undefined;
  for (const [i, segment] of finished.entries()) {
    const { head } = segment;
    if (head.track !== VIDEO_TRACK) continue;
    if (isTrue(segment)) {
      // Hidden parts stand in slots of whole groups, each behind a start unit.
      if (newest === undefined || !isTrue(newest)) before = i - 1;
    } else if (segment.substitute) pictures = 0;
    else {
      if (newest?.substitute) pictures = 0;
      if (head.key && pictures % gopPictures === 0) before = i;
      pictures += head.pictures;
    }
    newest = segment;
  }
  return before;
}

const isTrue = ({ head }: FinishedSegment): boolean => head.layer === RESTRICTED_LAYER;

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
  for (const segment of kept) {
    const { head } = segment;
    if (isTrue(segment)) continue;
    if (head.track === AUDIO_TRACK) work.soundPackets += head.pictures;
    if (head.track !== VIDEO_TRACK) continue;
    work.earlier.pictures += head.pictures;
    work.startMicroseconds = head.startMicroseconds + head.durationMicroseconds;
  }
  return work;
}

async function* groupsOf(
  kept: readonly FinishedSegment[],
  gopPictures: number,
): AsyncGenerator<Pick<EncodedGop, "pictures" | "restricted">> {
  const pictures: EncodedPicture[] = [];
  const restricted: EncodedPicture[] = [];
  for (const [i, segment] of kept.entries()) {
    if (segment.head.track !== VIDEO_TRACK) continue;
    const { publicBytes, withheld } = await segment.open();
    const coded = decodePacketList(publicBytes, withheld).map((packet) => ({ ...packet, key: isKeyPicture(packet) }));
    (isTrue(segment) ? restricted : pictures).push(...coded);
    if (isTrue(segment)) continue;
    const next = kept.slice(i + 1).find(({ head }) => head.track === VIDEO_TRACK);
    // A slot ends with a group, and so does what is before it.
    const isEnd = next === undefined || isTrue(next) || (segment.substitute && !next.substitute);
    while (pictures.length >= gopPictures || (isEnd && pictures.length > 0)) {
      const shown = pictures.splice(0, gopPictures);
      const truth = segment.substitute ? restricted.splice(0, gopPictures) : undefined;
      yield { pictures: shown, restricted: truth };
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
