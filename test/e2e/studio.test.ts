/** The Studio when things do not go straight on. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sourceVideo, startApp, storedFiles, type TestApp } from "./support/app.ts";
import { chooseFile, waitForProgress, withPage } from "./support/pages.ts";

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterAll(async () => {
  await app?.close();
});

describe("Studio", () => {
  it("cancel in the middle of a division leaves no file and sends nothing", async () => {
    const source = sourceVideo("bbb_480p_30s.mp4");
    await withPage(app, "/studio", async ({ page }) => {
      const uploads: string[] = [];
      page.on("request", (request) => {
        if (request.method() === "PUT") uploads.push(request.url());
      });
      await chooseFile(page, source);
      await page.getByRole("button", { name: "Divide" }).click();
      await waitForProgress(page, 5);
      expect(await storedFiles(page)).toHaveLength(2);
      const start = Date.now();
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.getByText("Cancelled. Nothing was kept or sent.").waitFor();
      expect(Date.now() - start).toBeLessThan(1500);
      expect(await storedFiles(page)).toEqual([]);
      expect(uploads).toEqual([]);
      await page.getByRole("button", { name: "Divide" }).waitFor(); // and it can be tried again
    });
  });

  it("says plainly that a file holds no video", async () => {
    const text = join(app.dataDir, "notes.mp4");
    await writeFile(text, "This is no video.\n".repeat(100));
    await withPage(app, "/studio", async ({ page }) => {
      await chooseFile(page, text);
      expect(await page.getByRole("alert").innerText()).toMatch(/no video file/);
    });
  });
});
