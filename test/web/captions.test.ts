import { describe, expect, it } from "vitest";
import { asWebVtt, cuesAt } from "../../web/src/player/captions.ts";

describe("captions", () => {
  it("of SubRip become WebVTT: its head, and points in the times, not in the words", () => {
    const text = "\uFEFF1\r\n00:00:01,500 --> 00:00:02,250\r\nAt 00:00:09,000, they said\r\n";
    expect(asWebVtt(text)).toBe("WEBVTT\n\n1\r\n00:00:01.500 --> 00:00:02.250\r\nAt 00:00:09,000, they said\r\n");
  });

  it("of WebVTT, and what is no captions, stay as they are", () => {
    for (const text of ["WEBVTT\n\n00:01.000 --> 00:02.000\nOne, two\n", "\uFEFFWEBVTT\n", "00:00:01,500", ""])
      expect(asWebVtt(text)).toBe(text);
  });

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
});
