/** D9: thumbnail picture and video, made in the Studio and shown by the library. */
import { join } from "node:path";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../support/tree.ts";
import { startApp, type TestApp } from "./support/app.ts";
import { chooseFile, chooseMethod, type MethodName, withPage } from "./support/pages.ts";

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterAll(async () => {
  await app?.close();
});

/** Mean difference, 0 to 255, of two videos' pictures at these seconds. */
function difference(page: Page, [a, b]: [string, string], [atA, atB]: [number, number]): Promise<number> {
  return page.evaluate(
    async ([first, second]) => {
      const pixels = async ([selector, seconds]: readonly [string, number]) => {
        const video = document.querySelector<HTMLVideoElement>(selector);
        const context = new OffscreenCanvas(32, 18).getContext("2d");
        if (video === null || context === null) throw new Error(`${selector} is not there`);
        video.pause();
        const seeked = new Promise((resolve) => video.addEventListener("seeked", resolve, { once: true }));
        video.currentTime = seconds;
        await seeked;
        context.drawImage(video, 0, 0, 32, 18);
        return context.getImageData(0, 0, 32, 18).data;
      };
      const [x, y] = [await pixels(first), await pixels(second)];
      return x.reduce((sum, value, i) => sum + Math.abs(value - (y[i] ?? 0)), 0) / x.length;
    },
    [[a, atA] as const, [b, atB] as const] as const,
  );
}

async function divide(page: Page, method: MethodName, title: string): Promise<void> {
  await chooseFile(page, join(ROOT, "samples/scene.mp4"));
  await chooseMethod(page, method);
  await page.getByLabel("Title").fill(title);
}
async function publish(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Publish the .cmx in the library" }).click();
  await page.getByText("Published in the library.").waitFor();
}
const SOURCE_AND_TEASER: [string, string] = [".preview", ".studio-teaser video"];

describe("D9 the Studio's thumbnails", () => {
  it("by default: a picture, and a teaser of the first five seconds that the library's card plays", async () => {
    await withPage(app, "/studio", async ({ page }) => {
      await divide(page, "Keep as it is", "With a teaser");
      await page.getByRole("button", { name: "Divide", exact: true }).click();
      await page.locator(".studio-teaser video").waitFor({ timeout: 60_000 });
      const [own, other] = [
        await difference(page, SOURCE_AND_TEASER, [1.01, 1.01]),
        await difference(page, SOURCE_AND_TEASER, [4.01, 1.01]),
      ];
      expect(own).toBeLessThan(other * 0.8); // coded twice, in real time
      await publish(page);
    });
    await withPage(
      app,
      "/",
      async ({ page }) => {
        const card = page.locator(".video-card", { hasText: "With a teaser" });
        await card.locator("img").waitFor();
        await card.hover();
        await page.waitForFunction(
          () => (document.querySelector<HTMLVideoElement>("video.teaser")?.currentTime ?? 0) > 0.2,
        );
        const { width, seconds } = await card.locator("video.teaser").evaluate((video: HTMLVideoElement) => ({
          width: video.videoWidth,
          seconds: video.duration,
        }));
        expect(width).toBe(320);
        expect(seconds).toBeGreaterThan(4.5);
        expect(seconds).toBeLessThan(5.2);
      },
      { isSignedIn: false },
    );
  });

  it("as the creator wants: from another second, compressed or not, without a picture, or none at all", async () => {
    await withPage(app, "/studio", async ({ page }) => {
      await divide(page, "Compress and divide", "From the third second");
      await page.getByLabel("A small picture").uncheck();
      await page.getByLabel("From second").fill("3");
      await page.getByRole("button", { name: "Divide", exact: true }).click();
      await page.locator(".studio-teaser video").waitFor({ timeout: 60_000 });
      const [own, other] = [
        await difference(page, SOURCE_AND_TEASER, [4.01, 1.01]),
        await difference(page, SOURCE_AND_TEASER, [1.01, 1.01]),
      ];
      expect(own).toBeLessThan(other * 0.8); // coded twice, in real time
      await publish(page);
      await divide(page, "Keep as it is", "Nothing in the clear");
      expect(await page.getByLabel("A small picture").isChecked()).toBe(true); // a new video begins anew
      for (const name of ["A small picture", "A teaser: 5 seconds"]) await page.getByLabel(name).uncheck();
      await page.getByRole("button", { name: "Divide", exact: true }).click();
      await page.getByText("The service holds the slave").waitFor({ timeout: 60_000 });
      expect(await page.locator(".studio-teaser").count()).toBe(0);
      expect(await page.getByText("No teaser could be made").count()).toBe(0);
      await publish(page);
    });
    const { videos } = (await (await fetch(`${app.url}/api/videos?size=50`)).json()) as {
      videos: { title: string; posterUrl: string | null; teaserUrl: string | null }[];
    };
    const shown = Object.fromEntries(
      videos.map(({ title, posterUrl, teaserUrl }) => [title, [posterUrl !== null, teaserUrl !== null]]),
    );
    expect(shown).toMatchObject({ "From the third second": [false, true], "Nothing in the clear": [false, false] });
  });

  it("where the browser has no encoder, the division goes on without a teaser and says so", async () => {
    await withPage(app, "/studio", async ({ page }) => {
      page.on("worker", (worker) => void worker.evaluate("delete self.VideoEncoder"));
      await divide(page, "Keep as it is", "Without an encoder");
      await page.getByRole("button", { name: "Divide", exact: true }).click();
      await page.getByText("No teaser could be made: this browser").waitFor({ timeout: 60_000 });
      await page.getByText("The service holds the slave").waitFor();
    });
  });
});
