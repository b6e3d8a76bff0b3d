/** A file's settings in the Studio: what the form holds, and what the divider is told. */
import { isMarkService } from "../../../../codec/page.ts";
import type { DivideSettings, SourceFacts, TrimSeconds } from "../../division/protocol/divide-api.ts";
import { STUDIO_METHODS } from "../../division/protocol/studio-methods.ts";
import { drawnMark, type PartDraft, restrictedPart } from "../../shared/parts/part-draft.ts";
import { fileNameFor } from "../../shared/ui/text-format.ts";
import type { CaptionDraft } from "./caption-fields.tsx";

/** What a creator chooses for a file, as the form holds it. */
export type Settings = Pick<
  DivideSettings,
  "method" | "title" | "copyright" | "genre" | "ageLimit" | "quality" | "bitplane" | "protection" | "thumbnails"
> & {
  /** The part that is divided. */
  trim: TrimDraft;
  parts: readonly PartDraft[];
  covers: CoverDraft;
  /** Nothing is kept of the parts but what everybody sees. */
  withoutOriginal: boolean;
  /** Where pictures are coded anew: the rate follows from the source's size, not from `quality`. */
  staysBelowSource: boolean;
  /** Undefined as long as they are those of the source. */
  captions: readonly CaptionDraft[] | undefined;
};

export const COVER_TEXT_MAX = 200;

/** A picture and a text for hidden areas, as the form holds them. */
export interface CoverDraft {
  picture?: { name: string; bytes: Uint8Array<ArrayBuffer> };
  text: string;
}

/** What parts are covered by in the place of black or mosaic. */
export const neededCovers = (parts: readonly PartDraft[]): ("picture" | "text")[] =>
  (["picture", "text"] as const).filter((one) =>
    parts.some(({ way, area, treatment }) => way === "hide" && area !== "none" && treatment === one),
  );

/** Where the video begins and ends, in seconds; NaN while a number is typed, absent where nothing is cut off. */
export interface TrimDraft {
  from?: number;
  to?: number;
}

/** The same for the divider; undefined where nothing is cut off, or a number is missing. */
export function trimSeconds({ from = 0, to }: TrimDraft): TrimSeconds | undefined {
  if ((from === 0 && to === undefined) || Number.isNaN(from) || Number.isNaN(to)) return undefined;
  return { fromSeconds: from, ...(to === undefined ? {} : { toSeconds: to }) };
}

export const Settings: { initial: Settings } = {
  // Quantiser scale 4: about 40 dB on ordinary clips.
  initial: {
    method: "samples",
    title: "",
    copyright: "",
    genre: "",
    ageLimit: 0,
    quality: 4,
    staysBelowSource: true,
    bitplane: "gray",
    protection: "sealed",
    thumbnails: { poster: true, teaser: true, startSeconds: 0 },
    captions: undefined,
    trim: {},
    parts: [],
    covers: { text: "" },
    withoutOriginal: false,
  },
};

/** The chosen way, coded anew or not, where a method of that way takes the file, else the other; and the source's captions until others are wanted. */
export function possible(settings: Settings, { offers, captions }: SourceFacts): Settings {
  const taking = offers.filter(({ refusal }) => refusal === undefined).map(({ method }) => method);
  const { codesAnew } = STUDIO_METHODS[settings.method];
  return {
    ...settings,
    method: taking.find((method) => STUDIO_METHODS[method].codesAnew === codesAnew) ?? taking[0] ?? settings.method,
    captions: settings.captions ?? captions?.tracks.map((track, i) => ({ ...track, id: `source ${i}` })),
  };
}

function partSettings(
  parts: readonly PartDraft[],
  { picture, text }: CoverDraft,
): Pick<DivideSettings, "restrictions" | "covers" | "marks"> {
  const needed = neededCovers(parts);
  const hidden = parts.filter(({ way }) => way === "hide").map(restrictedPart);
  // A service without encryption, on a test's machine, has no other address that a phone could open.
  const service = isMarkService(location.origin) ? location.origin : `https://${location.hostname}`;
  const marks = parts.filter(({ way }) => way === "mark").map((part) => drawnMark(part, service));
  return {
    ...(hidden.length === 0 ? {} : { restrictions: hidden }),
    ...(needed.length === 0
      ? {}
      : {
          covers: {
            ...(needed.includes("picture") && picture !== undefined ? { picture: picture.bytes } : {}),
            ...(needed.includes("text") ? { text: text.trim() } : {}),
          },
        }),
    ...(marks.length === 0 ? {} : { marks }),
  };
}

/** The same as the divider takes them. */
export function divideSettings(
  {
    method,
    title,
    copyright,
    genre = "",
    ageLimit = 0,
    quality,
    staysBelowSource,
    bitplane,
    protection,
    thumbnails,
    captions = [],
    trim,
    parts,
    covers,
    withoutOriginal,
  }: Settings,
  { belowSource }: SourceFacts,
): DivideSettings {
  const part = trimSeconds(trim);
  return {
    method,
    title: title.trim(),
    copyright: copyright.trim(),
    genre: genre.trim(),
    ageLimit,
    quality,
    ...(STUDIO_METHODS[method].codesAnew && staysBelowSource && belowSource
      ? { bitrateKbits: belowSource.kilobits }
      : {}),
    ...(part === undefined ? {} : { trim: part }),
    ...partSettings(parts, covers),
    ...(withoutOriginal ? { withoutOriginal } : {}),
    bitplane,
    protection,
    thumbnails,
    captions: captions.map(({ id: _id, label, ...track }) => ({ ...track, label: label.trim() })),
    service: location.origin,
    player: `${location.origin}/watch`,
    mainName: fileNameFor(title, "cmx"),
    slaveName: fileNameFor(title, "cms"),
  };
}
