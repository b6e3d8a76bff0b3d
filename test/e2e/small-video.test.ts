/** P3: the small window of browsers that have no windows of a page's own: Safari's, Chromium's on phones. */
import type { Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startApp, type TestApp } from "./support/app.ts";
import { type PublishedMain, publishScene } from "./support/clips.ts";
import { playThroughCm, waitForState, withPage } from "./support/pages.ts";

let app: TestApp;
let film: PublishedMain;
beforeAll(async () => {
  app = await startApp(3);
  film = await publishScene(app, "Small", 20);
});
afterAll(() => app?.close());

/** What the browser's small window shows. */
const shownSmall = (page: Page) =>
  page.evaluate(() => {
    const video = document.pictureInPictureElement as HTMLVideoElement | null;
    if (video === null) return "nothing";
    return video.srcObject === null ? video.className : "the canvas";
  });

it("P3 P4: shows the video, goes over to the CM and back to it, and ends by the button", async () => {
  await withPage(app, "/", async ({ page }) => {
    await page.addInitScript(() =>
      Object.defineProperty(window, "documentPictureInPicture", { value: undefined, configurable: true }),
    );
    await page.goto(`/watch?main=${film.mainId}`);
    await playThroughCm(page);
    const button = page.getByRole("button", { name: "Small window on top" });
    await button.click();
    await expect.poll(() => shownSmall(page)).toBe("the canvas");
    expect(await button.getAttribute("aria-pressed")).toBe("true");
    expect(await page.getByText("The picture is in the small window.").count()).toBe(0);

    await page.keyboard.press("Home");
    await page.keyboard.press("p"); // to the CM before the video
    await waitForState(page, "cm");
    await expect.poll(() => shownSmall(page)).toBe("cm-video");
    await waitForState(page, "playing");
    await expect.poll(() => shownSmall(page)).toBe("the canvas");
    await button.click();
    await expect.poll(() => shownSmall(page)).toBe("nothing");
    await expect.poll(() => button.getAttribute("aria-pressed")).toBe("false");
  });
});
