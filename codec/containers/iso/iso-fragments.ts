/** Movie fragments (ISO/IEC 14496-12 8.8), one `moof` at a time. */

import { type ByteSource, viewOf } from "../../bytes/bytes.ts";
import { WindowReader } from "../../bytes/window-reader.ts";
import type { CodedSample } from "../source-index.ts";
import { type Box, childBox, childBoxes, topBoxes } from "./iso-boxes.ts";
import { codedSample, type IsoTrack } from "./iso-tracks.ts";

/** One that is larger is no fragment of a video but damage. */
const MOOF_MAX_BYTES = 16 << 20;
const NOT_KEY = 0x10000; // sample_is_non_sync_sample

interface Defaults {
  duration: number;
  size: number;
  flags: number;
}

export class FragmentReader {
  private readonly defaults = new Map<number, Defaults>();
  /** Where each track's next fragment begins when it does not say so. */
  private readonly nextTimes = new Map<number, number>();
  /** Bytes of all samples so far: never more than the file has, so that damaged runs cannot make an endless list. */
  private told = 0;

  constructor(
    moov: Uint8Array,
    mvex: Box,
    private readonly tracks: IsoTrack[],
  ) {
    const view = viewOf(moov);
    for (const box of childBoxes(moov, mvex.body, mvex.end)) {
      if (box.type !== "trex" || box.end - box.body < 24) continue;
      const [duration, size, flags] = [12, 16, 20].map((at) => view.getUint32(box.body + at));
      this.defaults.set(view.getUint32(box.body + 4), { duration: duration ?? 0, size: size ?? 0, flags: flags ?? 0 });
    }
  }

  async *samples(source: ByteSource): AsyncGenerator<CodedSample[]> {
    const reader = new WindowReader(source, 4096);
    for await (const box of topBoxes(reader)) {
      if (box.type !== "moof" || box.end - box.start > MOOF_MAX_BYTES) continue;
      const moof = await source.read(box.start, box.end - box.start);
      const samples = this.fragment(moof, box.body - box.start, box.start, source.size);
      if (samples.length > 0) yield samples.sort((a, b) => a.offset - b.offset);
    }
  }

  private fragment(moof: Uint8Array, body: number, moofOffset: number, fileBytes: number): CodedSample[] {
    const samples: CodedSample[] = [];
    let place = moofOffset;
    for (const traf of childBoxes(moof, body, moof.length)) {
      if (traf.type !== "traf") continue;
      place = this.trackFragment(moof, traf, moofOffset, place, fileBytes, samples);
    }
    return samples;
  }

  /** @returns where the next track's data begins when it does not say so */
  private trackFragment(
    moof: Uint8Array,
    traf: Box,
    moofOffset: number,
    place: number,
    fileBytes: number,
    out: CodedSample[],
  ): number {
    const view = viewOf(moof);
    const tfhd = childBox(moof, traf, "tfhd");
    if (tfhd === undefined || tfhd.end - tfhd.body < 8) return place;
    const id = view.getUint32(tfhd.body + 4);
    const stream = this.tracks.findIndex((track) => track.id === id);
    const track = this.tracks[stream];
    const flags = view.getUint32(tfhd.body) & 0xffffff;
    let at = tfhd.body + 8;
    const field = (flag: number, fallback: number, bytes = 4): number => {
      if ((flags & flag) === 0 || at + bytes > tfhd.end) return fallback;
      at += bytes;
      return bytes === 8 ? Number(view.getBigUint64(at - 8)) : view.getUint32(at - 4);
    };
    const base = field(1, (flags & 0x20000) !== 0 ? moofOffset : place, 8);
    field(2, 0);
    const movie = this.defaults.get(id) ?? { duration: 0, size: 0, flags: 0 };
    const defaults = { duration: field(8, movie.duration), size: field(16, movie.size), flags: field(32, movie.flags) };
    if (track === undefined) return place;
    const tfdt = childBox(moof, traf, "tfdt");
    let time = this.nextTimes.get(id) ?? 0;
    if (tfdt !== undefined && tfdt.end - tfdt.body >= (moof[tfdt.body] === 1 ? 12 : 8))
      time = moof[tfdt.body] === 1 ? Number(view.getBigUint64(tfdt.body + 4)) : view.getUint32(tfdt.body + 4);
    let next = base;
    for (const trun of childBoxes(moof, traf.body, traf.end)) {
      if (trun.type !== "trun") continue;
      ({ next, time } = readRun(view, trun, base, next, time, defaults, fileBytes, (sample) => {
        this.told += sample.size;
        if (this.told > fileBytes) return false;
        out.push(codedSample(sample, track, stream));
        return true;
      }));
    }
    this.nextTimes.set(id, time);
    return next;
  }
}

/** Tells each sample of one `trun` box; gives place and time behind the last one. */
function readRun(
  view: DataView,
  trun: Box,
  base: number,
  place: number,
  startTime: number,
  defaults: Defaults,
  fileBytes: number,
  tell: (sample: Parameters<typeof codedSample>[0]) => boolean,
): { next: number; time: number } {
  let time = startTime;
  if (trun.end - trun.body < 8) return { next: place, time };
  const flags = view.getUint32(trun.body) & 0xffffff;
  const signed = view.getUint8(trun.body) > 0;
  const rowBytes = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length * 4;
  let at = trun.body + 8;
  let offset = place;
  if ((flags & 1) !== 0 && at + 4 <= trun.end) {
    offset = base + view.getInt32(at);
    at += 4;
  }
  let firstFlags: number | undefined;
  if ((flags & 4) !== 0 && at + 4 <= trun.end) {
    firstFlags = view.getUint32(at);
    at += 4;
  }
  const claimed = view.getUint32(trun.body + 4);
  // Without rows every sample has the default size, and only the file's end bounds their number.
  const bound = rowBytes > 0 ? (trun.end - at) / rowBytes : defaults.size > 0 ? fileBytes / defaults.size : 0;
  const count = Math.min(claimed, Math.floor(bound));
  for (let i = 0; i < count; i++) {
    let column = at + i * rowBytes;
    const field = (flag: number, fallback: number): number => {
      if ((flags & flag) === 0) return fallback;
      column += 4;
      return view.getUint32(column - 4);
    };
    const duration = field(0x100, defaults.duration);
    const size = field(0x200, defaults.size);
    const sampleFlags = field(0x400, i === 0 && firstFlags !== undefined ? firstFlags : defaults.flags);
    const composition = field(0x800, 0);
    if (offset < 0 || offset + size > fileBytes) break;
    const sample = {
      offset,
      size,
      decodeTime: time,
      compositionOffset: signed ? composition | 0 : composition,
      duration,
      key: (sampleFlags & NOT_KEY) === 0,
    };
    if (size > 0 && !tell(sample)) break;
    offset += size;
    time += duration;
  }
  return { next: offset, time };
}
