import { describe, expect, it } from "vitest";
import type { CaptionLanguage } from "../../codec/captions/caption-track.ts";
import { cuesAt } from "../../web/src/player/page/captions/captions.ts";
import { listedPlaces, placeFor } from "../../web/src/player/page/captions/captions-store.ts";

describe("captions", () => {
  it("are on from their start until before their end, one over the other where they overlap", () => {
    const cues = [
      { startTime: 0, endTime: 2 },
      { startTime: 1, endTime: 3 },
    ];
    expect(cuesAt(cues, 0)).toEqual([cues[0]]);
    expect(cuesAt(cues, 1)).toEqual(cues);
    expect(cuesAt(cues, 2)).toEqual([cues[1]]);
    expect(cuesAt(cues, 3)).toEqual([]);
  });

  it("that would cover the picture are left out, the newest stay", () => {
    const cues = Array.from({ length: 1000 }, (_, i) => ({ startTime: i / 1000, endTime: 10 }));
    expect(cuesAt(cues, 5)).toEqual(cues.slice(-6));
  });

  const offer = (language: string, kind: CaptionLanguage["kind"] = "subtitles"): CaptionLanguage => ({
    language,
    kind,
    label: language,
  });

  it("are taken in the viewer's language: of the same kind, else of another, else of another region", () => {
    const offers = [offer("en-GB"), offer("en"), offer("en", "captions"), offer("pt-BR"), offer("zh-Hant")];
    const at = (language: string | undefined, kind?: CaptionLanguage["kind"]) => placeFor(offers, { language, kind });
    expect(at("en", "captions")).toBe(2);
    expect(at("en")).toBe(1);
    expect(at("en-US")).toBe(0);
    expect(at("pt", "captions")).toBe(3);
    expect(at("zh-Hans")).toBe(4);
    expect([at("ja"), at("e"), at(undefined)]).toEqual([undefined, undefined, undefined]);
  });

  it("are listed in the page's language first, else in the main's order", () => {
    const file = { file: new File([], "own.vtt"), label: "own.vtt" };
    expect(listedPlaces([offer("fr"), offer("ja"), file, offer("en"), offer("ja-JP", "captions")], "ja")).toEqual([
      1, 4, 0, 2, 3,
    ]);
  });
});
