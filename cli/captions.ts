/** The option `--captions LANGUAGE[:captions]=FILE`, or `source` for those inside the source. */
import { basename } from "node:path";
import { type OpenFile, openFile } from "../codec/hosts/node/index.ts";
import {
  CAPTION_MAX_BYTES,
  type CaptionTrack,
  InputError,
  languageName,
  languageTag,
  openIndex,
  readCaptionFile,
  readSourceCaptions,
  type Trim,
  trimWebVtt,
} from "../codec/index.ts";
import { note } from "./output.ts";
import { UsageError } from "./usage-error.ts";

const FORM = /^([\w-]+)(?::(captions|subtitles))?=(.+)$/;

/**
 * @param given as on the command line, `ja=film.ja.vtt`, `en:captions=film.en.srt` or `source`
 * @param input the source
 * @throws {@link UsageError} another form, or no language tag
 * @throws {@link InputError} a file that cannot be read, or is no WebVTT or SubRip
 */
export async function openCaptions(given: readonly string[], input: OpenFile): Promise<CaptionTrack[]> {
  const tracks: CaptionTrack[] = [];
  for (const one of given) {
    if (one === "source") {
      const inside = await readSourceCaptions(input, await openIndex(input), note);
      if (inside.length === 0)
        throw new InputError("--captions source: there are no captions in the source that can be read; leave it out");
      tracks.push(...inside);
      continue;
    }
    const [, tag = "", kind = "subtitles", path = ""] = FORM.exec(one) ?? [];
    const language = languageTag(tag);
    if (language === undefined)
      throw new UsageError(
        `--captions ${one}: LANGUAGE=FILE expected, such as ja=film.ja.vtt or en:captions=film.en.srt`,
      );
    const file = await openFile(path);
    try {
      // One byte more than is allowed says that it is too large.
      const bytes = await file.read(0, Math.min(file.size, CAPTION_MAX_BYTES + 1));
      const label = languageName(language);
      tracks.push({
        language,
        label,
        kind: kind === "captions" ? "captions" : "subtitles",
        text: readCaptionFile(bytes, basename(path)),
      });
    } finally {
      await file.close();
    }
  }
  return tracks;
}

/** Those of a part of the video; a note names the ones that have no cue in it. */
export function trimCaptions(
  tracks: readonly CaptionTrack[],
  { fromMicroseconds, toMicroseconds }: Trim,
): CaptionTrack[] {
  return tracks.flatMap((track) => {
    const text = trimWebVtt(track.text, { from: fromMicroseconds / 1e6, to: toMicroseconds / 1e6 });
    if (text === undefined) note(`no captions in ${track.label} in this part: they are left out`);
    return text === undefined ? [] : [{ ...track, text }];
  });
}
