/** Why something failed, in the reader's language. */
import { beforeAll, describe, expect, it } from "vitest";
import { readCaptionFile } from "../../codec/captions/web-vtt.ts";
import { DeliveryError, FormatError, UnsupportedError } from "../../codec/errors.ts";
import { MainReader } from "../../codec/format/main-file.ts";
import { sourceFromBytes } from "../../codec/page.ts";
import type { Language } from "../../web/src/shared/i18n/language.ts";
import { reasonOf as reasonIn } from "../../web/src/shared/i18n/reasons.ts";
import { loadLanguage, translate } from "../../web/src/shared/i18n/text.tsx";
import { failureOf } from "../../web/src/shared/net/request.ts";

/** What the service answers. */
const refused = (status: number, code: string, details?: object) =>
  failureOf(status, JSON.stringify({ error: { code, message: "as the service says it", details } }), null);

beforeAll(() => loadLanguage("ja"));

const reasonOf = (error: Error, language: Language) =>
  reasonIn(error, language, (key, values) => translate(language, key, values));

const thrownBy = async (work: () => unknown): Promise<Error> => {
  try {
    await work();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
};
const ENGLISH_WORDS = /[a-z]{4,}/;

describe("a reason", () => {
  it("is the service's own message in English", () => {
    expect(reasonOf(refused(403, "forbidden"), "en")).toBe("As the service says it");
  });

  it("is said in Japanese by the service's code, with what it tells", () => {
    expect(reasonOf(refused(401, "signed_out"), "ja")).toBe("サインインしてください。");
    expect(reasonOf(refused(403, "not_yet", { from: "2027-01-02" }), "ja")).toBe(
      "この動画は2027-01-02から再生できます。",
    );
    expect(reasonOf(refused(429, "too_many", { retryAfterSeconds: 2.3 }), "ja")).toContain("3秒後");
    expect(reasonOf(refused(429, "too_many"), "ja")).toContain("しばらくしてから");
  });

  it("says in Japanese that the service cannot be reached", () => {
    expect(reasonOf(new DeliveryError("Failed to fetch", { status: 0 }), "ja")).toContain("接続できません");
  });

  it("of a file of captions has the file's name and the line, in both languages", async () => {
    const late = "WEBVTT\n\n00:05.000 --> 00:04.000\nHello\n";
    for (const text of ["none", late, `WEBVTT\n\n00:01.000 --> 00:02.000\n${"x".repeat(20_000)}\n`]) {
      const error = await thrownBy(() => readCaptionFile(new TextEncoder().encode(text), "湾.vtt"));
      expect(reasonOf(error, "en")).toContain("“湾.vtt”");
      const japanese = reasonOf(error, "ja");
      expect(japanese).toContain("「湾.vtt」");
      expect(japanese.replace("WebVTT", "").replaceAll("vtt", "").replace("SubRip", "")).not.toMatch(ENGLISH_WORDS);
    }
    const error = await thrownBy(() => readCaptionFile(new TextEncoder().encode(late), "a.vtt"));
    expect(reasonOf(error, "ja")).toContain("3行目");
  });

  it("of a main that is cut or is none is said by what it is", async () => {
    const error = await thrownBy(() => MainReader.open(sourceFromBytes(new Uint8Array(500))));
    expect(reasonOf(error, "en")).toBe("This is no main file (.cmx): its first bytes are others.");
    expect(reasonOf(error, "ja")).toBe(".cmx ファイルではありません。");
  });

  it("is said in Japanese by the kind of error where nothing closer is known", () => {
    expect(reasonOf(new FormatError("the trailer is cut"), "ja")).not.toMatch(ENGLISH_WORDS);
    expect(reasonOf(new UnsupportedError("no decoder for xyz"), "ja")).not.toMatch(ENGLISH_WORDS);
  });

  it("begins as a sentence in English, unless a name or an address stands first", () => {
    expect(reasonOf(new FormatError("the trailer is cut"), "en")).toBe("The trailer is cut");
    expect(reasonOf(new FormatError("bay.srt: no cue"), "en")).toBe("bay.srt: no cue");
  });

  it("is given as details in Japanese where the service's code has no words", () => {
    expect(reasonOf(refused(403, "constructor"), "ja")).toBe("詳細：as the service says it");
  });
});
