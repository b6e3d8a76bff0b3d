/** Changes to boxes of MP4 files, in bytes: forms that ffmpeg does not write. */
import { type Box, boxAt, childBox, childBoxes } from "../../codec/containers/iso/iso-boxes.ts";

const joined = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A box of the given content. */
export function boxOf(type: string, ...content: Uint8Array[]): Uint8Array {
  const body = joined(...content);
  const head = new Uint8Array(8);
  viewOf(head).setUint32(0, body.length + 8);
  head.set(new TextEncoder().encode(type), 4);
  return joined(head, body);
}

export const u32 = (...values: number[]): Uint8Array => {
  const bytes = new Uint8Array(values.length * 4);
  for (const [i, value] of values.entries()) viewOf(bytes).setUint32(i * 4, value >>> 0);
  return bytes;
};

const topBox = (bytes: Uint8Array, type: string): Box =>
  childBoxes(bytes, 0, bytes.length).find((box) => box.type === type) as Box;

/** The file with other children in its `moov`, which has to stand behind the media. */
function withMoov(bytes: Uint8Array, change: (box: Uint8Array, type: string) => Uint8Array): Uint8Array {
  const moov = topBox(bytes, "moov");
  const children = childBoxes(bytes, moov.body, moov.end).map((box) =>
    change(bytes.subarray(box.start, box.end), box.type),
  );
  return joined(bytes.subarray(0, moov.start), boxOf("moov", ...children), bytes.subarray(moov.end));
}

/** A part of a presentation in milliseconds; `from` -1 where nothing is shown. */
export interface EditRow {
  milliseconds: number;
  from: number;
  /** One picture all the time: a media rate of 0. */
  isHeld?: true;
}

/** The file with this edit list in every track. Its movie's time scale has to be 1000. */
export function withEdits(bytes: Uint8Array, rows: readonly EditRow[]): Uint8Array {
  return withMoov(bytes, (box, type) => {
    if (type !== "trak") return box;
    const trak: Box = { type, start: 0, body: 8, end: box.length };
    const mdhd = boxAt(box, trak, "mdia", "mdhd") as Box;
    const timescale = viewOf(box).getUint32(mdhd.body + 12);
    const list = rows.map(({ milliseconds, from, isHeld }) =>
      u32(milliseconds, from < 0 ? -1 : (from * timescale) / 1000, isHeld ? 0 : 0x10000),
    );
    const edts = boxOf("edts", boxOf("elst", u32(0, rows.length), ...list));
    const others = childBoxes(box, 8, box.length).filter((child) => child.type !== "edts");
    const [tkhd, ...rest] = others.map((child) => box.subarray(child.start, child.end));
    return boxOf("trak", tkhd as Uint8Array, edts, ...rest);
  });
}

/** A fragmented file as if it were cut out of a longer recording: its fragments begin later. */
export function withLaterFragments(bytes: Uint8Array, seconds: number): Uint8Array {
  const out = bytes.slice();
  const view = viewOf(out);
  const moov = topBox(out, "moov");
  const timescales = new Map<number, number>();
  for (const trak of childBoxes(out, moov.body, moov.end).filter(({ type }) => type === "trak")) {
    const tkhd = childBox(out, trak, "tkhd") as Box;
    const mdhd = boxAt(out, trak, "mdia", "mdhd") as Box;
    timescales.set(view.getUint32(tkhd.body + 12), view.getUint32(mdhd.body + 12));
  }
  for (const moof of childBoxes(out, 0, out.length).filter(({ type }) => type === "moof"))
    for (const traf of childBoxes(out, moof.body, moof.end).filter(({ type }) => type === "traf")) {
      const tfhd = childBox(out, traf, "tfhd") as Box;
      const tfdt = childBox(out, traf, "tfdt") as Box;
      const later = BigInt(seconds * (timescales.get(view.getUint32(tfhd.body + 4)) ?? 0));
      view.setBigUint64(tfdt.body + 4, view.getBigUint64(tfdt.body + 4) + later); // ffmpeg writes version 1
    }
  return out;
}

/** The file with the first track's sizes in 16 bits (`stz2`). */
export function withCompactSizes(bytes: Uint8Array): Uint8Array {
  let done = false;
  const change = (box: Uint8Array, type: string): Uint8Array => {
    if (done) return box;
    if (["trak", "mdia", "minf", "stbl"].includes(type))
      return boxOf(
        type,
        ...childBoxes(box, 8, box.length).map((child) => change(box.subarray(child.start, child.end), child.type)),
      );
    if (type !== "stsz") return box;
    done = true;
    const count = viewOf(box).getUint32(16);
    const sizes = new Uint8Array(count * 2);
    for (let i = 0; i < count; i++) viewOf(sizes).setUint16(i * 2, viewOf(box).getUint32(20 + i * 4));
    return boxOf("stz2", u32(0, 16, count), sizes);
  };
  return withMoov(bytes, change);
}
