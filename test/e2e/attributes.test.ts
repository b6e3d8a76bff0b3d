/** A service asks a viewer for an attribute, the viewer agrees in the account, an administrator certifies it. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { expectAccessible } from "./support/accessibility.ts";
import { startApp, type TestApp } from "./support/app.ts";
import { withPage } from "./support/pages.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startApp(1);
});
afterAll(() => app?.close());

it("S12 an attribute is asked for, agreed to, certified, shown to its owner and taken back", async () => {
  await withPage(app, "/account", async ({ page }) => {
    const accountId = await page.locator(".account-id").innerText();
    await page.goto(`${app.url}/admin`);
    const asking = page.getByRole("region", { name: "Ask viewers" }).first();
    await asking.getByLabel("The viewer's account ID").fill(accountId);
    await asking.getByLabel("What for").fill("CMs for grown-ups");
    await asking.getByRole("button", { name: "Ask", exact: true }).click();
    await asking.getByRole("row").filter({ hasText: "not answered yet" }).waitFor();

    await page.goto(`${app.url}/account`);
    const own = page.getByRole("region", { name: "Certified data" });
    await own.getByText("CMs for grown-ups").waitFor();
    await own.getByLabel("Age", { exact: true }).fill("34");
    await own.getByRole("button", { name: "Agree: This service, Age" }).click();
    await own.getByText("waits to be certified").waitFor();
    await expectAccessible(page);

    await page.goto(`${app.url}/admin`);
    await page.getByRole("button", { name: `Certify: Age: 34, ${accountId}`, exact: true }).click();
    await page.getByText("Nothing waits to be certified.").waitFor();
    await expectAccessible(page);

    await page.goto(`${app.url}/account`);
    await own.getByText(/^Age: 34 certified/).waitFor();
    await page.locator("footer select").selectOption("ja");
    const japanese = page.getByRole("region", { name: "確認済みのデータ" });
    await japanese.getByText(/^年齢: 34 確認済み/).waitFor();
    await japanese.getByRole("button", { name: "削除：年齢" }).click();
    await japanese.getByRole("button", { name: "同意する：このサービス、年齢" }).waitFor();
    expect(await japanese.innerText()).not.toMatch(/年齢: 34/);
  });
});
