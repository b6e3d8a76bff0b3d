/** Where the segments of a slave stand in media time; what a play's allowance is counted in. */
import { BASE_LAYER, FormatError, type SlaveSegmentHead } from "../codec/index.ts";

export interface SegmentTime {
  /** Layer and track: each has an allowance of its own. */
  lane: number;
  startMilliseconds: number;
  durationMilliseconds: number;
}

export const layerOf = ({ lane }: Pick<SegmentTime, "lane">): number => Math.floor(lane / 256);

/** The times of a slave's segments, by their numbers from 0. */
export interface Timeline {
  readonly length: number;
  at(segment: number): SegmentTime | undefined;
}

/** Bytes of one segment in a stored timeline: layer, track, u32 start, u32 duration. */
const ROW_BYTES = 10;

/** A timeline as it is stored. Segments are read when they are asked for: there may be a quarter of a million, of which a play needs some. */
export class PackedTimeline implements Timeline {
  readonly bytes: Uint8Array;
  private readonly view: DataView;

  /** @throws {@link FormatError} not what {@link packTimeline} gave */
  constructor(bytes: Uint8Array) {
    if (bytes.length % ROW_BYTES !== 0)
      throw new FormatError(`timeline of ${bytes.length} bytes: the database is damaged`);
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.bytes.length / ROW_BYTES;
  }

  at(segment: number): SegmentTime | undefined {
    if (!(segment >= 0 && segment < this.length)) return undefined;
    const offset = segment * ROW_BYTES;
    return {
      lane: this.view.getUint16(offset),
      startMilliseconds: this.view.getUint32(offset + 2),
      durationMilliseconds: this.view.getUint32(offset + 6),
    };
  }
}

/**
 * Slave heads carry no duration: a segment lasts until the next one of its layer and track starts, one of a higher layer no longer than
 * to the next one of its track that everybody sees, the last one until the end. Structure segments start at 0 like the first segment
 * and so cost nothing, and start units last no time.
 */
export function timelineOf(
  heads: readonly (Pick<SlaveSegmentHead, "layer" | "track" | "startMilliseconds"> &
    Partial<Pick<SlaveSegmentHead, "startUnit" | "substitute">>)[],
  endMilliseconds: number,
): SegmentTime[] {
  const timeline = heads.map(({ layer, track, startMilliseconds }) => ({
    lane: layer * 256 + track,
    startMilliseconds,
    durationMilliseconds: 0,
  }));
  const next = new Map<number, number>();
  const byStart = timeline.map((segment, number) => ({ segment, number }));
  byStart.sort((a, b) => b.segment.startMilliseconds - a.segment.startMilliseconds || b.number - a.number);
  /** By track: what everybody sees. */
  const nextShared = new Map<number, number>();
  for (const { segment, number } of byStart) {
    const { lane, startMilliseconds } = segment;
    const { layer = BASE_LAYER, track = 0, startUnit, substitute } = heads[number] ?? {};
    if (startUnit) continue;
    const last = Math.max(endMilliseconds, startMilliseconds);
    const shared = layer === BASE_LAYER ? undefined : nextShared.get(track);
    const end = Math.min(next.get(lane) ?? last, shared ?? last);
    segment.durationMilliseconds = end - startMilliseconds;
    next.set(lane, startMilliseconds);
    if (layer === BASE_LAYER && !substitute) nextShared.set(track, startMilliseconds);
  }
  return timeline;
}

export function packTimeline(segments: readonly SegmentTime[]): PackedTimeline {
  const bytes = new Uint8Array(segments.length * ROW_BYTES);
  const view = new DataView(bytes.buffer);
  segments.forEach(({ lane, startMilliseconds, durationMilliseconds }, i) => {
    view.setUint16(i * ROW_BYTES, lane);
    view.setUint32(i * ROW_BYTES + 2, startMilliseconds);
    view.setUint32(i * ROW_BYTES + 6, durationMilliseconds);
  });
  return new PackedTimeline(bytes);
}
