/** The Studio's page before a file is chosen. */
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { StudioPage } from "../../web/src/features/studio/studio-page.tsx";

it("D4 the file dialogue offers the endings of what the Studio divides, those of MPEG files too", () => {
  const page = renderToStaticMarkup(createElement(StudioPage));
  const accepted = /<input[^>]* accept="([^"]*)"/.exec(page)?.[1]?.split(",");
  const endings = [".mp4", ".mov", ".webm", ".mkv", ".ivf", ".264", ".ts"];
  const mpegEndings = [".mpg", ".mpeg", ".m1v", ".m2v", ".vob", ".m2ts", ".mts", ".dat"];
  expect(accepted).toEqual(expect.arrayContaining([...endings, ...mpegEndings]));
  expect(page).toContain("MPG, M1V, M2V, VOB, DAT");
});
