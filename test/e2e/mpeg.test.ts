/** Method `mpeg` in a real browser: recognised by its content, kept as it is, combined by the command's code; the player says that it does not play. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeTools } from "../support/mpeg-writer.ts";
import { startApp, type TestApp } from "./support/app.ts";
import { chooseFile, withPage } from "./support/pages.ts";

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterAll(async () => {
  await app?.close();
});

it("D4 the Studio divides an MPEG-2 file whatever its name, and the player says before any CM that it does not play", async () => {
  const source = join(app.dataDir, "film.bin");
  await writeFile(source, writeTools(1).bytes);
  await withPage(app, "/studio", async ({ page }) => {
    await chooseFile(page, source);
    await page.getByText("MPEG elementary stream").waitFor();
    await page.getByText("the player does not play them yet").waitFor();
    expect(await page.getByText("Compress and divide").count()).toBe(0);
    await page.getByRole("button", { name: "Divide" }).click();
    await page.getByText("The service holds the slave").waitFor({ timeout: 60_000 });
    await page.getByRole("button", { name: "Watch it now" }).click();
    await page.getByText(/does not play how this video was divided \(method mpeg\)/).waitFor();
  });
});
