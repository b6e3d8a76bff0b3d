/** The segments of a file with hidden parts, in the order in which a division has them: of each slot the source's, then what stands in for it. */
import { type ByteSource, sourceFromBytes } from "../../bytes/bytes.ts";
import { createDemuxer } from "../../containers/create-demuxer.ts";
import type { MpegSource } from "../../containers/open-mpeg.ts";
import type { Pool } from "../../pool/worker-pool.ts";
import { overlaysOf, type PlanarOverlays } from "../../restriction/overlays.ts";
import { readOwn, restrictedSegment, type SegmentRole, sharedSegment, substituteSegment } from "../source-segments.ts";
import type { CoveredSlot } from "./cover-slot.ts";
import type { HiddenSlot } from "./hidden-slots.ts";
import type { MpegWorkerApi } from "./mpeg-worker.ts";
import { type MpegSegment, planMpeg } from "./segment-planner.ts";

/** A segment of one of the renditions. */
export interface RenditionSegment {
  segment: MpegSegment;
  role: SegmentRole;
  /** Its bytes, to be handed over to a worker. */
  read(): Promise<Uint8Array>;
}

/**
 * @param slots    in the order of the file
 * @param overlays for the parts that are covered by a picture or a text
 */
export async function* planRenditions(
  source: ByteSource,
  found: MpegSource,
  slots: readonly HiddenSlot[],
  overlays: PlanarOverlays,
  pool: Pool<MpegWorkerApi>,
): AsyncGenerator<RenditionSegment> {
  const demuxer = createDemuxer(found.container);
  const cuts = [...new Set(slots.flatMap(({ start, end }) => [start.fileOffset, end.fileOffset]))];
  const waiting = [...slots];
  let covered: Promise<CoveredSlot> | undefined;
  let context = found.context;
  for await (const segment of planMpeg(source, found, demuxer, cuts)) {
    const slot = waiting[0];
    const length = segment.end - segment.start;
    const read = (): Promise<Uint8Array> => readOwn(source, segment);
    if (slot === undefined || segment.end <= slot.start.fileOffset) {
      yield { segment, role: sharedSegment(length), read };
      continue;
    }
    if (covered === undefined) {
      context = segment.context;
      covered = cover(source, found, slot, overlays, pool);
      covered.catch(() => {}); // thrown where it is awaited
    }
    yield { segment, role: restrictedSegment(length), read };
    if (segment.end < slot.end.fileOffset) continue;
    yield* substitutes(await covered, { ...found, context });
    waiting.shift();
    covered = undefined;
  }
}

async function cover(
  source: ByteSource,
  { container, pid }: MpegSource,
  slot: HiddenSlot,
  overlays: PlanarOverlays,
  pool: Pool<MpegWorkerApi>,
): Promise<CoveredSlot> {
  const start = Math.min(slot.readStart.fileOffset, slot.start.fileOffset);
  const bytes = await readOwn(source, { start, end: Math.max(slot.readEnd, slot.end.fileOffset) });
  const needed = overlaysOf(
    slot.frames.flatMap(({ parts }) => parts),
    overlays,
  );
  return pool.use((api) =>
    api.coverSlot(pool.transfer(bytes, [bytes.buffer as ArrayBuffer]), { container, pid, slot, overlays: needed }),
  );
}

async function* substitutes(
  { bytes, startMicroseconds }: CoveredSlot,
  found: MpegSource,
): AsyncGenerator<RenditionSegment> {
  const source = sourceFromBytes(bytes);
  for await (const planned of planMpeg(source, found, createDemuxer(found.container, found.pid))) {
    const segment = { ...planned, startMicroseconds: planned.startMicroseconds + startMicroseconds };
    const read = async (): Promise<Uint8Array> => bytes.slice(planned.start, planned.end);
    yield { segment, role: substituteSegment(planned.end - planned.start), read };
  }
}
