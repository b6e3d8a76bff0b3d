/** The page /bench runs kernels and codec in the browser (row D3). */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { screenshot, startApp, type TestApp } from "./support/app.ts";
import { withPage } from "./support/pages.ts";

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterAll(async () => {
  await app?.close();
});

describe("the page /bench", () => {
  it("D3: measures the codec at four qualities and every kernel, and draws the curve", async () => {
    await withPage(app, "/bench", async ({ page }) => {
      await page.getByRole("button", { name: "Start", exact: true }).click();
      await page.waitForSelector('.bench[data-phase="done"]', { timeout: 120_000 });
      const cells = (row: string, column: number) => page.locator(`${row} td:nth-child(${column})`).allTextContents();
      const speeds = [...(await cells(".codec-row", 2)), ...(await cells(".codec-row", 3))].map(Number);
      expect(speeds).toHaveLength(8);
      for (const speed of speeds) expect(speed).toBeGreaterThan(0);
      const decibels = (await cells(".codec-row", 5)).map(Number);
      expect(decibels).toEqual([...decibels].sort((a, b) => b - a)); // coarser quantisers, less likeness
      expect(decibels[0]).toBeGreaterThan(40);
      expect(await page.locator(".kernel-row").count()).toBeGreaterThanOrEqual(20);
      expect(await page.locator(".rate-chart canvas").count()).toBe(2); // and the recorded curves
      await screenshot(page, "bench");
      await page.locator(".recorded").scrollIntoViewIfNeeded();
      await screenshot(page, "bench-recorded");
    });
  });
});
