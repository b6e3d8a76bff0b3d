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
    context.rate = Math.min(6, context.rate + 1);
    return bit;
  }

  even(): number {
    return this.split(Math.floor(this.range / 2));
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
      value = value * 2 + (i === 0 ? decide(`${name} second ${length}`) : decoder.even());
    return value - 1;
  };
  return pictures.map(({ dcs, precision }) => {
    const known = new Map<string, number>();
    return dcs.map(({ component, row, column, predicted }: IntraDc) => {
      const at = (r: number, c: number): number | undefined => known.get(`${component} ${r} ${c}`);
      const [left, above, corner] = [at(row, column - 1), at(row - 1, column), at(row - 1, column - 1)];
      let prediction = left ?? above ?? predicted;
      let activity = left === undefined && above === undefined ? 7 : 6;
      if (left !== undefined && above !== undefined && corner !== undefined) {
        prediction = [left, above, left + above - corner].sort((a, b) => a - b)[1] as number;
        const rough = (Math.abs(left - corner) + Math.abs(above - corner)) >> precision;
        activity = Math.min(5, rough.toString(2).length - (rough === 0 ? 1 : 0));
      }
      const group = `${component > 0} ${activity}`;
      let error = 0;
      if (decide(`${group} any`)) {
        const negative = decide(`${group} negative`);
        error = number(group) + 1;
        if (negative) error = -error;
      }
      const value = prediction + error;
      known.set(`${component} ${row} ${column}`, value);
      return value;
    });
  });
}
