/** Hidden areas that a creator covers with a picture and a text, as everybody else sees them (restriction patent, T06). */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../support/tree.ts";
import { readY4m } from "../support/y4m.ts";
import { expectAccessible } from "./support/accessibility.ts";
import { screenshot, startApp, type TestApp } from "./support/app.ts";
import { nextSlave, saveMain } from "./support/long-files.ts";
import { chooseFile, chooseMethod, withPage } from "./support/pages.ts";

const CLI = join(ROOT, "dist/node/cli/cmix.js");
const SCENE = join(ROOT, "samples/scene.mp4");

let app: TestApp;
const divide = (page: Page) => page.getByRole("button", { name: "Divide", exact: true }).click();
beforeAll(async () => {
  app = await startApp(1);
});
afterAll(async () => {
  await app?.close();
});

describe("covers of hidden areas", () => {
  it("R3: a picture and a text cover areas of parts for everybody else", async () => {
    await withPage(app, "/studio", async ({ page }) => {
      await chooseFile(page, SCENE);
      await chooseMethod(page, "Compress and divide");
      for (const [number, area, treatment] of [
        [1, "Left half", "A picture"],
        [2, "Right half", "A text"],
      ] as const) {
        await page.getByRole("button", { name: "Add a part" }).click();
        const one = page.getByRole("listitem", { name: `Part ${number}` });
        await one.getByLabel("From, in seconds").fill("2");
        await one.getByLabel("To, in seconds").fill("4");
        await one.getByRole("combobox", { name: /^Area/ }).selectOption(area);
        await one.getByRole("combobox", { name: /^Covered by/ }).selectOption(treatment);
      }
      const red = "-v error -f lavfi -i color=red:size=64x64 -frames:v 1 -c:v png -f image2pipe -";
      const buffer = execFileSync("ffmpeg", red.split(" "));
      const chooser = page.getByLabel("Picture that covers areas");
      await chooser.setInputFiles({ name: "broken.png", mimeType: "image/png", buffer: buffer.subarray(0, 40) });
      await expect.poll(() => chooser.evaluate((input: HTMLInputElement) => input.validationMessage)).toMatch(/PNG/);
      await chooser.setInputFiles({ name: "red.png", mimeType: "image/png", buffer });
      await page.getByText("red.png").waitFor();
      await page.getByLabel("Text that covers areas").fill("Members only 会員限定");
      await expectAccessible(page);
      await chooser.scrollIntoViewIfNeeded();
      await screenshot(page, "studio-covers");
      const sent = nextSlave(app, page);
      await divide(page);
      const covered = join(app.dataDir, "covered.cmx");
      await saveMain(page, covered);
      const film = join(app.dataDir, "covered.y4m");
      execFileSync("node", [CLI, "combine", covered, await sent, "--layers", "base", "--out", film]);
      const { width, height, pictures } = readY4m(readFileSync(film), "covered");
      const shown = pictures[90] as Uint8Array;
      const red601 = width * height * 1.25 + Math.floor(height / 4) * (width / 2) + Math.floor(width / 8);
      expect(Math.abs((shown[red601] ?? 0) - 240)).toBeLessThan(12);
      const right = shown.subarray(0, width * height).filter((_, i) => i % width >= width / 2 + 16);
      expect(right.filter((y) => y > 180).length).toBeGreaterThan(0.01 * right.length);
      expect(right.filter((y) => y < 40).length).toBeGreaterThan(0.6 * right.length);
    });
  });
});
