/** Captions of a video: WebVTT, read by the browser's own parser. */
import { asWebVtt, CAPTION_MAX_BYTES, checkWebVtt, noCaptions } from "../../../../../codec/page.ts";

/** Cues on screen at once; a video with more at one time would be covered. */
const CUES_SHOWN_MAX = 6;

/**
 * @param text WebVTT within the bounds of `checkWebVtt`
 * @param what names the captions in errors
 * @throws {@link InputError} no cue that the browser takes
 */
export async function cuesOfText(text: string, what: string): Promise<readonly VTTCue[]> {
  const url = URL.createObjectURL(new Blob([text], { type: "text/vtt" }));
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
  throw noCaptions(what);
}

/**
 * Reads a file that the viewer has beside a video; what in it is no cue is left out.
 *
 * @throws {@link InputError} no captions in it, or more of them than a page can take
 */
export async function cuesOfFile(file: File): Promise<readonly VTTCue[]> {
  const text = asWebVtt(await file.slice(0, CAPTION_MAX_BYTES + 1).text());
  checkWebVtt(text, file.name, "bounds");
  return cuesOfText(text, file.name);
}

/** The cues on screen at a time, in their order. */
export function cuesAt<T extends Pick<VTTCue, "startTime" | "endTime">>(cues: readonly T[], seconds: number): T[] {
  return cues.filter(({ startTime, endTime }) => startTime <= seconds && seconds < endTime).slice(-CUES_SHOWN_MAX);
}

/** What a cue shows. Of its tags' attributes the language alone stays: a class could be one of the page's own. */
export function contentOf(cue: VTTCue): DocumentFragment {
  const content = cue.getCueAsHTML();
  for (const element of content.querySelectorAll("*"))
    for (const { name } of [...element.attributes]) if (name !== "lang") element.removeAttribute(name);
  return content;
}
