/** What is to be cut of a file, one segment after another: of the source alone, or of both renditions. */
import type { ByteSource } from "../../bytes/bytes.ts";
import type { SourceIndex } from "../../containers/source-index.ts";
import type { SegmentPlace } from "../../division/division-writer.ts";
import { readOwn, type SegmentRole, sharedSegment } from "../source-segments.ts";
import type { CutRequest } from "./choose-cuts.ts";
import { type PlannedSegment, planSegments } from "./segment-planner.ts";

/** A segment before it is cut. */
export interface CutTask extends Pick<CutRequest, "pieces" | "beside"> {
  place: Omit<SegmentPlace, "layer" | "track">;
  role: SegmentRole;
  /** Bytes that may be handed over to a worker. */
  bytes: () => Promise<Uint8Array>;
  /** Of the source up to here. */
  sourceEnd: number;
}

/** A segment of the source. */
export function sourceTask(source: ByteSource, segment: PlannedSegment, role: SegmentRole): CutTask {
  const { key, structure, startMicroseconds, durationMicroseconds, pictures, pieces, beside, end } = segment;
  return {
    ...{ pieces, beside, role, sourceEnd: end },
    place: { key, structure, startMicroseconds, durationMicroseconds, pictures },
    bytes: () => readOwn(source, segment),
  };
}

/** A source of which everybody gets everything. */
export async function* sharedTasks(source: ByteSource, index: SourceIndex): AsyncGenerator<CutTask> {
  for await (const segment of planSegments(index, source.size))
    yield sourceTask(source, segment, sharedSegment(segment.end - segment.start));
}
