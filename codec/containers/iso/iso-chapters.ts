/** Chapters of MP4 and QuickTime: a track of texts that another one names by `tref` `chap`, or Nero's list in `udta`. */
import { type ByteSource, viewOf } from "../../bytes/bytes.ts";
import { CHAPTERS_MAX, type Chapter } from "../../format/chapters.ts";
import { type Box, boxAt } from "./iso-boxes.ts";
import { codedSample, type IsoTrack } from "./iso-tracks.ts";
import { timedText, utf8 } from "./timed-text.ts";

/** Of one sample of text; more is no title. */
const TEXT_MAX_BYTES = 4096;
/** Gaps between chapters are samples too. */
const SAMPLES_MAX = 2 * CHAPTERS_MAX + 1;

/** @param track the texts; reads no more than {@link SAMPLES_MAX} samples */
export async function readChapterTrack(source: ByteSource, track: IsoTrack): Promise<Chapter[]> {
  const chapters: Chapter[] = [];
  let read = 0;
  for (const sample of track.tables?.inFileOrder(source.size) ?? []) {
    if (++read > SAMPLES_MAX) break;
    const { offset, size, timeMicroseconds } = codedSample(sample, track, 0);
    const title = timedText(await source.read(offset, Math.min(size, TEXT_MAX_BYTES)));
    chapters.push({ startMicroseconds: timeMicroseconds, title });
  }
  return chapters;
}

/** `chpl`: version and flags, four bytes more where the version is not 0, a count of a byte, then 100 ns, length and text of each. */
export function readNeroChapters(moov: Uint8Array, root: Box): Chapter[] {
  const chpl = boxAt(moov, root, "udta", "chpl");
  if (chpl === undefined || chpl.end - chpl.body < 5) return [];
  const view = viewOf(moov);
  const chapters: Chapter[] = [];
  let at = chpl.body + (moov[chpl.body] === 0 ? 4 : 8);
  const count = at < chpl.end ? view.getUint8(at) : 0;
  at += 1;
  for (let i = 0; i < count && at + 9 <= chpl.end; i++) {
    const startMicroseconds = Number(view.getBigUint64(at)) / 10;
    const end = at + 9 + view.getUint8(at + 8);
    if (end > chpl.end) break;
    chapters.push({ startMicroseconds, title: utf8(moov.subarray(at + 9, end)) });
    at = end;
  }
  return chapters;
}
