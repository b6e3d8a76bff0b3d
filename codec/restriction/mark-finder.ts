/**
 * Where codes are seen in a sequence of pictures (restriction patent, Fig. 5, T02 and T03): a look some times a second, and where one
 * comes or goes between two looks, a look at every picture between them, so that its first and last picture are exact. Pictures are
 * decoded once: the luma of those since the last look is kept, in bounded memory.
 */
import type { Kernels } from "../wasm/load-kernels.ts";
import type { CodeReader, FoundCode } from "./code-reader.ts";
import type { Area } from "./part.ts";
import { type LumaPlane, PictureLook } from "./picture-look.ts";

/** A code that was seen from one picture to another without a break that a look found. */
export interface Sighting {
  text: string;
  /** Of the first picture that shows it. */
  startMicroseconds: number;
  /** When the last picture that shows it ends. */
  endMicroseconds: number;
  /** Numbers of these two pictures in their order. */
  firstPicture: number;
  lastPicture: number;
  /** Around the code where it was first seen, without its quiet zone; outwards in whole thousandths. */
  area: Area;
}

/** At least; what is seen for less than the time between two may be missed. */
export const LOOKS_A_SECOND = 4;
/** Every so many looks the whole picture is read besides. */
const WHOLE_EVERY_LOOKS = 4;
/** Luma that is kept between two looks; with larger or quicker pictures there are more looks. */
const KEPT_MAX_BYTES = 48 << 20;
const KEPT_MAX_PICTURES = 64;
/** Pictures whose shorter side is longer are kept at half their size. */
const KEPT_MAX_LINES = 1200;

interface KeptPicture {
  plane: LumaPlane;
  number: number;
  timestampMicroseconds: number;
  endMicroseconds: number;
  /** What a look saw in it. */
  codes?: FoundCode[];
}

/** Looks at pictures as they come, in display order; `close` gives the memory back. */
export class MarkFinder {
  private readonly look: PictureLook;
  private readonly ended: Sighting[] = [];
  private readonly open = new Map<string, Sighting>();
  /** Since the last look. */
  private kept: KeptPicture[] = [];
  private slots: LumaPlane[] = [];
  private slotsMax = 0;
  private size: { width: number; height: number } | undefined;
  /** What the last look saw, with its picture's size. */
  private seen: FoundCode[] = [];
  private lastLook = Number.NEGATIVE_INFINITY;
  private looks = 0;
  private pictures = 0;

  constructor(
    private readonly kernels: Kernels,
    read: CodeReader,
  ) {
    this.look = new PictureLook(kernels, read);
  }

  /** What was seen so far, in the order of its start; what is still seen ends with the last look. */
  get sightings(): Sighting[] {
    return [...this.ended, ...this.open.values()].sort(
      (a, b) => a.startMicroseconds - b.startMicroseconds || (a.text < b.text ? -1 : 1),
    );
  }

  /**
   * Takes the next picture; its plane is read before this returns to the event loop.
   *
   * @param timestampMicroseconds later than the one before
   */
  async add(plane: LumaPlane, timestampMicroseconds: number, durationMicroseconds: number): Promise<void> {
    const last = this.kept.at(-1);
    if (last !== undefined) last.endMicroseconds = timestampMicroseconds;
    else for (const one of this.open.values()) one.endMicroseconds = timestampMicroseconds;
    if (plane.width !== this.size?.width || plane.height !== this.size.height) {
      const copy = this.kernels.memory.copy(plane.pointer, plane.stride * (plane.height - 1) + plane.width);
      await this.settle();
      this.resize(plane);
      this.kernels.memory.withAllocations((scope) =>
        this.keep({ ...plane, pointer: scope.put(copy) }, timestampMicroseconds, durationMicroseconds),
      );
    } else this.keep(plane, timestampMicroseconds, durationMicroseconds);
    const isDue = timestampMicroseconds - this.lastLook >= 1e6 / LOOKS_A_SECOND;
    if (isDue || this.kept.length === this.slotsMax) await this.settle();
  }

  /** Looks at the last picture; nothing comes behind it. */
  async finish(): Promise<Sighting[]> {
    await this.settle();
    return this.sightings;
  }

  close(): void {
    this.releaseSlots();
    this.look.close();
  }

  private keep(plane: LumaPlane, timestampMicroseconds: number, durationMicroseconds: number): void {
    const slot = this.slotFor(this.kept.length);
    const { raw } = this.kernels;
    const { pointer, stride, width, height } = plane;
    if (slot.width === width) raw.copyPlane(slot.pointer, slot.stride, pointer, stride, width, height);
    else raw.halvePlane(slot.pointer, slot.stride, pointer, stride, width, height);
    const endMicroseconds = timestampMicroseconds + durationMicroseconds;
    this.kept.push({ plane: slot, number: this.pictures, timestampMicroseconds, endMicroseconds });
    this.pictures += 1;
  }

  /** Looks at the newest picture, finds out where codes came and went since the last look, and lets the pictures go. */
  private async settle(): Promise<void> {
    const newest = this.kept.at(-1);
    if (newest === undefined) return;
    const isWhole = this.looks % WHOLE_EVERY_LOOKS === 0;
    this.looks += 1;
    const codes = await this.look.codesIn(newest.plane, this.seen, isWhole);
    newest.codes = codes;
    const before = this.kept.slice(0, -1);
    for (const [text, sighting] of this.open) {
      if (codes.some((code) => code.text === text)) continue;
      for (let i = before.length - 1; i >= 0; i--) {
        const picture = before[i] as KeptPicture;
        if (!(await this.shows(picture, text))) continue;
        lengthen(sighting, picture);
        break;
      }
      this.open.delete(text);
      this.ended.push(sighting);
    }
    for (const code of codes) {
      let sighting = this.open.get(code.text);
      if (sighting === undefined) {
        const first = (await this.firstWith(before, code)) ?? { picture: newest, code };
        sighting = sightingOf(first.picture, first.code);
        this.open.set(code.text, sighting);
      }
      lengthen(sighting, newest);
    }
    this.seen = codes;
    this.lastLook = newest.timestampMicroseconds;
    this.kept = [];
  }

  private async firstWith(
    pictures: readonly KeptPicture[],
    { text }: FoundCode,
  ): Promise<{ picture: KeptPicture; code: FoundCode } | undefined> {
    for (const picture of pictures) {
      const code = await this.shows(picture, text);
      if (code !== undefined) return { picture, code };
    }
    return undefined;
  }

  private async shows(picture: KeptPicture, text: string): Promise<FoundCode | undefined> {
    // Where it was before, or where it is by the look that saw it come.
    const near = [...this.seen, ...(this.kept.at(-1)?.codes ?? [])];
    picture.codes ??= await this.look.codesIn(picture.plane, near, false);
    return picture.codes.find((code) => code.text === text);
  }

  private resize({ width, height }: LumaPlane): void {
    this.releaseSlots();
    this.seen = []; // their places were those of another size
    this.size = { width, height };
    const bytes = keptSize(width, height).reduce((columns, rows) => columns * rows);
    this.slotsMax = Math.max(2, Math.min(KEPT_MAX_PICTURES, Math.floor(KEPT_MAX_BYTES / bytes)));
  }

  private slotFor(place: number): LumaPlane {
    const { width, height } = this.size as { width: number; height: number };
    const [columns, rows] = keptSize(width, height);
    this.slots[place] ??= {
      pointer: this.kernels.memory.allocate(columns * rows),
      stride: columns,
      width: columns,
      height: rows,
    };
    return this.slots[place];
  }

  private releaseSlots(): void {
    for (const { pointer } of this.slots) this.kernels.memory.release(pointer);
    this.slots = [];
    this.size = undefined;
  }
}

const keptSize = (width: number, height: number): [number, number] =>
  Math.min(width, height) > KEPT_MAX_LINES ? [width >> 1, height >> 1] : [width, height];

function lengthen(sighting: Sighting, { number, endMicroseconds }: KeptPicture): void {
  sighting.endMicroseconds = endMicroseconds;
  sighting.lastPicture = number;
}

function sightingOf({ plane, number, timestampMicroseconds, endMicroseconds }: KeptPicture, code: FoundCode): Sighting {
  const x = outwards(code.left / plane.width, Math.floor);
  const y = outwards(code.top / plane.height, Math.floor);
  return {
    text: code.text,
    startMicroseconds: timestampMicroseconds,
    endMicroseconds,
    firstPicture: number,
    lastPicture: number,
    area: {
      x,
      y,
      width: Math.max(1, outwards(code.right / plane.width, Math.ceil) - x),
      height: Math.max(1, outwards(code.bottom / plane.height, Math.ceil) - y),
    },
  };
}

const outwards = (part: number, round: (value: number) => number): number =>
  Math.max(0, Math.min(1000, round(part * 1000)));
