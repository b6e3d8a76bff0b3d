/** Captions that stand in a source: timed text and WebVTT of MP4, SubRip and WebVTT of Matroska and WebM. Their cues' places and styles are left out. */

import type { ByteSource } from "../bytes/bytes.ts";
import { CAPTION_LABEL_MAX, type CaptionTrack, languageName, languageTag } from "../captions/caption-track.ts";
import { CAPTION_MAX_BYTES, CUES_MAX, checkWebVtt, cueOfSubRip, writeWebVtt } from "../captions/web-vtt.ts";
import { CmixError, InputError } from "../errors.ts";
import { type Edit, presentationsOf } from "../format/edit-list.ts";
import { childBox, childBoxes } from "./iso/iso-boxes.ts";
import { timedText, utf8 } from "./iso/timed-text.ts";
import type { CodedSample, SourceIndex, TextCoding, TextStream } from "./source-index.ts";

interface Cue {
  start: number;
  end: number;
  text: string;
}

/** Shown for so long where the file does not say. */
const CUE_MICROSECONDS = 4_000_000;

/**
 * Reads the captions in a source; of Matroska this walks through the whole file, where it has any.
 *
 * @param onLeftOut is told in one line of captions that a main cannot hold
 */
export async function readSourceCaptions(
  source: ByteSource,
  index: SourceIndex,
  onLeftOut: (message: string) => void,
): Promise<CaptionTrack[]> {
  const samples = await textSamples(index);
  const tracks: CaptionTrack[] = [];
  for (const [stream, found] of samples) {
    const { text, edits } = index.streams[stream] ?? {};
    if (text === undefined || found.length === 0) continue;
    const track = described(text);
    const what = `captions "${track.label}" in the source`;
    try {
      const cues = await readCues(source, found, text.coding, edits, what);
      if (cues.length === 0) continue;
      track.text = writeWebVtt(cues);
      checkWebVtt(track.text, what, "every cue");
      tracks.push(track);
    } catch (error) {
      if (!(error instanceof CmixError)) throw error;
      onLeftOut(error.message);
    }
  }
  return tracks;
}

/** By stream, in their streams' order. */
async function textSamples(index: SourceIndex): Promise<Map<number, CodedSample[]>> {
  const samples = new Map<number, CodedSample[]>();
  for (const [stream, { text }] of index.streams.entries()) if (text !== undefined) samples.set(stream, []);
  if (samples.size === 0) return samples;
  for await (const batch of index.samples()) for (const sample of batch) samples.get(sample.stream)?.push(sample);
  return samples;
}

function described({ language, name, isForDeaf }: TextStream): CaptionTrack {
  const tag = languageTag(language) ?? "und";
  const label = (name.trim() || languageName(tag)).slice(0, CAPTION_LABEL_MAX);
  return { language: tag, label, kind: isForDeaf ? "captions" : "subtitles", text: "" };
}

async function readCues(
  source: ByteSource,
  samples: readonly CodedSample[],
  coding: TextCoding,
  edits: readonly Edit[] | undefined,
  what: string,
): Promise<Cue[]> {
  // Timed text has a sample for each gap too.
  if (samples.length > 4 * CUES_MAX) throw new InputError(`${what}: more than ${CUES_MAX} cues; they are left out`);
  const cues: Cue[] = [];
  let bytes = 0;
  for (const { offset, size, timeMicroseconds, durationMicroseconds } of samples) {
    bytes += size;
    if (bytes > CAPTION_MAX_BYTES)
      throw new InputError(`${what}: more than ${CAPTION_MAX_BYTES} bytes; they are left out`);
    const last = timeMicroseconds + (durationMicroseconds > 0 ? durationMicroseconds : CUE_MICROSECONDS);
    const texts = TEXTS[coding](await source.read(offset, size)).filter((text) => text.trim() !== "");
    for (const shown of presentationsOf(edits, timeMicroseconds, last)) {
      const [start, end] = [Math.max(0, shown.start / 1e6), shown.end / 1e6];
      if (end - start >= 0.001) cues.push(...texts.map((text) => ({ start, end, text })));
    }
    if (cues.length > 4 * CUES_MAX) throw new InputError(`${what}: more than ${CUES_MAX} cues; they are left out`);
  }
  return joined(cues.sort((a, b) => a.start - b.start));
}

/** WebVTT in MP4 ends a cue where another begins or ends over it, and says it again. */
function joined(cues: readonly Cue[]): Cue[] {
  const whole: Cue[] = [];
  const newest = new Map<string, Cue>();
  for (const cue of cues) {
    const before = newest.get(cue.text);
    if (before !== undefined && Math.abs(before.end - cue.start) < 0.001) before.end = cue.end;
    else {
      newest.set(cue.text, cue);
      whole.push(cue);
    }
  }
  return whole;
}

/** What a sample says, with WebVTT's tags: a cue, none or several. */
const TEXTS: Record<TextCoding, (sample: Uint8Array) => string[]> = {
  tx3g: (sample) => [timedText(sample).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")],
  // ISO/IEC 14496-30 6: a box for each cue, its text in a box of its own; `vtte` where there is none.
  wvtt(sample) {
    return childBoxes(sample, 0, sample.length)
      .filter(({ type }) => type === "vttc")
      .flatMap((cue) => {
        const payload = childBox(sample, cue, "payl");
        return payload === undefined ? [] : [utf8(sample.subarray(payload.body, payload.end))];
      });
  },
  subrip: (sample) => [cueOfSubRip(utf8(sample))],
  webvtt: (sample) => [utf8(sample)],
  // A line with the cue's identifier, one with its settings, its text.
  webm: (sample) => [utf8(sample).split("\n").slice(2).join("\n")],
};
