/** Combines a segment of method `samples` byte by byte, written from FORMAT.md 10 alone. Not for first-form lists. */
import { inflateRawSync } from "node:zlib";

export function independentMerge(publicBytes: Uint8Array, withheld: Uint8Array): Uint8Array {
  let at = 1;
  let from = publicBytes;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = from[at++] ?? 0;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const listBytes = varint();
  const listed = publicBytes.subarray(at, at + listBytes);
  const open = publicBytes.subarray(at + listBytes);
  from = publicBytes[0] === 3 ? new Uint8Array(inflateRawSync(listed)) : listed;
  at = 0;

  const [length, partCount, cutCount, alignment, tableCount] = [varint(), varint(), varint(), varint(), varint()];
  const tables = Array.from({ length: tableCount }, () => [varint(), varint(), varint()] as const);
  const numbers = (count: number): number[] => {
    const width = from[at++] ?? 0;
    const start = at;
    at += width * count;
    return Array.from({ length: count }, (_, i) => {
      let value = 0;
      for (let plane = 0; plane < width; plane++) value = value * 256 + (from[start + plane * count + i] ?? 0);
      return value;
    });
  };
  const [distances, sizes, fields] = [numbers(partCount), numbers(partCount), numbers(partCount)];
  const [passed, cutDistances, cutSizes] = [numbers(cutCount), numbers(cutCount), numbers(cutCount)];

  /** What each source byte is: 0 open, 1 of a part, 2 withheld. */
  const kinds = new Uint8Array(length);
  const starts: number[] = [];
  const ends: number[] = [];
  for (let i = 0, place = 0; i < partCount; i++) {
    starts[i] = place + (distances[i] ?? 0);
    place = (starts[i] ?? 0) + (sizes[i] ?? 0);
    ends[i] = place;
    kinds.fill(1, starts[i], place);
  }
  for (let i = 0, place = 0, part = 0; i < cutCount; i++) {
    part += passed[i] ?? 0;
    if (passed[i] !== 0) place = ends[part - 1] ?? 0;
    const start = place + (cutDistances[i] ?? 0);
    place = start + (cutSizes[i] ?? 0);
    kinds.fill(2, start, place);
  }

  const lengths = starts.map((start, i) => kinds.subarray(start, ends[i]).filter((kind) => kind === 1).length);
  const total = lengths.reduce((sum, size) => sum + size, 0);
  const bytes = inColumns(from.subarray(at, at + total), lengths, alignment);
  let table = 0;
  for (const [distance, rows, parameter] of tables) {
    table += distance;
    const size = rows * (parameter >> 1) * 4;
    bytes.set(tableRows(bytes.slice(table, table + size), rows, parameter >> 1, (parameter & 1) === 1), table);
    table += size;
  }
  let end = 0;
  for (const [i, code] of fields.entries()) {
    end += lengths[i] ?? 0;
    if (code !== 0) addTo(bytes, end, code, (starts[i + 1] ?? length) - (ends[i] ?? 0));
  }

  const streams = [open, bytes, withheld];
  const places = [0, 0, 0];
  return Uint8Array.from(kinds, (kind) => {
    const place = places[kind] ?? 0;
    places[kind] = place + 1;
    return streams[kind]?.[place] ?? 0;
  });
}

function inColumns(columns: Uint8Array, lengths: number[], alignment: number): Uint8Array {
  const bytes = columns.slice();
  if (alignment === 0) return bytes;
  const starts = lengths.map((_, i) => lengths.slice(0, i).reduce((sum, size) => sum + size, 0));
  let at = 0;
  for (let k = 0; k < 12; k++) {
    let last = 0;
    for (const [i, size] of lengths.entries()) {
      if (size <= k) continue;
      last = (last + (columns[at++] ?? 0)) & 255;
      bytes[(starts[i] ?? 0) + (alignment === 1 ? k : size - 1 - k)] = last;
    }
  }
  for (const [i, size] of lengths.entries())
    for (let k = 12; k < size; k++) bytes[(starts[i] ?? 0) + (alignment === 1 ? k : k - 12)] = columns[at++] ?? 0;
  return bytes;
}

function tableRows(split: Uint8Array, rows: number, columns: number, isDelta: boolean): Uint8Array {
  const out = new DataView(new ArrayBuffer(split.length));
  for (let column = 0; column < columns; column++) {
    let above = 0;
    for (let row = 0; row < rows; row++) {
      let value = 0;
      for (let byte = 0; byte < 4; byte++) value = value * 256 + (split[(column * 4 + byte) * rows + row] ?? 0);
      above = isDelta ? (above + value) >>> 0 : value;
      out.setUint32((row * columns + column) * 4, above);
    }
  }
  return new Uint8Array(out.buffer);
}

function addTo(bytes: Uint8Array, partEnd: number, code: number, following: number): void {
  const [behind, width, form] = [code >> 5, (code >> 2) & 7, code & 3];
  const places = Array.from({ length: width }, (_, i) => partEnd - behind - (form === 1 ? 1 + i : width - i));
  const range = 2n ** BigInt(width * (form === 2 ? 7 : 8));
  const raw = places.reduce((value, place) => value * 256n + BigInt(bytes[place] ?? 0), 0n);
  let value = raw - (raw % range) + (((raw % range) + BigInt(following)) % range);
  for (const place of places.reverse()) {
    bytes[place] = Number(value % 256n);
    value /= 256n;
  }
}
