/** Writes MPEG-1 and MPEG-2 video of random content in every syntax that method `mpeg` takes: real streams have few of its tools. */
import { below, createRandom } from "./fills.ts";
import * as tables from "./mpeg-code-tables.ts";

/** Macroblocks of a picture. */
export interface Size {
  columns: number;
  rows: number;
}
const SMALL: Size = { columns: 6, rows: 4 };

export interface PictureSettings {
  type: 1 | 2 | 3;
  /** 1 top field, 2 bottom field, 3 frame. */
  structure: 1 | 2 | 3;
  progressive: boolean;
  concealment: boolean;
  precision: number;
  intraTable: 0 | 1;
  alternate: boolean;
  nonLinear: boolean;
  topFirst: boolean;
  fCode: number;
}

export const picture = (type: 1 | 2 | 3, more: Partial<PictureSettings> = {}): PictureSettings => ({
  type,
  structure: 3,
  progressive: false,
  concealment: false,
  precision: 0,
  intraTable: 0,
  alternate: false,
  nonLinear: false,
  topFirst: false,
  fCode: 2,
  ...more,
});

/** Frames, field pairs, of all types: I and P before the B that refer to them. */
const PICTURES: PictureSettings[] = [
  picture(1, { concealment: true, precision: 2, intraTable: 1, alternate: true }),
  picture(2, { concealment: true, intraTable: 1 }),
  picture(3, { precision: 1 }),
  picture(1, { structure: 1, precision: 3, intraTable: 1 }),
  picture(2, { structure: 2, concealment: true }),
  picture(2, { structure: 1, fCode: 3 }),
  picture(2, { structure: 2, intraTable: 1 }),
  picture(3, { structure: 1 }),
  picture(3, { structure: 2, concealment: true, precision: 1 }),
  picture(1, { progressive: true }),
  picture(2, { progressive: true, fCode: 1 }),
];

export class Writer {
  private readonly bytes: number[] = [];
  private bits = "";
  private readonly random: () => number;
  private dcPast: number[] = [];
  /** quantiser_scale_code */
  private code = 1;
  private now: PictureSettings = picture(1);

  constructor(
    seed: number,
    private readonly mpeg2: boolean,
    private readonly chroma: 1 | 2 | 3,
    private readonly size: Size = SMALL,
    /** Only what all decoders show alike: vectors inside the picture, coefficients far from their limits. */
    private readonly tame = false,
  ) {
    this.random = createRandom(seed);
  }

  private below(limit: number): number {
    return below(this.random, limit);
  }

  private put(value: number, count: number): void {
    this.bits += count === 0 ? "" : (value >>> 0).toString(2).padStart(count, "0").slice(-count);
  }

  private start(code: number): void {
    this.align();
    this.bytes.push(0, 0, 1, code);
  }

  private align(): void {
    while (this.bits.length % 8 !== 0) this.bits += "0";
    for (let i = 0; i < this.bits.length; i += 8) this.bytes.push(Number.parseInt(this.bits.slice(i, i + 8), 2));
    this.bits = "";
  }

  private sequence(): void {
    this.start(0xb3);
    for (const [value, count] of [
      [this.size.columns * 16, 12],
      [this.size.rows * 16, 12],
      [1, 4],
      [3, 4],
      [0x3ffff, 18],
      [1, 1],
      [100, 10],
      [0, 3],
    ] as const)
      this.put(value, count);
    if (this.mpeg2) {
      this.start(0xb5);
      // Profile and level: 4:2:2 at main level, as no other has all chroma formats.
      for (const [value, count] of [
        [1, 4],
        [this.chroma === 1 ? 0x48 : 0x85, 8],
        [0, 1],
        [this.chroma, 2],
        [0, 4],
        [0, 12],
        [1, 1],
        [0, 16],
      ] as const)
        this.put(value, count);
    }
  }

  stream(pictures: PictureSettings[]): Uint8Array {
    this.sequence();
    this.start(0xb8);
    this.put(0, 27);
    let reference = 0;
    let halves = 0;
    for (const settings of pictures) {
      this.picture(settings, reference);
      halves += settings.structure === 3 ? 2 : 1;
      reference = halves >> 1;
    }
    this.start(0xb7);
    this.align();
    return Uint8Array.from(this.bytes);
  }

  dcStream(means: readonly (readonly number[])[]): Uint8Array {
    this.sequence();
    for (const [i, blocks] of means.entries()) {
      this.start(0x00);
      this.put(i, 10);
      this.put(4, 3);
      this.put(0xffff, 16);
      this.put(0, 1);
      this.start(0x01);
      this.put(1, 5);
      this.put(0, 1);
      this.bits += tables.INCREMENTS[0];
      this.put(1, 1);
      this.resetDc();
      for (const [block, mean] of blocks.entries()) this.dcDifference(block < 4 ? 0 : 1 + (block & 1), mean);
      this.put(1, 1); // end of macroblock
    }
    this.start(0xb7);
    this.align();
    return Uint8Array.from(this.bytes);
  }

  private picture(settings: PictureSettings, reference: number): void {
    this.now = settings;
    const { type, structure, progressive, concealment, precision, intraTable, alternate, fCode } = settings;
    const { nonLinear, topFirst } = settings;
    this.start(0x00);
    this.put(reference, 10);
    this.put(type, 3);
    this.put(0xffff, 16);
    for (let i = 2; i <= type; i++) this.put(this.mpeg2 ? 7 : fCode, 4);
    this.put(0, 1);
    if (this.mpeg2) {
      const forward = type > 1 || concealment ? fCode : 15;
      const backward = type === 3 ? fCode : 15;
      this.start(0xb5);
      for (const [value, count] of [
        [8, 4],
        [forward, 4],
        [forward, 4],
        [backward, 4],
        [backward, 4],
        [precision, 2],
        [structure, 2],
      ] as const)
        this.put(value, count);
      for (const flag of [
        structure === 3 && (topFirst || !this.tame),
        progressive,
        concealment,
        nonLinear,
        intraTable === 1,
        alternate,
        false,
        progressive,
        progressive,
        false,
      ])
        this.put(flag ? 1 : 0, 1);
    }
    const rows = this.rows();
    for (let row = 0; row < rows; ) {
      // Slices of MPEG-1 may go on over rows.
      const high = this.mpeg2 ? 1 : Math.min(rows - row, 1 + this.below(2));
      this.slice(row, this.size.columns * high);
      row += high;
    }
  }

  /** Rows of macroblocks of the picture in work. */
  private rows(): number {
    return this.now.structure === 3 ? this.size.rows : this.size.rows / 2;
  }

  /** Macroblocks between one and the picture's nearest edges. @param address counted from the start of a row */
  private depth(firstRow: number, address: number): { rows: number; columns: number } {
    const row = firstRow + Math.floor(address / this.size.columns);
    const column = address % this.size.columns;
    return {
      rows: Math.min(row, this.rows() - 1 - row),
      columns: Math.min(column, this.size.columns - 1 - column),
    };
  }

  private quantiser(least: number, count: number): void {
    this.code = least + this.below(this.tame ? 24 : count);
    this.put(this.code, 5);
  }

  private resetDc(): void {
    this.dcPast = [0, 0, 0].map(() => 128 << this.now.precision);
  }

  private slice(row: number, macroblocks: number): void {
    this.start(row + 1);
    this.quantiser(2, 10);
    this.put(0, 1);
    this.resetDc();
    let address = -1;
    let intraBefore = true;
    while (address < macroblocks - 1) {
      let increment = 1;
      const free = this.now.type > 1 && address >= 0 && !(this.now.type === 3 && intraBefore);
      if (free && this.below(4) === 0) increment = Math.min(macroblocks - 1 - address, 1 + this.below(4));
      // One that is skipped in a B-picture has the vectors of the one before.
      const skipped = Array.from({ length: increment - 1 }, (_, i) => this.depth(row, address + 1 + i));
      if (this.tame && this.now.type === 3 && skipped.some((depth) => depth.rows < 1 || depth.columns < 1))
        increment = 1;
      if (!this.mpeg2) while (this.below(6) === 0) this.put(15, 11);
      this.bits += tables.INCREMENTS[increment - 1];
      if (increment > 1) this.resetDc();
      address += increment;
      intraBefore = this.macroblock(this.depth(row, address));
    }
    this.align();
    // Stuffing behind a slice.
    if (this.below(5) === 0) this.bytes.push(0, 0);
  }

  /** @returns whether it was intra */
  private macroblock(depth: { rows: number; columns: number }): boolean {
    const { type, structure, progressive, concealment } = this.now;
    const atEdge = this.tame && (depth.rows < 1 || depth.columns < 1);
    const types = Object.entries(tables.TYPES[type] ?? {}).filter(([, flags]) => !atEdge || !/[fb]/.test(flags));
    const [code, flags] = types[this.below(types.length)] as [string, string];
    this.bits += code;
    const has = (flag: string): boolean => flags.includes(flag);
    const intra = has("i");
    if (!intra) this.resetDc();
    const frame = structure === 3;
    const plain = !this.mpeg2 || (frame && progressive);
    let motion = frame ? 2 : 1;
    if ((has("f") || has("b")) && !plain) {
      // Dual prime stands in P-pictures only.
      // Where its own vector is in the picture, that at the other field may be three times as far away.
      const isNear = this.tame && frame && depth.rows < 2;
      motion = 1 + this.below(type === 2 && !isNear ? 3 : 2);
      this.put(motion, 2);
    }
    if (frame && !plain && (intra || has("p"))) this.put(this.below(2), 1);
    if (has("q")) this.quantiser(1, 12);
    if (has("f") || (intra && concealment)) this.vectors(motion);
    if (has("b")) this.vectors(motion);
    if (intra && concealment) this.put(1, 1);
    const blocks = [0, 6, 8, 12][this.chroma] as number;
    let pattern = 2 ** blocks - 1;
    if (has("p")) {
      pattern = 1 + this.below(2 ** blocks - 1);
      const six = pattern >> (blocks - 6);
      this.bits += six === 0 ? "000000001" : tables.PATTERNS[six - 1];
      this.put(pattern, blocks - 6);
    } else if (!intra) pattern = 0;
    for (let i = 0; i < blocks; i++) {
      if (((pattern >> (blocks - 1 - i)) & 1) === 0) continue;
      if (intra) this.dc(i < 4 ? 0 : 1 + (i & 1));
      this.coefficients(intra);
    }
    return intra;
  }

  private vectors(motion: number): void {
    const frame = this.now.structure === 3;
    const dual = this.mpeg2 && motion === 3;
    const two = frame ? motion === 1 : motion === 2;
    const select = this.mpeg2 && !dual && (frame ? motion === 1 : true);
    for (let r = 0; r < (two ? 2 : 1); r++) {
      if (select) this.put(this.below(2), 1);
      for (let t = 0; t < 2; t++) {
        const code = this.below(7) - 3;
        this.bits += tables.MOTION_CODES[Math.abs(code)];
        if (code !== 0) {
          this.put(code < 0 ? 1 : 0, 1);
          this.put(this.below(16), this.now.fCode - 1);
        }
        if (dual) this.bits += ["0", "10", "11"][this.below(3)];
      }
    }
  }

  private dc(component: number): void {
    const { precision } = this.now;
    const past = this.dcPast[component] ?? 0;
    const wanted = this.below(3) === 0 ? this.below(256 << precision) : Math.max(0, past + this.below(9) - 4);
    const value = this.tame ? Math.min(wanted, (256 << precision) - 1) : wanted;
    this.dcDifference(component, value);
  }

  private dcDifference(component: number, value: number): void {
    const difference = value - (this.dcPast[component] ?? 0);
    const size = difference === 0 ? 0 : Math.floor(Math.log2(Math.abs(difference))) + 1;
    this.bits += (component === 0 ? tables.DC_LUMA : tables.DC_CHROMA)[size];
    this.put(difference > 0 ? difference : difference + 2 ** size - 1, size);
    this.dcPast[component] = value;
  }

  private coefficients(intra: boolean): void {
    const one = intra && this.now.intraTable === 1;
    const table = one ? tables.COEFFICIENTS_ONE : tables.COEFFICIENTS_ZERO;
    let left = intra ? 63 : 64;
    for (let n = intra ? this.below(6) : 1 + this.below(5), first = !intra; n > 0; n--, first = false) {
      const run = this.below(8) === 0 ? this.below(40) : this.below(4);
      if (run >= left) break;
      left -= run + 1;
      const most = this.tame ? Math.ceil(24 / this.code) : this.mpeg2 ? 2000 : 254;
      const size = 1 + this.below(this.below(6) === 0 ? most : Math.min(4, most));
      const negative = this.below(2);
      const word = table[run]?.[size - 1];
      if (first && run === 0 && size === 1) this.bits += `1${negative}`;
      else if (word !== undefined && this.below(20) > 0) this.bits += `${word}${negative}`;
      else this.escape(run, negative ? -size : size);
    }
    // A predicted block whose first run did not fit.
    if (!intra && left === 64) this.bits += "10";
    this.bits += one ? "0110" : "10";
  }

  private escape(run: number, level: number): void {
    this.put(1, 6);
    this.put(run, 6);
    if (this.mpeg2) this.put(level & 0xfff, 12);
    else if (Math.abs(level) < 128) this.put(level & 0xff, 8);
    else this.put(level > 0 ? level : 0x8000 | (level & 0xff), 16);
  }
}

/** MPEG-2 with frame and field pictures, all motion types, dual prime, concealment vectors, both tables, all DC precisions. */
export function writeTools(seed: number, chroma: 1 | 2 | 3 = 1): { bytes: Uint8Array; width: number; height: number } {
  return { bytes: new Writer(seed, true, chroma).stream(PICTURES), width: SMALL.columns * 16, height: SMALL.rows * 16 };
}

/** MPEG-1 with stuffing, slices over several rows and both lengths of escapes. */
export function writeMpeg1(seed: number): Uint8Array {
  const types = [1, 2, 3, 3, 2, 1] as const;
  return new Writer(seed, false, 1).stream(types.map((type) => picture(type, { progressive: true })));
}
