import { readdirSync } from "node:fs";
import { it } from "vitest";
import { openPage, startApp } from "./support/app.ts";

it("scratch", async () => {
  const app = await startApp();
  const dir = "../shared/media/broken/";
  for (const f of readdirSync(dir).filter((n) => /\.(mp4|mkv|ts|bin|m4s)$/.test(n))) {
    const { page, problems, close } = await openPage(app, "/studio");
    const t = Date.now();
    let line = f + ": ";
    try {
      await page.setInputFiles('input[type="file"]', dir + f);
      await Promise.race([
        page.getByRole("button", { name: "Divide" }).waitFor({ timeout: 12000 }),
        page.getByRole("alert").waitFor({ timeout: 12000 }),
      ]);
      if (await page.getByRole("alert").count()) line += "REFUSED: " + (await page.getByRole("alert").innerText());
      else {
        await page.getByRole("button", { name: "Divide" }).click();
        await Promise.race([
          page.getByRole("heading", { name: "Divided" }).waitFor({ timeout: 30000 }),
          page.getByRole("alert").waitFor({ timeout: 30000 }),
        ]);
        if (await page.getByRole("alert").count()) line += "FAILED: " + (await page.getByRole("alert").innerText());
        else line += await page.locator(".result > .quiet").first().innerText();
      }
    } catch (e) {
      line +=
        "EXC " +
        String(e).slice(0, 100) +
        " " +
        (await page.locator("main").innerText()).replace(/\s+/g, " ").slice(0, 300);
    }
    console.log(line, Date.now() - t, problems.length ? problems : "");
    await close();
  }
  await app.close();
}, 600000);
