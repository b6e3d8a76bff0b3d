/** A part of a video in the Studio: by handles, by numbers, by keys; kept as it is and compressed; and how it plays. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../support/tree.ts";
import { startApp, storedFiles, type TestApp } from "./support/app.ts";
import { combinedHash, nextSlave, saveMain } from "./support/long-files.ts";
import { chooseFile, chooseMethod, playThroughCm, seekBar, withPage } from "./support/pages.ts";

const SCENE = join(ROOT, "samples/scene.mp4");

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(async () => {
  await app?.close();
});

const divide = (page: Page) => page.getByRole("button", { name: "Divide", exact: true }).click();
const from = (page: Page) => page.getByLabel("From, in seconds");
const to = (page: Page) => page.getByLabel("To, in seconds");

const picturesOf = (path: string): string[] =>
  execFileSync("ffmpeg", ["-v", "error", "-i", path, "-map", "0:v", "-f", "framemd5", "-"], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(",").at(-1)?.trim() ?? "");

/** Divides, and gives what the pair combines to. */
async function combined(page: Page, name: string): Promise<string> {
  const slave = nextSlave(app, page);
  await divide(page);
  const main = join(app.dataDir, "part.cmx");
  await saveMain(page, main);
  const out = join(app.dataDir, name);
  await combinedHash(main, await slave, out);
  return out;
}

describe("Studio", () => {
  it("D3 keeps a part as it is from key picture to key picture, says so before, and plays it", async () => {
    await withPage(app, "/studio", async ({ page }) => {
      await chooseFile(page, SCENE);
      await from(page).fill("3.5");
      await to(page).fill("6.2");
      await page.getByText("Kept as it is, the video goes from 0:03.0 to 0:07.0").waitFor();
      const out = await combined(page, "part.mp4");
      expect(picturesOf(out)).toEqual(picturesOf(SCENE).slice(90, 210));
      expect((await storedFiles(page)).filter((name) => name.includes("trimmed"))).toEqual([]);
      await page.getByRole("button", { name: "Watch it now" }).click();
      await playThroughCm(page);
      expect(Number(await seekBar(page).getAttribute("max"))).toBeCloseTo(4, 1);
    });
  });

  it("D3 compresses a part to the picture", async () => {
    await withPage(app, "/studio", async ({ page }) => {
      await chooseFile(page, SCENE);
      await chooseMethod(page, "Compress and divide");
      await from(page).fill("1.1");
      await to(page).fill("2.5");
      expect(await page.getByText("cut at key pictures").count()).toBe(0);
      expect(picturesOf(await combined(page, "part.mkv"))).toHaveLength(42);
    });
  });

  it("moves its handles by keys, and the numbers with them; both languages name them", async () => {
    await withPage(app, "/studio", async ({ page }) => {
      await chooseFile(page, SCENE);
      const handle = page.getByRole("slider", { name: "Beginning of the part" });
      await handle.focus();
      for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight");
      expect(await from(page).inputValue()).toBe("0.3");
      await page.keyboard.press("Shift+ArrowRight");
      await page.keyboard.press("Home");
      expect(await from(page).inputValue()).toBe("0");
      await page.getByRole("slider", { name: "End of the part" }).focus();
      await page.keyboard.press("ArrowLeft");
      expect(await to(page).inputValue()).toBe("9.9");
      await page.getByText("from 0:00.0 to its end").waitFor(); // no key picture follows
      await page.locator(".range-picture img").nth(3).waitFor();
      await to(page).fill("");
      await divide(page); // a number is missing: the browser says so
      expect(await page.getByText("Dividing", { exact: true }).count()).toBe(0);
      await page.getByLabel("Language").selectOption("ja");
      await page.getByRole("slider", { name: "切り出しの開始位置" }).waitFor();
    });
  });
});
