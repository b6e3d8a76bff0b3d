/** P3: captions that come with a video: put in by the cmix command and in the Studio, chosen, remembered, shown in Watch and in other sites. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { expectAccessible } from "./support/accessibility.ts";
import { screenshot, startApp, type TestApp } from "./support/app.ts";
import { type PublishedMain, publishScene, SCENE } from "./support/clips.ts";
import { chooseFile, playThroughCm, pressPlay, waitForState, withPage } from "./support/pages.ts";

const SUBRIP = `1
00:00:00,000 --> 00:00:20,000
<i>The bay</i> at dawn
`;
/** Tags and classes of the page's own, and markup that is none of WebVTT's. */
const HOSTILE = `WEBVTT

00:00.000 --> 00:20.000 line:0
<c.stage-over.play-large>夜明けの<v onclick=alert(1)>湾</v></c><script>alert(1)</script><img src=x onerror=alert(1)>
`;

let app: TestApp;
let published: PublishedMain;
const at = (name: string): string => join(app.dataDir, name);

beforeAll(async () => {
  app = await startApp(1);
  await writeFile(at("scene.srt"), SUBRIP);
  await promisify(execFile)("ffmpeg", ["-v", "error", "-i", at("scene.srt"), at("scene.en.vtt")]); // not of our making
  const inside = ["-i", SCENE, "-i", at("scene.srt"), "-c", "copy", "-c:s", "srt", "-metadata:s:s:0", "language=fre"];
  await promisify(execFile)("ffmpeg", ["-v", "error", ...inside, at("scene.mkv")]);
  await writeFile(at("scene.ja.vtt"), HOSTILE);
  await writeFile(at("broken.vtt"), "WEBVTT\n\n00:01 --> 00:02\nThe bay\n");
  const captions = [`ja=${at("scene.ja.vtt")}`, `en:captions=${at("scene.en.vtt")}`];
  published = await publishScene(
    app,
    "Bay with captions",
    8,
    captions.flatMap((one) => ["--captions", one]),
  );
});
afterAll(() => app?.close());

const shown = (page: Page) => page.locator(".captions p");
const button = (page: Page) => page.getByRole("button", { name: /^(?:Captions|字幕)$/ });

it("P3 are chosen by pointer and by arrow keys, remembered, never over a CM, and bring nothing into the page but text", async () => {
  await withPage(app, `/watch?main=${published.mainId}`, async ({ page }) => {
    await waitForState(page, "ready");
    // ---- Wanted before the CM, they come with the video and not before ----
    await button(page).click();
    const menu = page.getByRole("menu", { name: "Captions" });
    expect(await menu.locator("> [role=menuitemradio]").allInnerTexts()).toEqual(["Off", "English (CC)", "日本語"]);
    await expectAccessible(page);
    await menu.getByRole("menuitemradio", { name: "English (CC)" }).click();
    await menu.waitFor({ state: "detached" });
    await pressPlay(page);
    await waitForState(page, "cm");
    expect(await page.locator(".captions").count()).toBe(0);
    await waitForState(page, "playing");
    await page.keyboard.press("k");
    await shown(page).waitFor();
    expect(await shown(page).innerHTML()).toBe("<i>The bay</i> at dawn");
    expect(await page.locator(".captions").getAttribute("lang")).toBe("en");
    await screenshot(page, "captions-english");

    // ---- By keys: c off and on again, arrows within the menu ----
    await page.keyboard.press("c");
    await shown(page).waitFor({ state: "detached" });
    await page.keyboard.press("c");
    await shown(page).waitFor();
    await button(page).focus();
    await page.keyboard.press("Enter");
    const focused = () => page.evaluate(() => document.activeElement?.textContent);
    expect(await focused()).toBe("English (CC)");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    expect(await focused()).toBe("Open a file…");
    await page.keyboard.press("Escape");
    await menu.waitFor({ state: "detached" });
    expect(await button(page).evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.press("Enter");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.querySelector(".captions")?.getAttribute("lang") === "ja");

    // ---- A hostile text ----
    expect(await shown(page).innerHTML()).toBe("<span>夜明けの<span>湾</span></span>alert(1)");
    expect(await page.locator(".captions :is(script, img, [class], [onclick])").count()).toBe(0);

    // ---- A file beside the video is one choice more ----
    await page.locator("input[data-captions]").setInputFiles(at("scene.srt"));
    await page.waitForFunction(() => document.querySelector(".captions p i") !== null);
    await button(page).click();
    expect(await menu.locator("> [aria-checked=true]").innerText()).toBe("scene.srt");
    await screenshot(page, "captions-menu");
    await menu.getByRole("menuitemradio", { name: "日本語" }).click();

    // ---- A narrow screen ----
    await page.setViewportSize({ width: 320, height: 640 });
    await button(page).click();
    const box = await menu.boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(320);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    await page.keyboard.press("Escape");

    // ---- The next video in that language shows them; the embedded player too ----
    await page.setViewportSize({ width: 1280, height: 860 });
    await page.goto(`/embed?main=${published.mainId}`);
    await playThroughCm(page);
    await page.waitForFunction(() => document.querySelector(".captions")?.getAttribute("lang") === "ja");
    await page.keyboard.press("k");
    await button(page).click();
    expect(await menu.getByRole("menuitem").count()).toBe(0); // no file is opened there
    await menu.getByRole("menuitemradio", { name: "Off" }).click();
    await shown(page).waitFor({ state: "detached" });
  });
});

it("P3 are added in the Studio, with the language of the file's name, beside those inside the source, and come with the divided video", async () => {
  await withPage(
    app,
    "/studio",
    async ({ page }) => {
      await chooseFile(page, at("scene.mkv"));
      const fields = page.getByRole("group", { name: "字幕" });
      const rows = fields.getByRole("listitem");
      await rows.getByRole("textbox").waitFor();
      expect(await rows.getByRole("textbox").inputValue()).toBe("français"); // from inside the file
      await fields
        .locator("input[type=file]")
        .setInputFiles([at("scene.ja.vtt"), at("scene.en.vtt"), at("broken.vtt")]);
      await fields.getByText('broken.vtt, line 3: "00:01 --> 00:02" is no cue').waitFor();
      expect(
        await rows.getByRole("combobox").evaluateAll((all) => all.map((one) => (one as HTMLSelectElement).value)),
      ).toEqual(["fr", "ja", "en"]);
      await rows.nth(2).getByRole("combobox").selectOption("en-GB");
      await rows.nth(2).getByRole("textbox").fill("English, by the makers");
      await expectAccessible(page);
      await screenshot(page, "captions-studio-ja");
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
      await page.getByRole("button", { name: "分割する", exact: true }).click();
      await page.getByRole("button", { name: "今すぐ視聴" }).click({ timeout: 60_000 });
      await playThroughCmJa(page);
      await button(page).click();
      expect(await page.locator("[role=menu] > [role=menuitemradio]").allInnerTexts()).toEqual([
        "オフ",
        "日本語",
        "français",
        "English, by the makers",
      ]);
      await page.getByRole("menuitemradio", { name: "日本語" }).click();
      await shown(page).waitFor();
      await button(page).click();
      await screenshot(page, "captions-watch-ja");
    },
    { locale: "ja-JP", colorScheme: "dark", viewport: { width: 360, height: 740 } },
  );
});

async function playThroughCmJa(page: Page): Promise<void> {
  await waitForState(page, "ready");
  await page.getByRole("button", { name: "再生" }).first().click();
  await waitForState(page, "playing");
  await page.keyboard.press("k");
}
