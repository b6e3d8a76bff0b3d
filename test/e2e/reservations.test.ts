/** Protection is reserved on the provider's page, and the administrator says what is offered. */
import { afterAll, beforeAll, it } from "vitest";
import { expectAccessible } from "./support/accessibility.ts";
import { startApp, type TestApp } from "./support/app.ts";
import { withPage } from "./support/pages.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startApp(1);
});
afterAll(() => app?.close());

it("R8 a creator reserves protection and chooses of what the service offers", async () => {
  await withPage(app, "/admin", async ({ page }) => {
    const offer = page.getByRole("region", { name: "Protection that is offered" }).first();
    await offer.getByLabel("a mosaic").uncheck();
    await offer.getByRole("button", { name: "Save the offer" }).click();
    await offer.getByText("Saved.").waitFor();
    await expectAccessible(page);

    await page.goto(`${app.url}/provider`);
    const part = page.getByRole("region", { name: "Reserve protection" }).first();
    await part.getByLabel("Title of the video").fill("Game night");
    await part.getByRole("button", { name: "Reserve", exact: true }).click();
    const choice = part.getByRole("form", { name: "Choice for “Game night”" });
    await choice.locator("select[name=viewers]").selectOption("age");
    await choice.getByLabel("Age or name of the group").fill("18");
    const treatments = await choice.getByLabel("Others see").locator("option").allInnerTexts();
    if (treatments.includes("a mosaic")) throw new Error("a mosaic is not offered");
    await choice.getByLabel("Sound").selectOption("mute");
    await choice.getByRole("button", { name: "Choose" }).click();
    await part.getByText("Ready.").waitFor();
    await expectAccessible(page);
    await page.reload();
    await part.getByText("Ready.").waitFor();
    await part.getByRole("button", { name: "Remove “Game night”" }).click();
    await choice.waitFor({ state: "detached" });
  });
});
