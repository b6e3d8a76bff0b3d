/** P3: the window by keys alone, full screen, what the system's media controls show, and a narrow screen. */
import type { Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { expectAccessible } from "./support/accessibility.ts";
import { startApp, type TestApp } from "./support/app.ts";
import { position, pressPlay, waitForState, withPage } from "./support/pages.ts";

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterAll(() => app?.close());

const volume = (page: Page): Promise<string> => page.getByLabel("Volume", { exact: true }).inputValue();

it("P3 P4: keys play, seek, mute and fill the screen as in other players, and move nothing in a CM", async () => {
  await withPage(app, "/", async ({ page }) => {
    await page.getByRole("link", { name: "Watch Bay" }).click();
    await waitForState(page, "ready");
    await pressPlay(page);
    await waitForState(page, "cm");
    for (const key of ["l", "5", "End", "k", "Space"]) await page.keyboard.press(key);
    expect(await page.locator(".stage").getAttribute("data-state")).toBe("cm");
    expect(await page.evaluate(() => document.querySelector("video")?.paused)).toBe(false);
    await expectAccessible(page);

    await waitForState(page, "playing");
    await page.keyboard.press("k");
    await waitForState(page, "paused");
    await page.keyboard.press("5");
    const middle = await position(page);
    expect(middle).toBeCloseTo(5, 0);
    await page.keyboard.press("ArrowLeft");
    expect(await position(page)).toBeCloseTo(Math.max(0, middle - 5), 1);
    await page.keyboard.press("l");
    await page.keyboard.press("j");
    await page.keyboard.press("ArrowRight");
    expect(await position(page)).toBeCloseTo(5, 0);
    expect(await page.evaluate(() => navigator.mediaSession.metadata?.title)).toMatch(/sample/);

    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    expect(await volume(page)).toBe("0.9");
    await page.keyboard.press("m");
    await page.getByRole("button", { name: "Unmute" }).waitFor();
    await page.keyboard.press("f");
    await page.getByRole("button", { name: "Leave full screen" }).waitFor();
    await page.keyboard.press("f");
    await page.getByRole("button", { name: "Full screen", exact: true }).waitFor();

    await page.setViewportSize({ width: 320, height: 640 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    await expectAccessible(page);

    // Words typed beside the video are no keys of the player.
    await page.getByText("Your data", { exact: true }).click();
    await page.getByLabel("Genres of video you like").pressSequentially("km");
    expect(await page.locator(".stage").getAttribute("data-state")).toBe("paused");
    await page.getByRole("button", { name: "Unmute" }).click();

    await page.reload();
    await waitForState(page, "ready");
    expect(await volume(page)).toBe("0.9");
  });
});
