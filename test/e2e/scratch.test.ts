import { join } from "node:path";
import { it } from "vitest";
import { openPage, startApp, flashesAndBeeps } from "./support/app.ts";
import { makeFlashAndBeep } from "./support/pictures.ts";
it("scratch", async () => {
  const app = await startApp();
  const clip = join(app.dataDir, "fb.mp4");
  await makeFlashAndBeep(clip, 8);
  const { page, problems } = await openPage(app, "/studio");
  await page.setInputFiles('input[type="file"]', clip);
  await page.getByRole("button", { name: "Divide" }).click();
  await page.getByRole("button", { name: "Watch it now" }).click({ timeout: 60_000 });
  await page.waitForSelector(`.stage[data-state="ready"]`);
  await page.getByRole("button", { name: "Play", exact: true }).first().click();
  await page.waitForSelector(`.stage[data-state="playing"]`);
  const r = await page.evaluate(async () => {
    const out = [];
    const c = (globalThis as any).tapContext();
    for (let i = 0; i < 10; i++) {
      const ts = c.getOutputTimestamp();
      out.push([performance.now(), c.currentTime, c.outputLatency, c.baseLatency, ts.contextTime, ts.performanceTime, document.querySelector<HTMLCanvasElement>(".video-canvas")!.dataset.pictureSeconds, document.querySelector<HTMLInputElement>("input.seek")!.value].join(" "));
      await new Promise((r) => setTimeout(r, 200));
    }
    return out;
  });
  console.log(r.join("\n"));
  console.log(JSON.stringify(await flashesAndBeeps(page, 3000)), problems);
  await app.close();
});
