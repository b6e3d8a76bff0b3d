/** Captions as text: WebVTT (W3C WebVTT 1), and SubRip, which is made WebVTT. What is not shown (styles, regions, places) stays as it is. */
import { InputError } from "../errors.ts";

/** Of one language; two hours take about 100 kB. */
export const CAPTION_MAX_BYTES = 2 << 20;
/** More would hold a page up while its browser parses them; three hours take about 3,000. */
export const CUES_MAX = 20_000;
/** With one start; Chromium's time for such cues grows with their square: 20,000 hold a page up for seconds. */
export const CUES_AT_ONCE_MAX = 100;
/** Of one cue, with its tags: a longer one covers the picture, and tags nest as deep as there are characters. */
export const CUE_MAX_CHARACTERS = 2000;

/** A cue's times in SubRip, which has a comma where WebVTT has a point and is less strict about digits. */
const SUBRIP_TIMES = /^[ \t]*(\d{1,3}:\d\d:\d\d)[,.](\d{1,3})[ \t]*-->[ \t]*(\d{1,3}:\d\d:\d\d)[,.](\d{1,3}).*$/gm;
const IS_SUBRIP = /^[ \t]*\d{1,3}:\d\d:\d\d,\d{1,3}[ \t]*-->/m;
const LINE_END = /\r\n|\r|\n/;
const CUE = /^[ \t]*([\d:.]+)[ \t]*-->[ \t]*([\d:.]+)(.*)$/;
const CUE_TIMES =
  /^[ \t]*((?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3})[ \t]*-->[ \t]*((?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3})(?:[ \t].*)?$/;

/** The text as WebVTT; what is neither that nor SubRip is given back as it is. */
export function asWebVtt(text: string): string {
  const plain = text.replace(/^\uFEFF/, "");
  if (/^WEBVTT/.test(plain) || !IS_SUBRIP.test(plain)) return text;
  const time = (clock: string, fraction: string): string => `${clock.padStart(8, "0")}.${fraction.padEnd(3, "0")}`;
  const body = cueOfSubRip(plain).replace(
    SUBRIP_TIMES,
    (_, start, startMs, end, endMs) => `${time(start, startMs)} --> ${time(end, endMs)}`,
  );
  return `WEBVTT\n\n${body}`;
}

/** What SubRip says, as WebVTT says it. */
export function cueOfSubRip(text: string): string {
  return text
    .replace(/\{\\[^}\n]*\}/g, "") // places and colours, which many carry from other formats
    .replace(/<(?!\/?(?:[biu]|font)\b)/gi, "&lt;");
}

/** WebVTT of cues. @param cues times in seconds; text with WebVTT's tags, whose empty lines are left out since they would end it */
export function writeWebVtt(cues: readonly { start: number; end: number; text: string }[]): string {
  const blocks = cues.map(({ start, end, text }) => {
    const lines = text.split(LINE_END).filter((line) => line.trim() !== "");
    return `${timeOf(start)} --> ${timeOf(end)}\n${lines.join("\n").replaceAll("-->", "--&gt;")}\n`;
  });
  return `WEBVTT\n\n${blocks.join("\n")}`;
}

function timeOf(seconds: number): string {
  const milliseconds = Math.round(seconds * 1000);
  const [hours, minutes] = [Math.floor(milliseconds / 3_600_000), Math.floor(milliseconds / 60_000) % 60];
  const two = (number: number): string => String(number).padStart(2, "0");
  return `${two(hours)}:${two(minutes)}:${((milliseconds % 60_000) / 1000).toFixed(3).padStart(6, "0")}`;
}

/**
 * Reads a file of captions for a main.
 *
 * @param what names it in errors
 * @returns WebVTT
 * @throws {@link InputError} too large, not UTF-8, neither WebVTT nor SubRip, or with cues that no player would show
 */
export function readCaptionFile(bytes: Uint8Array, what: string): string {
  if (bytes.length > CAPTION_MAX_BYTES) throw tooLarge(what);
  const text = asWebVtt(decodeCaptions(bytes, what));
  checkWebVtt(text, what, "every cue");
  return text;
}

/** @throws {@link InputError} not UTF-8 */
export function decodeCaptions(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw refusal("captionsCoding", what, "is not text in UTF-8; save it as UTF-8");
  }
}

/**
 * Holds WebVTT against what a page can take. Counts no fewer cues than a browser's parser finds: every line with an arrow is one.
 *
 * @param demand `every cue`: none may be left out for a mistake in its times, as a browser leaves it out
 * @throws {@link InputError} no WebVTT, no cue, or too much of it, with the line
 */
export function checkWebVtt(text: string, what: string, demand: "every cue" | "bounds"): void {
  if (new TextEncoder().encode(text).length > CAPTION_MAX_BYTES) throw tooLarge(what);
  const lines = text.replace(/^\uFEFF/, "").split(LINE_END);
  if (!/^WEBVTT(?:[ \t]|$)/.test(lines[0] ?? "")) throw noCaptions(what);
  let cues = 0;
  const starts = new Map<number, number>();
  /** Of the cue that the line belongs to. */
  let characters: number | undefined;
  for (const [i, line] of lines.entries()) {
    const refuse = (reason: string, why: string, most?: number) => refusal(reason, what, why, i + 1, most);
    if (line.includes("-->")) {
      cues += 1;
      characters = 0;
      if (cues > CUES_MAX) throw refuse("cuesTooMany", `more than ${CUES_MAX} cues; join short ones`, CUES_MAX);
      const start = secondsOf(/^\s*([\d:.]+)/.exec(line)?.[1] ?? "");
      const atOnce = (starts.get(start) ?? 0) + 1;
      starts.set(start, atOnce);
      if (atOnce > CUES_AT_ONCE_MAX)
        throw refuse(
          "cuesAtOnce",
          `more than ${CUES_AT_ONCE_MAX} cues with the same start; join them`,
          CUES_AT_ONCE_MAX,
        );
      if (demand === "every cue") checkTimes(line, refuse);
    } else if (line === "") characters = undefined;
    else if (characters !== undefined) characters += line.length + 1;
    if (characters !== undefined && characters > CUE_MAX_CHARACTERS)
      throw refuse(
        "cueTooLong",
        `a cue of more than ${CUE_MAX_CHARACTERS} characters; split it into several`,
        CUE_MAX_CHARACTERS,
      );
  }
  if (cues === 0) throw noCaptions(what);
}

function checkTimes(line: string, refuse: (reason: string, why: string) => InputError): void {
  const [, start, end] = CUE_TIMES.exec(line) ?? [];
  if (start === undefined || end === undefined)
    throw refuse("cueTimes", `"${line.slice(0, 60)}" is no cue's times; write them as 00:01:02.500 --> 00:01:04.000`);
  if (secondsOf(end) <= secondsOf(start))
    throw refuse("cueEnd", `the cue ends at ${end}, not after its start at ${start}; correct its times`);
}

/**
 * The cues of a part of the video, from its beginning on.
 *
 * @param text WebVTT, as {@link checkWebVtt} takes it
 * @param span of the part, in seconds
 * @returns undefined where no cue is left
 */
export function trimWebVtt(text: string, span: { from: number; to: number }): string | undefined {
  let cues = 0;
  const blocks = text
    .replace(/^\uFEFF/, "")
    .split(/(?:\r\n|\r|\n){2,}/)
    .flatMap((block) => {
      const lines = block.split(LINE_END);
      const at = lines.findIndex((line) => line.includes("-->"));
      const [, start = "", end = "", settings = ""] = CUE.exec(lines[at] ?? "") ?? [];
      if (at < 0 || start === "") return [block];
      const [from, to] = [secondsOf(start), secondsOf(end)].map(
        (seconds) => Math.min(seconds, span.to) - span.from,
      ) as [number, number];
      if (to <= 0 || to <= from) return [];
      cues += 1;
      return [lines.with(at, `${timeOf(Math.max(0, from))} --> ${timeOf(to)}${settings}`).join("\n")];
    });
  return cues > 0 ? `${blocks.join("\n\n").trimEnd()}\n` : undefined;
}

const secondsOf = (time: string): number => time.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);

/** @returns an error whose `details.reason` pages have words for, with `file`, `line` and `most` to fill in */
function refusal(reason: string, file: string, why: string, line?: number, most?: number): InputError {
  const at = line === undefined ? file : `${file}, line ${line}`;
  const details = { reason, file, ...(line !== undefined && { line }), ...(most !== undefined && { most }) };
  return new InputError(`${at}: ${why}`, details);
}

function tooLarge(what: string): InputError {
  const why = `more than ${CAPTION_MAX_BYTES} bytes of captions; choose a file with the captions of this video alone`;
  return refusal("captionsTooLarge", what, why, undefined, CAPTION_MAX_BYTES);
}

/** @param what names the file */
export function noCaptions(what: string): InputError {
  const why = "there are no captions in this file: choose a WebVTT (.vtt) or SubRip (.srt) file";
  return refusal("noCaptions", what, why);
}
