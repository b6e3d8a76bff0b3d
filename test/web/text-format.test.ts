import { describe, expect, it } from "vitest";
import {
  fileNameFor,
  formatBytes,
  formatShare,
  formatTime,
  withoutExtension,
} from "../../web/src/shared/ui/text-format.ts";

describe("formatTime", () => {
  it.each([
    [0, "0:00"],
    [7.99, "0:07"],
    [59.999, "0:59"],
    [60, "1:00"],
    [754, "12:34"],
    [3600, "1:00:00"],
    [3723, "1:02:03"],
    [36_000, "10:00:00"],
    [-3, "0:00"],
    [Number.NaN, "0:00"],
    [Number.POSITIVE_INFINITY, "0:00"],
  ])("%s s is %s", (seconds, text) => {
    expect(formatTime(seconds)).toBe(text);
  });
});

describe("formatBytes", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.00 kB"],
    [22_900, "22.9 kB"],
    [999_499, "999 kB"],
    [999_600, "1.00 MB"],
    [1_128_375, "1.13 MB"],
    [5e9, "5.00 GB"],
  ])("%s bytes are %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

it("formatShare keeps a decimal where it matters", () => {
  expect(formatShare(14, 1000)).toBe("1.4 %");
  expect(formatShare(870, 1000)).toBe("87 %");
  expect(formatShare(5, 0)).toBe("0.0 %");
});

it("file names lose what systems refuse, and never become empty", () => {
  expect(withoutExtension("holiday.final.mp4")).toBe("holiday.final");
  expect(withoutExtension(".hidden")).toBe(".hidden");
  expect(fileNameFor('A/B: "C"?', "cmx")).toBe("A B C.cmx");
  expect(fileNameFor("  \u0000 ... ", "cmx")).toBe("video.cmx");
  expect(fileNameFor("花と風", "cmx")).toBe("花と風.cmx");
});
