/** Captions that the viewer opens beside a video: WebVTT, read by the browser's own parser, or SubRip, made WebVTT first. On the page. */
import { FormatError } from "../../../codec/errors.ts";

/** A cue's time in SubRip, which has a comma where WebVTT has a point. */
const SUBRIP_TIMES = /(\d\d:\d\d:\d\d),(\d{3})(?=\s*-->|\s*$)/gm;

/** The text as WebVTT (W3C WebVTT 4.1); what is neither that nor SubRip is given back as it is. */
export function asWebVtt(text: string): string {
  if (/^\uFEFF?WEBVTT/.test(text) || !/\d\d:\d\d:\d\d,\d{3}\s*-->/.test(text)) return text;
  return `WEBVTT\n\n${text.replace(/^\uFEFF/, "").replace(SUBRIP_TIMES, "$1.$2")}`;
}

/** @throws {@link FormatError} no captions in it */
export async function readCaptions(file: Blob): Promise<readonly VTTCue[]> {
  const url = URL.createObjectURL(new Blob([asWebVtt(await file.text())], { type: "text/vtt" }));
  const element = document.createElement("track");
  element.kind = "captions";
  document.createElement("video").append(element);
  try {
    await new Promise<void>((resolve) => {
      element.addEventListener("load", () => resolve(), { once: true });
      element.addEventListener("error", () => resolve(), { once: true }); // then there are no cues
      element.track.mode = "hidden";
      element.src = url;
    });
    const cues = [...(element.track.cues ?? [])] as VTTCue[];
    if (cues.length > 0) return cues;
  } finally {
    URL.revokeObjectURL(url);
  }
  throw new FormatError("there are no captions in this file: choose a WebVTT (.vtt) or SubRip (.srt) file");
}

/** The cues on screen at a time, in their order. */
export function cuesAt<T extends Pick<VTTCue, "startTime" | "endTime">>(cues: readonly T[], seconds: number): T[] {
  return cues.filter(({ startTime, endTime }) => startTime <= seconds && seconds < endTime);
}
