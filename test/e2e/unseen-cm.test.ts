/** S5 P4: a commercial whose pictures do not come to the screen opens no video. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { sampleOf } from "../support/sample.ts";
import { startApp, type TestApp } from "./support/app.ts";
import { pressPlay, waitForState, withPage } from "./support/pages.ts";

let app: TestApp;

beforeAll(async () => {
  app = await startApp(2);
});

afterAll(() => app?.close());

/** Ways to keep the pictures from the screen; each runs before the page's own code. */
const BLOCKS: Record<string, () => void> = {
  "its element takes no room": () => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(".cm-video { display: none !important }");
    document.adoptedStyleSheets.push(sheet);
  },
  "no frame is ever presented": () => {
    HTMLVideoElement.prototype.requestVideoFrameCallback = () => 0;
  },
  "it is seen no more from its middle on": () => {
    addEventListener(
      "timeupdate",
      ({ target }) => {
        if (target instanceof HTMLVideoElement && target.currentTime > 0.3) target.hidden = true;
        if (target instanceof HTMLVideoElement && target.hidden) target.style.display = "none";
      },
      true,
    );
  },
};

it.each(sampleOf(Object.entries(BLOCKS), 1))(
  "S5 P4: %s: the video is not reached, and the viewer is told why",
  async (_, block) => {
    await withPage(app, "/", async ({ page, expectProblem }) => {
      await page.addInitScript(block);
      await page.reload();
      await page.getByRole("link", { name: "Watch Bay" }).click();
      await waitForState(page, "ready");
      const asked: string[] = [];
      page.on("request", (request) => asked.push(new URL(request.url()).pathname));
      expectProblem("not on screen");
      const opened = page.waitForResponse((response) => response.url().endsWith("/api/plays"));
      await pressPlay(page);
      const { playId } = await (await opened).json();
      await waitForState(page, "error");
      await page.getByText("Parts of the commercial were not on screen", { exact: false }).waitFor();
      expect(asked.filter((path) => path.endsWith("/secret"))).toEqual([]);
      const place = await page.evaluate(async (id) => (await fetch(`/api/plays/${id}`)).json(), playId);
      expect(place.kind).not.toBe("video");
      expect(await page.locator(".video-canvas").getAttribute("data-picture-seconds")).toBeNull();
    });
  },
);
