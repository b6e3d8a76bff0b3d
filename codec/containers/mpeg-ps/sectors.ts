/**
 * Program streams in sectors of a Video CD (IEC 10149 and the Video CD's form 2 of CD-ROM XA): 2352 bytes, of them 2324 of the stream. So
 * are the discs' images, and the files that some systems copy from them, behind a RIFF head.
 */
import type { Demuxer, RunSink } from "../demuxer.ts";
import { ProgramDemuxer } from "./program-demuxer.ts";

const SECTOR_BYTES = 2352;
/** Sync, address and mode, subheader. */
const HEAD_BYTES = 24;
const PAYLOAD_BYTES = 2324;
/** Behind the payload. */
const TAIL_BYTES = SECTOR_BYTES - HEAD_BYTES - PAYLOAD_BYTES;
const SYNC_BYTES = 12;

/** Whether a sector begins at `at`. */
export function isSector(bytes: Uint8Array, at: number): boolean {
  if (at + SYNC_BYTES > bytes.length || bytes[at] !== 0 || bytes[at + SYNC_BYTES - 1] !== 0) return false;
  for (let i = 1; i < SYNC_BYTES - 1; i++) if (bytes[at + i] !== 0xff) return false;
  return true;
}

/** The next sector at or behind `from`; -1 where none begins. */
function nextSector(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from + 1); at >= 0; at = bytes.indexOf(0xff, at + 1))
    if (isSector(bytes, at - 1)) return at - 1;
  return -1;
}

/** What the sectors carry, joined; the bytes may begin and end inside of one. */
export function sectorPayloads(bytes: Uint8Array): Uint8Array {
  const joined = new Uint8Array(bytes.length);
  let length = 0;
  const take = (from: number, to: number): void => {
    if (to <= from) return;
    joined.set(bytes.subarray(from, to), length);
    length += to - from;
  };
  let at = nextSector(bytes, 0);
  take(0, (at < 0 ? bytes.length : at) - TAIL_BYTES);
  while (at >= 0) {
    take(at + HEAD_BYTES, Math.min(bytes.length, at + HEAD_BYTES + PAYLOAD_BYTES));
    at = nextSector(bytes, at + HEAD_BYTES);
  }
  return joined.subarray(0, length);
}

export class SectorDemuxer implements Demuxer {
  private readonly program = new ProgramDemuxer();

  push(bytes: Uint8Array, last: boolean, run: RunSink): number {
    let at = 0;
    while (at < bytes.length) {
      if (at + SECTOR_BYTES > bytes.length && !last) return at;
      if (!isSector(bytes, at)) {
        const next = nextSector(bytes, at);
        // A sync may begin in the last bytes.
        const to = next >= 0 ? next : last ? bytes.length : Math.max(at + 1, bytes.length - SYNC_BYTES);
        run(false, at, to);
        at = to;
        continue;
      }
      const start = Math.min(bytes.length, at + HEAD_BYTES);
      const end = Math.min(bytes.length, start + PAYLOAD_BYTES);
      run(false, at, start);
      // Packs do not go on in the next sector.
      this.program.push(bytes.subarray(start, end), true, (video, from, to, time) =>
        run(video, start + from, start + to, time),
      );
      const next = Math.min(bytes.length, at + SECTOR_BYTES);
      run(false, end, next);
      at = next;
    }
    return at;
  }
}
