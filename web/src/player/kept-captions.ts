/** How the viewer left captions, in this browser. */
import { CAPTION_KINDS, type CaptionKind } from "../../../codec/captions/caption-track.ts";

export interface CaptionTaste {
  isOn: boolean;
  /** Of the captions that were on last; BCP 47. */
  language: string | undefined;
  kind: CaptionKind | undefined;
}

const KEY = "cmix-captions";

export function keptCaptionTaste(): CaptionTaste {
  try {
    const { isOn, language, kind } = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Record<string, unknown>;
    return {
      isOn: isOn === true,
      language: typeof language === "string" ? language : undefined,
      kind: CAPTION_KINDS.find((one) => one === kind),
    };
  } catch {
    return { isOn: false, language: undefined, kind: undefined }; // storage is refused in some private windows
  }
}

export function keepCaptionTaste(taste: CaptionTaste): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(taste));
  } catch {
    // Kept for this page only.
  }
}
