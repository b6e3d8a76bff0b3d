/** The bytes that stand in a hidden slot's place: the same packets, but for the pictures that were coded anew and the sound that is muted. */

import { concatBytes } from "../../bytes/bytes.ts";
import { createDemuxer } from "../../containers/create-demuxer.ts";
import type { MpegContainer } from "../../containers/demuxer.ts";
import { CLOCK_WRAP, clockStep, type PesTimes } from "../../containers/mpeg-ps/pes.ts";
import { isTransportForm } from "../../containers/mpeg-ts/transport-packets.ts";
import type { PlanarOverlays } from "../../restriction/overlays.ts";
import type { Kernels } from "../../wasm/load-kernels.ts";
import type { HiddenSlot, SlotFrame } from "./hidden-slots.ts";
import { packProgram } from "./pack-program.ts";
import { packTransport } from "./pack-transport.ts";
import type { SlotBytes, VideoPiece, VideoRun } from "./slot-bytes.ts";
import { codeSubstitutes, type SubstitutePicture } from "./substitute-pictures.ts";

/** What {@link coverSlot} works on. */
export interface CoverRequest {
  container: MpegContainer;
  /** Of the video, in a transport stream. */
  pid: number | undefined;
  slot: HiddenSlot;
  /** For its parts that are covered by a picture or a text. */
  overlays?: PlanarOverlays | undefined;
}

/** What stands in for a slot, and when the first picture in it is shown to whose packet there is a time; else its first one. */
export interface CoveredSlot {
  bytes: Uint8Array;
  startMicroseconds: number;
}

/**
 * @param kernels hold no other decoder or encoder
 * @param given of the file, from `slot.readStart` or the slot's start on, whichever is first, to its end or `slot.readEnd`; written to
 */
export function coverSlot(
  kernels: Kernels,
  given: Uint8Array,
  { container, pid, slot, overlays }: CoverRequest,
): CoveredSlot {
  const base = Math.min(slot.readStart.fileOffset, slot.start.fileOffset);
  const first = Math.min(slot.readStart.offset, slot.start.offset);
  const runs: VideoRun[] = [];
  let offset = first;
  createDemuxer(container, pid).push(given, true, (video, from, to) => {
    if (!video || to <= from) return;
    runs.push({ from, to, offset });
    offset += to - from;
  });
  const bytesOf = (from: number, to: number): Uint8Array =>
    concatBytes(
      ...runs.flatMap((run) => {
        const [start, end] = [Math.max(from, run.offset), Math.min(to, run.offset + run.to - run.from)];
        return start < end ? [given.subarray(run.from + start - run.offset, run.from + end - run.offset)] : [];
      }),
    );
  const substitutes = codeSubstitutes(kernels, bytesOf(slot.readStart.offset, offset), slot, overlays);
  const pieces = new SlotPieces(slot, substitutes, bytesOf);
  for (const { offset: place, size, bytes } of slot.overwrites) {
    for (let i = 0; i < size; i++) {
      const at = place - base + i;
      if (at >= 0 && at < given.length) given[at] = bytes[i] ?? 0;
    }
  }
  const slotBytes: SlotBytes = {
    bytes: given,
    start: slot.start.fileOffset - base,
    end: slot.end.fileOffset - base,
    runs,
    isChanged: (from, to) => pieces.isChanged(from, to),
    piecesIn: (from, to) => pieces.within(from, to),
  };
  const covered =
    container === "es"
      ? concatBytes(...pieces.within(slot.start.offset, Math.min(slot.end.offset, offset)).map(({ bytes }) => bytes))
      : isTransportForm(container)
        ? packTransport(slotBytes, container, pid ?? -1)
        : packProgram(slotBytes);
  return { bytes: covered, startMicroseconds: Math.round(pieces.startMicroseconds(covered, container, pid)) };
}

class SlotPieces {
  private readonly replaced: { from: number; to: number }[] = [];
  private readonly substitutes: (SubstitutePicture & { at: number })[];
  private readonly anchor: { ticks: number; microseconds: number } | undefined;
  private readonly decodeTicks = new Map<SlotFrame, number>();

  constructor(
    private readonly slot: HiddenSlot,
    substitutes: readonly SubstitutePicture[],
    private readonly bytesOf: (from: number, to: number) => Uint8Array,
  ) {
    // Where a packet holds the next slot's first picture too, those before it are of this slot.
    const last = slot.end.offset - 1;
    this.substitutes = substitutes.map((picture) => ({ ...picture, at: Math.min(picture.frame.start, last) }));
    for (const { start, end, fate } of slot.frames) {
      if (fate === "kept") continue;
      const before = this.replaced.at(-1);
      if (before?.to === start) before.to = end;
      else this.replaced.push({ from: start, to: end });
    }
    const { frames } = slot;
    const told = frames.find(({ isOwn, times, isShown }) => isOwn && isShown && times?.shown !== undefined);
    const anchored = told ?? frames.find(({ times, isShown }) => isShown && times?.shown !== undefined);
    if (anchored?.times?.shown !== undefined)
      this.anchor = { ticks: anchored.times.shown, microseconds: anchored.timeMicroseconds };
    let due: number | undefined;
    for (const frame of frames) {
      const { times, durationMicroseconds } = frame;
      due = times?.decoded ?? times?.shown ?? due;
      if (due === undefined) continue;
      this.decodeTicks.set(frame, due);
      due += durationMicroseconds * 0.09;
    }
  }

  isChanged(from: number, to: number): boolean {
    return (
      this.replaced.some((range) => range.from < to && range.to > from) ||
      this.substitutes.some(({ at }) => at >= from && at < to)
    );
  }

  within(from: number, to: number): VideoPiece[] {
    const pieces: VideoPiece[] = [];
    let at = from;
    const keep = (end: number): void => {
      const bytes = end > at ? this.bytesOf(at, end) : new Uint8Array();
      if (bytes.length === 0) return;
      const start = at;
      const frame = this.slot.frames.find((own) => own.fate === "kept" && own.start >= start && own.start < end);
      const times = frame === undefined ? NO_TIMES : this.timesOf(frame, frame.timeMicroseconds);
      pieces.push({ at, bytes, times });
    };
    for (const range of this.replaced) {
      if (range.to <= at || range.from >= to) continue;
      keep(range.from);
      at = Math.max(at, Math.min(range.to, to));
    }
    keep(to);
    for (const { at: place, frame, timeMicroseconds, bytes } of this.substitutes)
      if (place >= from && place < to) pieces.push({ at: place, bytes, times: this.timesOf(frame, timeMicroseconds) });
    return pieces.sort((a, b) => a.at - b.at);
  }

  /** When a picture is shown and decoded. @param coded whose turn it takes to be decoded */
  private timesOf(coded: SlotFrame, timeMicroseconds: number): PesTimes {
    const { anchor } = this;
    if (anchor === undefined || Number.isNaN(timeMicroseconds)) return NO_TIMES;
    const shown = wrapped(anchor.ticks + (timeMicroseconds - anchor.microseconds) * 0.09);
    const due = this.decodeTicks.get(coded);
    const decoded = due === undefined || clockStep(due - shown) >= 0 ? shown : wrapped(due);
    return { shown, decoded };
  }

  startMicroseconds(covered: Uint8Array, container: MpegContainer, pid: number | undefined): number {
    const { anchor } = this;
    let first: number | undefined;
    if (container !== "es")
      createDemuxer(container, pid).push(covered, true, (video, from, to, ticks) => {
        if (video && to > from) first ??= ticks;
      });
    if (first !== undefined && anchor !== undefined)
      return Math.max(0, anchor.microseconds + clockStep(first - anchor.ticks) / 0.09);
    const frame = this.slot.frames.find(({ isOwn, isShown }) => isOwn && isShown);
    return this.substitutes[0]?.timeMicroseconds ?? frame?.timeMicroseconds ?? 0;
  }
}

const NO_TIMES: PesTimes = { shown: undefined, decoded: undefined };
const wrapped = (ticks: number): number => ((Math.round(ticks) % CLOCK_WRAP) + CLOCK_WRAP) % CLOCK_WRAP;
