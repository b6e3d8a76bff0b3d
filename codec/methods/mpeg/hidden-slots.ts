/**
 * Which bytes of a file are hidden with a video's parts: whole packets, from the group of pictures on in which the first hidden picture is
 * coded, up to where nothing refers to a hidden picture any more. FORMAT.md 11.8.
 */
import type { ByteSource } from "../../bytes/bytes.ts";
import type { MpegSource } from "../../containers/open-mpeg.ts";
import { UnsupportedError } from "../../errors.ts";
import type { AudioTrack } from "../../format/header.ts";
import { partsOfPacket, partsOfPicture } from "../../restriction/hidden-parts.ts";
import type { RestrictedPart } from "../../restriction/part.ts";
import { type CodedFrame, type CodedGroup, codedGroups, type HeaderPlace, type PacketPlace } from "./coded-groups.ts";
import { type Overwrite, SoundMuter } from "./muted-sound.ts";

/** Slots end at groups from here on: whoever may see one sees it whole. */
const SLOT_MICROSECONDS = 1.2e6;
const SLOT_BYTES = 2 << 20;
/** A worker has a slot in memory, with what its pictures refer to. */
const SLOT_MAX_BYTES = 64 << 20;
/** Sound comes no more than this behind the pictures that are shown with it, in time. */
const SOUND_BEHIND_MICROSECONDS = 4e6;

/** What becomes of a picture: coded anew, as one of its group or so that it needs no other; or it stays as it is. */
export type FrameFate = "anew" | "alone" | "kept";

/** A picture of a slot. */
export interface SlotFrame extends Omit<CodedFrame, "place"> {
  /** Its bytes end there, in the video's. */
  end: number;
  fate: FrameFate;
  /** What is hidden of it. */
  parts: readonly Pick<RestrictedPart, "areas" | "treatment">[];
  /** Pictures of one group have the same. */
  group: number;
  /** Of the slot's own groups: what stands for a picture of another one stands in that one's slot. */
  isOwn: boolean;
}

/** A stretch of the file that not everybody gets. */
export interface HiddenSlot {
  /** In the file, and in the video's bytes. */
  start: PacketPlace;
  end: PacketPlace;
  /** From there on a decoder finds what the slot's pictures refer to; their bytes end there, in the file. */
  readStart: PacketPlace;
  readEnd: number;
  /** Those of which bytes stand in it, and others near. In the order of their bytes. */
  frames: SlotFrame[];
  overwrites: Overwrite[];
  /** Sequence headers that hold, by {@link SlotFrame.group}; and those that have to be repeated behind a group that was coded anew. */
  contexts: Record<number, { holds: Uint8Array; isRestoredBehind: boolean }>;
}

/** What is known of a group once the next one has come. */
interface Group extends Omit<CodedGroup, "frames"> {
  frames: readonly CodedFrame[];
  start: number;
  place: HeaderPlace;
  /** Pictures that are shown before its I-picture. */
  leading: number;
  microseconds: number;
  isAnew: boolean;
}

/** When the first picture is shown that a decoder shows; parts' times count from it. */
async function firstShown(source: ByteSource, found: MpegSource): Promise<number> {
  for await (const { frames } of codedGroups(source, found)) {
    const times = frames.filter(({ isShown }) => isShown).map(({ timeMicroseconds }) => timeMicroseconds);
    if (times.length > 0) return Math.min(...times);
  }
  return 0;
}

/**
 * The stretches of a file that parts hide, in their order. Reads the file once, up to the last part's end.
 *
 * @param parts  times from the first picture on, areas of the coded picture
 * @param sounds all that the file has
 * @throws {@link UnsupportedError} a sound is to be muted for whose coding there is no silence, or there are too few I-pictures
 */
export async function findHiddenSlots(
  source: ByteSource,
  found: MpegSource,
  parts: readonly RestrictedPart[],
  sounds: readonly AudioTrack[],
  signal?: AbortSignal,
): Promise<HiddenSlot[]> {
  if (parts.length === 0) return [];
  const zero = await firstShown(source, found);
  const timed = <Shown extends { timeMicroseconds: number; durationMicroseconds: number }>(shown: Shown) => ({
    timestampMicroseconds: shown.timeMicroseconds - zero,
    durationMicroseconds: shown.durationMicroseconds,
  });
  const partsOf = (frame: CodedFrame): RestrictedPart[] => (frame.isShown ? partsOfPicture(parts, timed(frame)) : []);
  const isMuting = parts.some(({ sound }) => sound === "mute");
  const muters = (isMuting ? sounds : []).map(
    (track) => new SoundMuter(found.container, track, (frame) => partsOfPacket(parts, timed(frame)).length > 0),
  );
  const overwrites: Overwrite[] = [];
  const stop = Math.max(...parts.map(({ endMicroseconds }) => endMicroseconds)) + zero + SOUND_BEHIND_MICROSECONDS;
  const groups: Group[] = [];
  const reading = codedGroups(source, found, (start, layout) => {
    signal?.throwIfAborted();
    for (const muter of muters) overwrites.push(...muter.push(start, layout));
  });
  for await (const group of reading) {
    const isAnew = group.frames.some((frame) => partsOf(frame).length > 0);
    const [first] = group.frames as [CodedFrame];
    const leading = leadingOf(group.frames);
    const {
      timeMicroseconds: microseconds,
      start,
      place,
    } = leading > 0 ? { ...first, timeMicroseconds: (group.frames[1] as CodedFrame).timeMicroseconds } : first;
    groups.push({ ...group, isAnew: isAnew || mustFollow(group, groups.at(-1)), start, place, leading, microseconds });
    // Of most groups nothing but their places is needed.
    const last = groups.length - 2;
    const isNear = [last - 1, last, last + 1].some((i) => groups[i]?.isAnew);
    const before = groups[last];
    if (before !== undefined && !isNear) before.frames = before.frames.slice(0, 1);
    if (microseconds > stop) break;
  }
  for (const muter of muters) overwrites.push(...muter.end());
  overwrites.sort((a, b) => a.offset - b.offset);
  return new SlotMaker(groups, source.size, overwrites, partsOf).slots();
}

/** Without what it takes for granted from the group before, which is coded anew, a group cannot be decoded. */
const mustFollow = (group: CodedGroup, before: Group | undefined): boolean =>
  before?.isAnew === true && group.hasMatrices && !group.hasSequence;

/** B-pictures right behind a group's first picture: they are shown before it. */
function leadingOf([, ...frames]: readonly CodedFrame[]): number {
  const next = frames.findIndex(({ isBetween }) => !isBetween);
  const between = next < 0 ? frames : frames.slice(0, next);
  return between.every(({ isShown }) => isShown) ? between.length : 0;
}

class SlotMaker {
  constructor(
    private readonly groups: readonly Group[],
    private readonly fileSize: number,
    private readonly overwrites: readonly Overwrite[],
    private readonly partsOf: (frame: CodedFrame) => RestrictedPart[],
  ) {}

  slots(): HiddenSlot[] {
    return this.runs().flatMap((run) => this.cut(run));
  }

  /** Groups from `first` on, up to `end`. */
  private runs(): { first: number; end: PacketPlace }[] {
    const { groups } = this;
    const runs: { first: number; end: PacketPlace }[] = [];
    for (const [i, group] of groups.entries()) {
      const last = runs.at(-1);
      const start = group.place.begins.fileOffset;
      const isInside = last !== undefined && start < last.end.fileOffset;
      if (!group.isAnew && !this.isMuted(i)) continue;
      const end = this.endOf(i);
      if (isInside || start === last?.end.fileOffset) {
        if (end.fileOffset > last.end.fileOffset) last.end = end;
        continue;
      }
      // Groups of one packet go together.
      let first = i;
      while (groups[first - 1]?.place.begins.fileOffset === start) first -= 1;
      runs.push({ first, end });
    }
    return runs;
  }

  private isMuted(i: number): boolean {
    const [from, to] = [this.startOf(i), this.startOf(i + 1)];
    return this.overwrites.some(({ offset, size }) => offset < to && offset + size > from);
  }

  private startOf(i: number): number {
    return i === 0 ? 0 : (this.groups[i]?.place.begins.fileOffset ?? this.fileSize);
  }

  /** Where what a group's pictures, and those that refer to them, take of the file ends. */
  private endOf(i: number): PacketPlace {
    const next = this.groups[i + 1];
    const atEnd: PacketPlace = { offset: Number.POSITIVE_INFINITY, fileOffset: this.fileSize };
    if (next === undefined) return atEnd;
    const isReferred = this.groups[i]?.isAnew === true && next.isOpen && !next.isAnew;
    if (!isReferred || next.leading === 0)
      return (this.groups[i]?.isAnew ? next.place.next : next.place.begins) ?? atEnd;
    const behind = next.frames[1 + next.leading]?.place ?? this.groups[i + 2]?.place;
    return behind?.next ?? atEnd;
  }

  private cut({ first, end }: { first: number; end: PacketPlace }): HiddenSlot[] {
    const { groups } = this;
    const slots: HiddenSlot[] = [];
    let from = first;
    let to = first + 1;
    for (; to < groups.length; to++) {
      const [begin, next] = [groups[from] as Group, groups[to] as Group];
      if (next.place.begins.fileOffset >= end.fileOffset) break;
      const bytes = next.place.begins.fileOffset - begin.place.begins.fileOffset;
      const isLong = next.microseconds - begin.microseconds >= SLOT_MICROSECONDS || bytes >= SLOT_BYTES;
      const isHidden = next.isAnew || this.isMuted(to);
      const isApart = next.place.begins.fileOffset > (groups[to - 1] as Group).place.begins.fileOffset;
      if (!isLong || !isHidden || !isApart) continue;
      slots.push(this.slot(from, to, next.place.begins));
      from = to;
    }
    slots.push(this.slot(from, to, end));
    return slots;
  }

  private slot(from: number, to: number, end: PacketPlace): HiddenSlot {
    const { groups } = this;
    const { begins } = (groups[from] as Group).place;
    const hasEarlySound = from === 0 && (this.overwrites[0]?.offset ?? this.fileSize) < begins.fileOffset;
    const start = hasEarlySound ? { offset: 0, fileOffset: 0 } : begins;
    const frames: SlotFrame[] = [];
    const contexts: HiddenSlot["contexts"] = {};
    // One more on each side: packets may hold pictures of both.
    for (let i = Math.max(0, from - 1); i < Math.min(groups.length, to + 1); i++) {
      const group = groups[i] as Group;
      const before = groups[i - 1];
      contexts[i] = {
        holds: group.context,
        isRestoredBehind: group.isAnew && groups[i + 1]?.isAnew === false && !groups[i + 1]?.hasSequence,
      };
      for (const [n, { place: _, ...frame }] of group.frames.entries()) {
        const next = group.frames[n + 1] ?? groups[i + 1];
        const isLeading = n > 0 && n <= group.leading && group.isOpen && before?.isAnew === true;
        frames.push({
          ...frame,
          end: next?.start ?? Number.POSITIVE_INFINITY,
          fate: group.isAnew ? "anew" : isLeading ? "alone" : "kept",
          parts: this.partsOf(group.frames[n] as CodedFrame),
          group: i,
          isOwn: i >= from && i < to,
        });
      }
    }
    const anew = frames.filter(({ isOwn, fate }) => isOwn && fate !== "kept");
    const [firstAnew, lastAnew] = [anew[0]?.group ?? from, anew.at(-1)?.group ?? from];
    const needsBefore = (groups[firstAnew] as Group).isOpen && (groups[firstAnew] as Group).leading > 0;
    const readStart = (groups[needsBefore && firstAnew > 0 ? firstAnew - 1 : firstAnew] as Group).place.begins;
    const readEnd = groups[lastAnew + 1]?.place.next?.fileOffset ?? this.fileSize;
    const bytes = Math.max(readEnd, end.fileOffset) - Math.min(readStart.fileOffset, start.fileOffset);
    if (bytes > SLOT_MAX_BYTES)
      throw new UnsupportedError(
        `no I-picture comes for ${bytes} bytes around a part, at most ${SLOT_MAX_BYTES} are coded anew together: choose method compress`,
        { offsetBytes: start.fileOffset, bytes, reason: "hiddenKept" },
      );
    const overwrites = this.overwrites.filter(
      ({ offset, size }) => offset < end.fileOffset && offset + size > start.fileOffset,
    );
    return { start, end, readStart, readEnd, frames, overwrites, contexts };
  }
}
