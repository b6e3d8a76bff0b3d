import { describe, expect, it } from "vitest";
import { en } from "../../web/src/shared/i18n/en.ts";
import { ja } from "../../web/src/shared/i18n/ja.ts";
import { lateEn } from "../../web/src/shared/i18n/late-texts.ts";
import { chooseLanguage, loadLanguage, translate } from "../../web/src/shared/i18n/text.tsx";

const blanks = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

describe("the pages' words", () => {
  it("are there in Japanese too, with the same blanks", () => {
    const english = Object.entries({ ...en, ...lateEn }).filter(([key]) => !key.endsWith("_one")); // a form that Japanese has not
    expect(Object.keys(ja).sort()).toEqual(english.map(([key]) => key).sort());
    for (const [key, text] of english) expect(blanks(ja[key as keyof typeof ja]), key).toEqual(blanks(text));
  });

  it("have their blanks filled in", () => {
    expect(translate("en", "studio.frames", { done: 3, total: 9 })).toBe("3 of about 9 frames");
    expect(translate("en", "studio.frames", { done: 3 })).toBe("3 of about {total} frames");
  });

  it("go by the number that they tell", async () => {
    await loadLanguage("ja");
    expect(translate("en", "home.videos", { count: 1 })).toBe("1 video");
    expect(translate("en", "home.videos", { count: 12 })).toBe("12 videos");
    expect(translate("ja", "home.videos", { count: 1 })).toBe("動画1本");
  });

  it("hold what viewers wrote as it is", () => {
    expect(translate("en", "home.noneFound", { query: "<b>$t(nav.home) {count}&" })).toContain(
      "<b>$t(nav.home) {count}&",
    );
  });

  it("come in the first language that is known", () => {
    expect(chooseLanguage(["de-CH", "ja-JP", "en"])).toBe("ja");
    expect(chooseLanguage(["en-GB", "ja"])).toBe("en");
    expect(chooseLanguage([])).toBe("en");
  });
});
