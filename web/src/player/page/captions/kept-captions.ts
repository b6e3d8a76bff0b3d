/** How the viewer left captions, in this browser. */
import { CAPTION_KINDS, type CaptionKind } from "../../../../../codec/page.ts";
import { keepValues, keptValues } from "../../../shared/files/kept-values.ts";

export interface CaptionTaste {
  isOn: boolean;
  /** Of the captions that were on last; BCP 47. */
  language: string | undefined;
  kind: CaptionKind | undefined;
}

const KEY = "cmix-captions";

export function keptCaptionTaste(): CaptionTaste {
  const { isOn, language, kind } = keptValues(KEY);
  return {
    isOn: isOn === true,
    language: typeof language === "string" ? language : undefined,
    kind: CAPTION_KINDS.find((one) => one === kind),
  };
}

export const keepCaptionTaste = (taste: CaptionTaste): void => keepValues(KEY, taste);
