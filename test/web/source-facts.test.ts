/** What the Studio says of a chosen file: a cut file's length, with a warning. */
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import type { SourceFacts } from "../../web/src/division/protocol/divide-api.ts";
import { SourceFactsView } from "../../web/src/features/studio/source-facts.tsx";

const FACTS = {
  container: "MP4",
  bytes: 1_000_000,
  durationSeconds: 62,
  video: {
    codec: "avc1",
    width: 640,
    height: 360,
    shownWidth: 640,
    shownHeight: 360,
    framesPerSecond: 30,
    isConstantRate: true,
  },
  hasUnknownSound: false,
  hasUnplayedSound: false,
  offers: [],
} as unknown as SourceFacts;

const page = (facts: Partial<SourceFacts>): string =>
  renderToStaticMarkup(createElement(SourceFactsView, { facts: { ...FACTS, ...facts }, method: "samples" }));

describe("the facts of a chosen file", () => {
  it("of a cut file are what is there, with a warning that names both lengths", () => {
    const cut = page({ toldSeconds: 125.4 });
    expect(cut).toContain("<dd>1:02</dd>");
    expect(cut).toMatch(
      /notice-warning[^>]*>This file is cut: about 1:02 of 2:05 are there\. The video will end at 1:02\./,
    );
  });

  it("of a whole file warn of nothing", () => {
    expect(page({})).toContain("<dd>1:02</dd>");
    expect(page({})).not.toContain("notice");
  });
});
