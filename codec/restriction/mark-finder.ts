/**
 * Where codes are seen in a sequence of pictures (restriction patent, Fig. 5, T02 and T03): a look some times a second, and where one
 * comes or goes between two looks, a look at every picture between them, so that its first and last picture are exact. A picture in
 * which a code cannot be read shows it still where it looks like one in which it was. Pictures are decoded once: the luma of those since
 * the last look is kept, in bounded memory.
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
/** Luma that is kept from one look to the next but one; with larger or quicker pictures there are more looks. */
const KEPT_MAX_BYTES = 64 << 20;
/** Between two looks. */
const KEPT_MAX_PICTURES = 64;
/** Pictures whose shorter side is longer are kept at half their size. */
const KEPT_MAX_LINES = 1200;

/** From so much on two pieces of pictures show the same code: 1 is the same but for brightness and contrast, 0 has nothing in common. */
const LIKENESS_MIN = 0.5;

/** A code that was read, with the samples that it was read from. */
interface SeenCode extends FoundCode {
  samples: Uint8Array;
}

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
  /** Between the last look and the one before, which may have missed a code that nobody could read yet. */
  private older: KeptPicture[] = [];
  /** Memory for pictures that nothing is kept in. */
  private free: LumaPlane[] = [];
  private keptMax = 0;
  private size: { width: number; height: number } | undefined;
  /** What the last look saw, with its picture's size. */
  private seen: SeenCode[] = [];
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
    if (isDue || this.kept.length === this.keptMax) await this.settle();
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
    const slot = this.free.pop() ?? this.allocateSlot();
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
    const read = await this.look.codesIn(newest.plane, this.seen, isWhole);
    const isRead = (code: FoundCode): boolean => read.some(({ text }) => text === code.text);
    const like = this.seen.filter((code) => !isRead(code) && this.isLike(newest, code));
    const codes = [...read, ...like].map((code) => ({ ...code, samples: this.samplesOf(newest.plane, code) }));
    const before = this.kept.slice(0, -1);
    for (const [text, sighting] of this.open) {
      if (codes.some((code) => code.text === text)) continue;
      const reference = this.seen.find((code) => code.text === text);
      const last = reference && (await this.firstWith(before.toReversed(), reference, codes));
      if (last !== undefined) lengthen(sighting, last.picture);
      this.open.delete(text);
      this.ended.push(sighting);
    }
    for (const code of codes) {
      let sighting = this.open.get(code.text);
      if (sighting === undefined) {
        let first = (await this.firstWith(before, code, codes)) ?? { picture: newest, code };
        if (first.picture === this.kept[0]) first = (await this.earlier(code, codes)) ?? first;
        sighting = sightingOf(first.picture, first.code);
        this.open.set(code.text, sighting);
      }
      lengthen(sighting, newest);
    }
    this.seen = codes;
    this.lastLook = newest.timestampMicroseconds;
    this.free.push(...this.older.map((picture) => picture.plane));
    [this.older, this.kept] = [this.kept, []];
  }

  /** The first of these pictures that shows a code. @param codes what the newest picture shows */
  private async firstWith(
    pictures: readonly KeptPicture[],
    reference: SeenCode,
    codes: readonly SeenCode[],
  ): Promise<{ picture: KeptPicture; code: FoundCode } | undefined> {
    for (const picture of pictures) {
      const code = await this.shownIn(picture, reference, codes);
      if (code !== undefined) return { picture, code };
    }
    return undefined;
  }

  /** How far back before the last look a code goes on without a break. */
  private async earlier(
    reference: SeenCode,
    codes: readonly SeenCode[],
  ): Promise<{ picture: KeptPicture; code: FoundCode } | undefined> {
    let first: { picture: KeptPicture; code: FoundCode } | undefined;
    for (const picture of this.older.toReversed()) {
      const code = await this.shownIn(picture, reference, codes);
      if (code === undefined) break;
      first = { picture, code };
    }
    return first;
  }

  private async shownIn(
    picture: KeptPicture,
    reference: SeenCode,
    codes: readonly SeenCode[],
  ): Promise<FoundCode | undefined> {
    picture.codes ??= await this.look.codesIn(picture.plane, [...this.seen, ...codes], false);
    const code = picture.codes.find(({ text }) => text === reference.text);
    return code ?? (this.isLike(picture, reference) ? reference : undefined);
  }

  /** Whether a picture has what was read as a code in the same place. */
  private isLike({ plane }: KeptPicture, code: SeenCode): boolean {
    const samples = this.samplesOf(plane, code);
    return samples.length === code.samples.length && likenessOf(samples, code.samples) >= LIKENESS_MIN;
  }

  private samplesOf(plane: LumaPlane, code: FoundCode): Uint8Array {
    const [left, top] = [Math.max(0, Math.floor(code.left)), Math.max(0, Math.floor(code.top))];
    const width = Math.max(0, Math.min(plane.width, Math.ceil(code.right)) - left);
    const height = Math.max(0, Math.min(plane.height, Math.ceil(code.bottom)) - top);
    const samples = new Uint8Array(width * height);
    for (let y = 0; y < height; y++)
      samples.set(this.kernels.memory.bytes(plane.pointer + (top + y) * plane.stride + left, width), y * width);
    return samples;
  }

  private resize({ width, height }: LumaPlane): void {
    this.releaseSlots();
    this.seen = []; // their places were those of another size
    this.size = { width, height };
    const bytes = keptSize(width, height).reduce((columns, rows) => columns * rows);
    this.keptMax = Math.max(2, Math.min(KEPT_MAX_PICTURES, Math.floor(KEPT_MAX_BYTES / bytes / 2)));
  }

  private allocateSlot(): LumaPlane {
    const { width, height } = this.size as { width: number; height: number };
    const [columns, rows] = keptSize(width, height);
    const pointer = this.kernels.memory.allocate(columns * rows);
    return { pointer, stride: columns, width: columns, height: rows };
  }

  private releaseSlots(): void {
    const planes = [...this.free, ...[...this.older, ...this.kept].map((picture) => picture.plane)];
    for (const { pointer } of planes) this.kernels.memory.release(pointer);
    [this.free, this.older, this.kept, this.size] = [[], [], [], undefined];
  }
}

const keptSize = (width: number, height: number): [number, number] =>
  Math.min(width, height) > KEPT_MAX_LINES ? [width >> 1, height >> 1] : [width, height];

/** Correlation of two pieces of as many samples: -1 to 1; 0 where one of them has no contrast. */
function likenessOf(a: Uint8Array, b: Uint8Array): number {
  let [sumA, sumB, squaresA, squaresB, products] = [0, 0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    sumA += x;
    sumB += y;
    squaresA += x * x;
    squaresB += y * y;
    products += x * y;
  }
  const spread = (a.length * squaresA - sumA * sumA) * (a.length * squaresB - sumB * sumB);
  return spread > 0 ? (a.length * products - sumA * sumB) / Math.sqrt(spread) : 0;
}

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
