/** A parser of MPEG-1 and MPEG-2 slices that shares nothing with assembly/: bit by bit, by the standard's text. Healthy streams only. */
import * as tables from "./mpeg-code-tables.ts";

/** Symbols by `1 ‖ code` as a number. */
type Codes = Map<number, number>;
const codesOf = (words: readonly string[], first: number): Codes =>
  new Map(words.map((word, i) => [Number.parseInt(`1${word}`, 2), first + i]));
const pairsOf = (rows: readonly (readonly string[])[], end: string): Codes =>
  new Map([
    ...rows.flatMap((row, run) =>
      row.map((word, i): [number, number] => [Number.parseInt(`1${word}`, 2), run * 64 + i + 1]),
    ),
    [Number.parseInt(`1${end}`, 2), END],
    [0b1000001, ESCAPE],
  ]);
const END = -1;
const ESCAPE = -2;
const INCREMENTS = codesOf(tables.INCREMENTS, 1);
const PATTERNS = codesOf(tables.PATTERNS, 1);
const MOTION = codesOf(tables.MOTION_CODES, 0);
const DC_SIZES = [codesOf(tables.DC_LUMA, 0), codesOf(tables.DC_CHROMA, 0)] as const;
const COEFFICIENTS = [pairsOf(tables.COEFFICIENTS_ZERO, "10"), pairsOf(tables.COEFFICIENTS_ONE, "0110")] as const;

export interface IntraDc {
  component: number;
  row: number;
  column: number;
  /** The standard's prediction, and the coefficient. */
  predicted: number;
  value: number;
}

export interface ParsedPicture {
  /** "0" and "1": the AC codes of all intra blocks. */
  ac: string;
  dcs: IntraDc[];
  precision: number;
}

export interface ParsedVideo {
  /** Everything of slices behind their start codes but DC and AC of intra blocks, without padding. */
  rest: string;
  pictures: ParsedPicture[];
  slices: number;
  /** Bits of the DC codes. */
  dcBits: number;
  /** What the stream makes use of. */
  tools: Set<string>;
}

export class IndependentParser {
  private mpeg2 = false;
  private width = 0;
  private height = 0;
  private chroma = 1;
  private type = 0;
  private fCodes: number[] = [];
  private precision = 0;
  private structure = 3;
  private frameOnly = true;
  private concealment = false;
  private intraTable = 0;
  private bytes: Uint8Array = new Uint8Array();
  private at = 0;
  private dcPast = [0, 0, 0];
  private out: ParsedVideo = { rest: "", pictures: [], slices: 0, dcBits: 0, tools: new Set() };
  private rest: string[] = [];
  private ac: string[] = [];
  private from = 0;

  /** State goes on from one call to the next, as it does from segment to segment. */
  parse(bytes: Uint8Array): ParsedVideo {
    this.out = { rest: "", pictures: [], slices: 0, dcBits: 0, tools: new Set() };
    this.rest = [];
    this.bytes = bytes;
    const marks: number[] = [];
    for (let i = 0; i + 3 < bytes.length; i++)
      if (bytes[i] === 0 && bytes[i + 1] === 0 && bytes[i + 2] === 1) marks.push(i);
    for (const [n, mark] of marks.entries()) {
      const code = bytes[mark + 3] ?? 0;
      this.at = (mark + 4) * 8;
      if (code === 0) this.picture();
      else if (code === 0xb3) this.sequence();
      else if (code === 0xb5) this.extension();
      else if (code <= 0xaf) this.slice(code, marks[n + 1] ?? bytes.length);
    }
    this.closePicture();
    this.out.rest = this.rest.join("");
    return this.out;
  }

  private take(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++, this.at++)
      value = value * 2 + (((this.bytes[this.at >> 3] ?? 0) >> (7 - (this.at & 7))) & 1);
    return value;
  }

  private code(codes: Codes): number {
    for (let key = 1, length = 0; length < 17; length++) {
      key = key * 2 + this.take(1);
      const symbol = codes.get(key);
      if (symbol !== undefined) return symbol;
    }
    throw new Error(`no code at bit ${this.at}`);
  }

  private bitsBetween(from: number, to: number): string {
    let text = "";
    for (let i = from; i < to; i++) text += ((this.bytes[i >> 3] ?? 0) >> (7 - (i & 7))) & 1;
    return text;
  }

  private sequence(): void {
    this.width = this.take(12);
    this.height = this.take(12);
    this.mpeg2 = false;
    this.chroma = 1;
  }

  private extension(): void {
    const id = this.take(4);
    if (id === 1) {
      this.mpeg2 = true;
      this.at += 9;
      this.chroma = this.take(2);
      this.width += this.take(2) * 4096;
      this.height += this.take(2) * 4096;
      this.out.tools.add(["", "4:2:0", "4:2:2", "4:4:4"][this.chroma] ?? "");
    } else if (id === 8) {
      this.fCodes = [this.take(4), this.take(4), this.take(4), this.take(4)];
      this.precision = this.take(2);
      this.structure = this.take(2);
      this.at += 1;
      this.frameOnly = this.take(1) === 1;
      this.concealment = this.take(1) === 1;
      this.at += 1;
      this.intraTable = this.take(1);
      const picture = this.out.pictures.at(-1);
      if (picture !== undefined) picture.precision = this.precision;
      if (this.structure !== 3) this.out.tools.add("field pictures");
      if (this.concealment) this.out.tools.add("concealment vectors");
      if (this.intraTable) this.out.tools.add("table one");
    }
  }

  private closePicture(): void {
    const picture = this.out.pictures.at(-1);
    if (picture !== undefined) picture.ac = this.ac.join("");
    this.ac = [];
  }

  private picture(): void {
    this.closePicture();
    this.at += 10;
    this.type = this.take(3);
    this.at += 16;
    const forward = this.type >= 2 ? this.take(4) & 7 : 0;
    const backward = this.type === 3 ? this.take(4) & 7 : 0;
    this.fCodes = [forward, forward, backward, backward];
    [this.precision, this.structure, this.frameOnly, this.concealment, this.intraTable] = [0, 3, true, false, 0];
    this.out.pictures.push({ ac: "", dcs: [], precision: 0 });
  }

  private resetDc(): void {
    this.dcPast = [0, 0, 0].map(() => 128 << this.precision);
  }

  private slice(position: number, endByte: number): void {
    this.out.slices += 1;
    this.from = this.at;
    let row = position - 1;
    if (this.mpeg2 && this.height > 2800) row += this.take(3) * 128;
    this.take(5);
    while (this.take(1) === 1) this.take(8);
    this.resetDc();
    const columns = Math.ceil(this.width / 16);
    let address = -1;
    do {
      let increment = 0;
      for (;;) {
        const next = this.peek(11);
        if (next === 15) this.out.tools.add("stuffing");
        else if (next === 8) increment += 33;
        else break;
        this.at += 11;
      }
      increment += this.code(INCREMENTS);
      if (increment > 1) this.resetDc();
      address += increment;
      this.macroblock(row + Math.floor(address / columns), address % columns);
    } while (this.at + 23 <= endByte * 8 ? this.peek(23) !== 0 : this.peek(endByte * 8 - this.at) !== 0);
    this.flushRest();
  }

  private peek(count: number): number {
    const value = this.take(count);
    this.at -= count;
    return value;
  }

  private flushRest(): void {
    this.rest.push(this.bitsBetween(this.from, this.at));
    this.from = this.at;
  }

  private macroblock(row: number, column: number): void {
    let word = "";
    let flags: string | undefined;
    while (flags === undefined) {
      if (word.length > 6) throw new Error(`no macroblock type at bit ${this.at}`);
      word += this.take(1);
      flags = tables.TYPES[this.type]?.[word];
    }
    const has = (flag: string): boolean => flags?.includes(flag) === true;
    const intra = has("i");
    if (!intra) this.resetDc();
    const frame = this.structure === 3;
    let motion = frame ? "frame" : "field";
    if ((has("f") || has("b")) && !(frame && this.frameOnly)) {
      const type = this.take(2);
      motion = ["reserved", "field", frame ? "frame" : "16x8", "dual prime"][type] ?? "";
      this.out.tools.add(`${frame ? "frame" : "field"} picture, ${motion} motion`);
    }
    if (frame && !this.frameOnly && (intra || has("p")) && this.take(1) === 1) this.out.tools.add("field DCT");
    if (has("q")) this.take(5);
    if (has("f") || (intra && this.concealment)) this.vectors(0, motion);
    if (has("b")) this.vectors(1, motion);
    if (intra && this.concealment && this.take(1) !== 1) throw new Error("marker");
    const blocks = [0, 6, 8, 12][this.chroma] as number;
    let coded = Array.from({ length: blocks }, () => intra);
    if (has("p")) {
      let pattern = 0;
      if (this.chroma > 1 && this.peek(9) === 1) this.take(9);
      else pattern = this.code(PATTERNS);
      for (let i = 6; i < blocks; i++) pattern = pattern * 2 + this.take(1);
      coded = coded.map((_, i) => ((pattern >> (blocks - 1 - i)) & 1) === 1);
    }
    for (const [i, there] of coded.entries()) {
      if (!there) continue;
      if (intra) this.intraBlock(i, row, column);
      else this.coefficients(false, COEFFICIENTS[0]);
    }
  }

  private vectors(s: number, motion: string): void {
    const frame = this.structure === 3;
    const two = frame ? motion === "field" : motion === "16x8";
    const select = frame ? motion === "field" : motion !== "dual prime";
    for (let r = 0; r < (two ? 2 : 1); r++) {
      if (select) this.take(1);
      for (let t = 0; t < 2; t++) {
        const code = this.code(MOTION);
        if (code !== 0) this.take(this.fCodes[s * 2 + t] ?? 1);
        if (motion === "dual prime" && this.take(1) === 1) this.take(1);
      }
    }
  }

  private intraBlock(i: number, mbRow: number, mbColumn: number): void {
    const component = i < 4 ? 0 : 1 + (i % 2);
    let [row, column] = [2 * mbRow + (i >> 1), 2 * mbColumn + (i & 1)];
    if (component > 0) {
      row = this.chroma === 1 ? mbRow : 2 * mbRow + (i === 6 || i === 7 || i > 9 ? 1 : 0);
      column = this.chroma === 3 ? 2 * mbColumn + (i > 7 ? 1 : 0) : mbColumn;
    }
    this.flushRest();
    const size = this.code(component === 0 ? DC_SIZES[0] : DC_SIZES[1]);
    const bits = this.take(size);
    const difference = size === 0 ? 0 : bits >= 2 ** (size - 1) ? bits : bits - 2 ** size + 1;
    const predicted = this.dcPast[component] ?? 0;
    const value = predicted + difference;
    this.dcPast[component] = value;
    this.out.pictures.at(-1)?.dcs.push({ component, row, column, predicted, value });
    this.out.dcBits += this.at - this.from;
    this.from = this.at;
    this.coefficients(true, COEFFICIENTS[this.intraTable === 1 ? 1 : 0]);
    this.ac.push(this.bitsBetween(this.from, this.at));
    this.from = this.at;
  }

  private coefficients(intra: boolean, codes: Codes): void {
    for (let n = 0; ; n++) {
      if (!intra && n === 0 && this.peek(1) === 1) {
        this.take(2);
        continue;
      }
      const symbol = this.code(codes);
      if (symbol === END) return;
      if (symbol !== ESCAPE) this.take(1);
      else if (this.mpeg2) this.take(18);
      else {
        this.take(6);
        if (this.take(8) % 128 === 0) this.take(8);
      }
    }
  }
}
