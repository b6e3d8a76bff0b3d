/** P3: chapters out of the file: the list, marks on the seek bar, keys. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { expectAccessible } from "./support/accessibility.ts";
import { startApp, type TestApp } from "./support/app.ts";
import { type PublishedMain, publishClip, SCENE } from "./support/clips.ts";
import { playThroughCm, position, seekBar, waitForState, withPage } from "./support/pages.ts";

const CHAPTERS = [
  ["The bay at dawn", 0],
  ["谷 <i>", 4000],
  ["Evening", 7000],
] as const;

let app: TestApp;
let published: PublishedMain;

beforeAll(async () => {
  app = await startApp(1);
  const at = (name: string): string => join(app.dataDir, name);
  const entries = CHAPTERS.map(
    ([title, start], i) =>
      `[CHAPTER]\nTIMEBASE=1/1000\nSTART=${start}\nEND=${CHAPTERS[i + 1]?.[1] ?? 10_000}\ntitle=${title}\n`,
  );
  await writeFile(at("chapters.txt"), `;FFMETADATA1\n${entries.join("")}`);
  const inputs = ["-i", SCENE, "-i", at("chapters.txt"), "-map_chapters", "1", "-c", "copy"];
  await promisify(execFile)("ffmpeg", ["-v", "error", ...inputs, at("film.mp4")]);
  published = await publishClip(app, at("film.mp4"), "With chapters");
});
afterAll(() => app?.close());

it("P3: chapters are listed, marked on the seek bar, named at hover, and gone through by keys", async () => {
  await withPage(app, `/watch?main=${published.mainId}`, async ({ page }) => {
    await playThroughCm(page);
    await page.keyboard.press("k");
    await waitForState(page, "paused");
    expect(await page.locator(".seek-mark").count()).toBe(2);

    await page.getByRole("button", { name: "Chapters", exact: true }).click();
    const menu = page.getByRole("menu", { name: "Chapters" });
    expect(await menu.getByRole("menuitemradio").allInnerTexts()).toEqual([
      "0:00 The bay at dawn",
      "0:04 谷 <i>",
      "0:07 Evening",
    ]);
    expect(await menu.locator("[aria-checked=true]").innerText()).toContain("The bay at dawn");
    await expectAccessible(page);
    await menu.getByRole("menuitemradio", { name: "Evening" }).click();
    await expect.poll(() => position(page)).toBeCloseTo(7, 1);

    await page.locator(".stage").focus();
    await page.keyboard.press("Control+ArrowLeft");
    await expect.poll(() => position(page)).toBeCloseTo(4, 1);
    await page.keyboard.press("Control+ArrowLeft");
    await expect.poll(() => position(page)).toBe(0);
    await page.keyboard.press("Control+ArrowRight");
    await expect.poll(() => position(page)).toBeCloseTo(4, 1);
    await seekBar(page).focus(); // whose own arrows go a second
    await page.keyboard.press("Control+ArrowRight");
    await expect.poll(() => position(page)).toBeCloseTo(7, 1);

    const box = await seekBar(page).boundingBox();
    await seekBar(page).hover({ position: { x: (box?.width ?? 0) / 2, y: 5 } });
    await expect.poll(() => page.locator(".seek-chapter").innerText()).toBe("谷 <i>");
  });
});
