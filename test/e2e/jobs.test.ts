/** Videos that the service divides: sent and followed on the provider's page, on a phone too; and the Studio without the original. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { MainReader } from "../../codec/format/main-file.ts";
import { builtServer } from "../server/harness.ts";
import { loadCheckKernels } from "../support/kernels.ts";
import { markedY4m } from "../support/marked.ts";
import { expectAccessible } from "./support/accessibility.ts";
import { screenshot, startApp, type TestApp } from "./support/app.ts";
import { saveMain } from "./support/long-files.ts";
import { chooseFile, chooseMethod, withPage } from "./support/pages.ts";

const PHONE = { viewport: { width: 360, height: 780 } };

let app: TestApp;
let clip: string;
let noise: string;
beforeAll(async () => {
  app = await startApp(1, await builtServer());
  clip = join(app.dataDir, "clip.y4m");
  noise = join(app.dataDir, "noise.mp4");
  writeFileSync(clip, markedY4m(await loadCheckKernels(), { width: 160, height: 96, pictures: 25 }, []));
  writeFileSync(
    noise,
    Uint8Array.from({ length: 3000 }, (_, i) => (i * 7919) >> 3),
  );
});
afterAll(() => app?.close());

describe("R5", { timeout: 180_000 }, () => {
  it("a source is sent, gets parts, is divided and watched; a bad one says why, in Japanese too, on a phone", async () => {
    await withPage(
      app,
      "/provider",
      async ({ page }) => {
        const form = page.getByRole("form", { name: "Videos that the service divides" });
        const send = async (title: string, file: string): Promise<void> => {
          await form.getByLabel("Title").fill(title);
          await form.getByLabel("Video file").setInputFiles(file);
          await form.getByRole("button", { name: "Send and divide" }).click();
        };
        await form.getByLabel("Wait, so that parts can be added first").check();
        await send("Night game", clip);
        const job = page.getByRole("article", { name: "Job “Night game”" });
        await job.getByText("Holds its video, and waits to be started").waitFor();
        await job.getByText("Hidden parts (0)").click();
        await job.getByRole("button", { name: "Add a part" }).click();
        await job.getByLabel("To, seconds").fill("0.4");
        await job.getByLabel("Area").selectOption("Lower third");
        await job.getByRole("button", { name: "Save the parts" }).click();
        await job.getByText("Hidden parts (1)").waitFor();
        await expectAccessible(page);
        await screenshot(page, "jobs-phone");
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
        await job.getByRole("button", { name: "Start", exact: true }).click();
        await job.getByText("In the library").waitFor({ timeout: 60_000 });
        const [mainId] = /[0-9a-f]{32}/.exec((await job.getByRole("link").getAttribute("href")) ?? "") ?? [];
        const parts = await (await fetch(`${app.url}/api/videos/${mainId}/parts`, await signed(app))).json();
        expect(parts).toMatchObject({ viewers: ["premium"] });

        await send("Noise", noise);
        const bad = page.getByRole("article", { name: "Job “Noise”" });
        await bad.getByText("The video cannot be read").waitFor({ timeout: 60_000 });
        await page.getByRole("combobox", { name: "Language" }).selectOption("ja");
        await page.getByText("動画を読めません。").waitFor();
        await expectAccessible(page);
        const japanese = page.getByRole("article", { name: "ジョブ「Noise」" });
        await japanese.getByRole("button", { name: "もう一度開始" }).click();
        await japanese.getByText("動画を読めません。").waitFor({ timeout: 60_000 });
        await japanese.getByRole("button", { name: "一覧から消す" }).click();
        await japanese.waitFor({ state: "detached" });
        await page.goto(`${app.url}/admin`);
        await page.getByRole("article", { name: "ジョブ「Night game」" }).waitFor();
      },
      PHONE,
    );
  });

  it("the Studio keeps nothing of what is hidden where that is asked", async () => {
    const film = join(app.dataDir, "film.mp4");
    const source = ["-f", "lavfi", "-i", "testsrc2=size=160x96:rate=25:duration=2"];
    execFileSync("ffmpeg", ["-v", "error", ...source, "-c:v", "libx264", "-pix_fmt", "yuv420p", film]);
    await withPage(app, "/studio", async ({ page }) => {
      await chooseFile(page, film);
      await page.getByRole("button", { name: "Add a part" }).click();
      await chooseMethod(page, "Compress and divide");
      await page.getByLabel("The original never leaves this device").check();
      await page.getByRole("button", { name: "Divide", exact: true }).click();
      const main = join(app.dataDir, "film.cmx");
      await saveMain(page, main);
      const { header, index } = await MainReader.open(sourceFromBytes(new Uint8Array(readFileSync(main))));
      expect(header.layers.map(({ name }) => name)).toEqual(["base"]);
      expect(index.some(({ substitute }) => substitute)).toBe(false);
    });
  });
});

const signed = async (to: TestApp) => ({ headers: await to.administrator() });
