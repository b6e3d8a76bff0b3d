/** Reads the slave's DCs and a segment's list as FORMAT.md 11 tells, sharing nothing with codec/ and assembly/. */
import { inflateRawSync } from "node:zlib";
import type { IntraDc, ParsedPicture } from "./independent-mpeg.ts";

export interface MpegSegmentList {
  options: number;
  sourceBytes: number;
  runs: number[];
  units: Uint8Array;
  lengths: number[];
  heads: Uint8Array;
  rest: Uint8Array;
  ac: Uint8Array;
}

export function readMpegSegment(publicBytes: Uint8Array): MpegSegmentList {
  let [bytes, at] = [publicBytes, 1];
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++] as number;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  const size = varint();
  const coded = publicBytes.subarray(at + size);
  const list = publicBytes.subarray(at, at + size);
  [bytes, at] = [publicBytes[0] === 1 ? new Uint8Array(inflateRawSync(list)) : list, 0];
  const [options, , sourceBytes, count] = [varint(), varint(), varint(), varint()];
  const runs = Array.from({ length: count }, varint);
  const [unitBytes, lengthBytes, headBytes, restBytes] = [varint(), varint(), varint(), varint()];
  const take = (length: number): Uint8Array => {
    at += length;
    return bytes.subarray(at - length, at);
  };
  const units = take(unitBytes);
  const lengths: number[] = [];
  for (const end = at + lengthBytes; at < end; ) lengths.push(varint());
  return {
    options,
    sourceBytes,
    runs,
    units,
    lengths,
    heads: take(headBytes),
    rest: coded.subarray(0, restBytes),
    ac: coded.subarray(restBytes),
  };
}

interface Context {
  p: number;
  rate: number;
}

class RangeDecoder {
  private range = 0xffffffff;
  private code = 0;
  private at = 0;
  private plainBits = 0;

  constructor(private readonly bytes: Uint8Array) {
    for (let i = 0; i < 4; i++) this.shift();
  }

  private shift(): void {
    this.code = (this.code * 256 + (this.bytes[this.at++] ?? 0)) % 2 ** 32;
  }

  private split(ones: number): number {
    const bit = this.code < ones ? 1 : 0;
    if (bit) this.range = ones;
    else {
      this.code -= ones;
      this.range -= ones;
    }
    while (this.range < 2 ** 24) {
      this.range *= 256;
      this.shift();
    }
    return bit;
  }

  decide(context: Context): number {
    const bit = this.split(Math.floor(this.range / 32768) * context.p);
    const moved = bit ? context.p + ((32768 - context.p) >> context.rate) : context.p - (context.p >> context.rate);
    context.p = Math.min(32736, Math.max(32, moved));
    context.rate = Math.min(5, context.rate + 1);
    return bit;
  }

  /** From the string's end backwards, the highest bit of each byte first. */
  plain(): number {
    const byte = this.bytes[this.bytes.length - 1 - (this.plainBits >> 3)] ?? 0;
    return (byte >> (7 - (this.plainBits++ & 7))) & 1;
  }
}

/** The DCs of a segment, told only where they belong and what the standard's prediction would be where neighbours are missing. */
export function decodeDcs(code: Uint8Array, pictures: ParsedPicture[]): number[][] {
  const decoder = new RangeDecoder(code);
  const contexts = new Map<string, Context>();
  const decide = (name: string): number => {
    const context = contexts.get(name) ?? { p: 16384, rate: 1 };
    contexts.set(name, context);
    return decoder.decide(context);
  };
  const number = (name: string): number => {
    let length = 0;
    while (length < 15 && decide(`${name} length ${length}`)) length++;
    let value = 1;
    for (let i = 0; i < length; i++)
      value = value * 2 + (i === 0 ? decide(`${name} second ${length}`) : decoder.plain());
    return value - 1;
  };
  const bitsIn = (sum: number, precision: number): number => {
    const rough = sum >> precision;
    return Math.min(5, rough.toString(2).length - (rough === 0 ? 1 : 0));
  };
  /** By place, the last two, the later first. */
  const past = new Map<string, [number, number | undefined]>();
  let [wrongPast, wrongNear] = [0, 0];
  return pictures.map(({ dcs, precision }) => {
    const known = new Map<string, number>();
    return dcs.map(({ component, row, column, predicted }: IntraDc) => {
      const nameOf = (r: number, c: number): string => `${component} ${r} ${c}`;
      const [leftName, aboveName] = [nameOf(row, column - 1), nameOf(row - 1, column)];
      const [left, above, corner] = [leftName, aboveName, nameOf(row - 1, column - 1)].map((name) => known.get(name));
      let near = left ?? above ?? predicted;
      let group = left === undefined && above === undefined ? 7 : 6;
      const whole = left !== undefined && above !== undefined && corner !== undefined;
      if (whole) {
        near = [left, above, left + above - corner].sort((a, b) => a - b)[1] as number;
        group = bitsIn(Math.abs(left - corner) + Math.abs(above - corner), precision);
      }
      let prediction = near;
      const here = past.get(nameOf(row, column))?.[0];
      const moved = (now: number | undefined, name: string): number | undefined => {
        const before = past.get(name)?.[1];
        return now === undefined || before === undefined ? undefined : now - before;
      };
      const [ofLeft, ofAbove] = [moved(left, leftName), moved(above, aboveName)];
      const [a, b] = [ofLeft ?? ofAbove, ofAbove ?? ofLeft];
      let fromPast: number | undefined;
      if (here !== undefined && a !== undefined && b !== undefined) {
        fromPast = here + Math.floor((a + b) / 2);
        if (wrongPast < wrongNear) {
          prediction = fromPast;
          group = 8 + bitsIn(Math.abs(a) + Math.abs(b), precision);
        }
      }
      const context = `${component > 0} ${group}`;
      let error = 0;
      if (decide(`${context} any`)) {
        const negative = decoder.plain();
        error = number(context) + 1;
        if (negative) error = -error;
      }
      const value = prediction + error;
      if (whole && fromPast !== undefined) {
        wrongPast += Math.abs(value - fromPast) - (wrongPast >> 4);
        wrongNear += Math.abs(value - near) - (wrongNear >> 4);
      }
      known.set(nameOf(row, column), value);
      past.set(nameOf(row, column), [value, here]);
      return value;
    });
  });
}
