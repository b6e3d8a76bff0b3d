import { describe, expect, it } from "vitest";
import { en, type TextKey } from "../../web/src/shared/i18n/en.ts";
import { ja } from "../../web/src/shared/i18n/ja.ts";
import { chooseLanguage, translate } from "../../web/src/shared/i18n/text.tsx";

const blanks = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

describe("the pages' words", () => {
  it("are there in Japanese too, with the same blanks", () => {
    expect(Object.keys(ja).sort()).toEqual(Object.keys(en).sort());
    for (const key of Object.keys(en) as TextKey[]) expect(blanks(ja[key]), key).toEqual(blanks(en[key]));
  });

  it("have their blanks filled in", () => {
    expect(translate("en", "studio.frames", { done: 3, total: 9 })).toBe("3 of about 9 frames");
    expect(translate("en", "studio.frames", { done: 3 })).toBe("3 of about {total} frames");
  });

  it("come in the first language that is known", () => {
    expect(chooseLanguage(["de-CH", "ja-JP", "en"])).toBe("ja");
    expect(chooseLanguage(["en-GB", "ja"])).toBe("en");
    expect(chooseLanguage([])).toBe("en");
  });
});
