import { describe, expect, it } from "vitest";
import { captionsOfFileName, languageName, languageTag } from "../../codec/captions/caption-track.ts";
import { asWebVtt, CUE_MAX_CHARACTERS, checkWebVtt, readCaptionFile } from "../../codec/captions/web-vtt.ts";

const bytes = (text: string, encoding: BufferEncoding = "utf8"): Uint8Array =>
  Uint8Array.from(Buffer.from(text, encoding));

/** So many cues of three lines, a millisecond each. */
const distinct = (count: number): string =>
  Array.from({ length: count }, (_, i) => {
    const time = (milliseconds: number) => `00:${(milliseconds / 1000).toFixed(3).padStart(6, "0")}`;
    return `${time(i)} --> ${time(i + 1)}\nx\n\n`;
  }).join("");

describe("captions of SubRip become WebVTT", () => {
  it("with its head, and points in the times, not in the words", () => {
    const text = "\uFEFF1\r\n00:00:01,500 --> 00:00:02,250\r\nAt 00:00:09,000, they said\r\n";
    expect(asWebVtt(text)).toBe("WEBVTT\n\n1\r\n00:00:01.500 --> 00:00:02.250\r\nAt 00:00:09,000, they said\r\n");
  });

  it("without places that it does not know, with a < that is none of its tags, with whole digits", () => {
    const text = "1\n0:00:01,5 --> 0:00:02,25 X1:40 X2:600\n{\\an8}<i>I</i> <3 <font color=red>you</font>\n";
    expect(asWebVtt(text)).toBe(
      "WEBVTT\n\n1\n00:00:01.500 --> 00:00:02.250\n<i>I</i> &lt;3 <font color=red>you</font>\n",
    );
  });

  it("where they are no SubRip, they stay as they are", () => {
    for (const text of ["WEBVTT\n\n00:01.000 --> 00:02.000\nOne, two\n", "\uFEFFWEBVTT\n", "00:00:01,500", ""])
      expect(asWebVtt(text)).toBe(text);
  });
});

describe("a file of captions", () => {
  it("is taken with identifiers, settings, notes and styles", () => {
    const text = `\uFEFFWEBVTT - the bay\r\nKind: captions\r\n\r\nNOTE ${"a long note ".repeat(400)}\r\n\r\nSTYLE\r\n::cue { color: red }\r\n\r\none\r\n00:01.000 --> 100:00:02.000 line:0 align:start\r\n<v Ann>The bay\r\n`;
    expect(readCaptionFile(bytes(text), "bay.vtt")).toBe(text.slice(1));
    expect(readCaptionFile(bytes("1\n00:00:01,500 --> 00:00:02,250\nThe bay\n"), "bay.srt")).toMatch(/^WEBVTT/);
  });

  it("is refused in one line that says what, where and what to do", () => {
    const head = "WEBVTT\n\n";
    const refused: [string, Uint8Array, string][] = [
      [
        "no captions",
        bytes("hello"),
        "there are no captions in this file: choose a WebVTT (.vtt) or SubRip (.srt) file",
      ],
      ["empty", bytes(""), "there are no captions"],
      ["a head alone", bytes(head), "there are no captions"],
      ["WEBVTTX", bytes("WEBVTTX\n\n00:01.000 --> 00:02.000\nx"), "there are no captions"],
      [
        "Latin-1",
        bytes("WEBVTT\n\n00:01.000 --> 00:02.000\nB\xeda", "latin1"),
        "is not text in UTF-8; save it as UTF-8",
      ],
      [
        "a wrong time",
        bytes(`${head}00:01.000 --> 00:61.000\nx`),
        'line 3: "00:01.000 --> 00:61.000" is no cue\'s times',
      ],
      ["a time of SubRip", bytes(`${head}00:01.000 --> 00:02,000\nx`), "line 3:"],
      ["an end before its start", bytes(`${head}a\n00:02.000 --> 00:01.000\nx`), "line 4: the cue ends at 00:01.000"],
      [
        "a long cue",
        bytes(`${head}00:01.000 --> 00:02.000\n${"x\n".repeat(1001)}`),
        "line 1004: a cue of more than 2000",
      ],
      ["too many cues", bytes(head + distinct(20_001)), "line 60003: more than 20000 cues"],
      [
        "too many at once",
        bytes(head + "00:01.000 --> 00:02.000\nx\n\n00:00:01.000 --> 00:03.000\nx\n\n".repeat(51)),
        "line 303: more than 100 cues with the same start",
      ],
      ["too much", new Uint8Array((2 << 20) + 1), "more than 2097152 bytes"],
      [
        "too much once it is WebVTT",
        bytes(`1\n00:00:01,000 --> 00:00:02,000\n${"<\n\n".repeat(600_000)}`),
        "more than 2097152 bytes",
      ],
    ];
    for (const [name, file, message] of refused) {
      expect(() => readCaptionFile(file, "bay.vtt"), name).toThrow(message);
      expect(() => readCaptionFile(file, "bay.vtt"), name).toThrow(/^bay\.vtt[^\n]*$/);
    }
  });

  it("of whatever bytes, is taken or refused by name, in time that grows with its length", () => {
    const parts = [
      "WEBVTT",
      "\n",
      "\r",
      "\0",
      " --> ",
      "00:00:01,000",
      "00:01.000",
      "<",
      "{\\",
      "}",
      "\uFEFF",
      "x",
      " ",
    ];
    let state = 7;
    const random = (below: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return (state >>> 8) % below;
    };
    for (let i = 0; i < 2000; i++) {
      const text = Array.from({ length: random(40) }, () => parts[random(parts.length)]).join("");
      try {
        checkWebVtt(readCaptionFile(bytes(text), "any"), "any", "every cue");
      } catch (error) {
        expect((error as Error).name, text).toBe("InputError");
      }
    }
    for (const part of ["{\\", "00:00:01,000 ", " ", "00:00:01,000 -->\t", "<"])
      expect(() => readCaptionFile(bytes(part.repeat(Math.floor((1 << 20) / part.length))), "any")).toThrow(/^any/);
  });

  it("whose times a browser would not take can still be shown, within its bounds", () => {
    const text = "WEBVTT\n\n00:01 --> 00:02\nx\n\n00:03.000 --> 00:04.000\ny\n";
    checkWebVtt(text, "any", "bounds");
    expect(() => checkWebVtt(text + "z".repeat(CUE_MAX_CHARACTERS), "any", "bounds")).toThrow("line 8");
  });
});

describe("languages", () => {
  it("are told by a file's name", () => {
    const names: [string, string | undefined, string][] = [
      ["film.ja.vtt", "ja", "subtitles"],
      ["my.film.2024.pt-br.srt", "pt-BR", "subtitles"],
      ["film.zh_Hant.vtt", "zh-Hant", "subtitles"],
      ["film.eng.srt", "en", "subtitles"],
      ["film.en.cc.vtt", "en", "captions"],
      ["film.en.SDH.srt", "en", "captions"],
      ["film.vtt", undefined, "subtitles"],
      ["ja.vtt", undefined, "subtitles"],
      ["film.1080p.srt", undefined, "subtitles"],
      ["film.final.vtt", undefined, "subtitles"],
      ["film.hi.srt", "hi", "subtitles"], // Hindi
    ];
    for (const [name, language, kind] of names) expect(captionsOfFileName(name), name).toEqual({ language, kind });
  });

  it("have canonical tags and a name", () => {
    expect(["JA", "pt-br", "eng", "x!", "", "a".repeat(40), "x-mine"].map(languageTag)).toEqual([
      "ja",
      "pt-BR",
      "en",
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect([languageName("ja"), languageName("ja", "en"), languageName("qaa")]).toEqual(["日本語", "Japanese", "qaa"]);
  });
});
