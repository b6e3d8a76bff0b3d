/** A membership by points and by voucher: the administrator's page makes them, the account shows and spends them. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { expectAccessible } from "./support/accessibility.ts";
import { startApp, type TestApp } from "./support/app.ts";
import { withPage } from "./support/pages.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startApp(1);
});
afterAll(() => app?.close());

it("R4 points are granted and spent for a day, and a voucher is made and redeemed", async () => {
  await withPage(app, "/account", async ({ page }) => {
    const accountId = await page.locator(".account-id").innerText();
    await page.goto(`${app.url}/admin`);
    const admin = page.getByRole("region", { name: "Memberships and points" }).first();
    await admin.getByLabel("Price of a day").fill("40");
    await admin.getByRole("button", { name: "Save the rules" }).click();
    await admin.getByText("Saved.").waitFor();
    await admin.getByLabel("Account ID").fill(accountId);
    await admin.getByLabel("Points", { exact: true }).first().fill("100");
    await admin.getByRole("button", { name: "Grant or show" }).click();
    await admin.getByText(`${accountId}: Not a premium member. 100 points.`).waitFor();
    await admin.getByLabel("Good until").fill("2099-12-31");
    await admin.getByLabel("Note").fill("for the test");
    await admin.getByRole("button", { name: "Make vouchers" }).click();
    const code = await admin.getByRole("textbox", { name: "Codes, shown once" }).inputValue();
    await admin.getByRole("row").filter({ hasText: "for the test" }).waitFor();
    await expectAccessible(page);

    await page.goto(`${app.url}/account`);
    const own = page.getByRole("region", { name: "Premium membership" });
    await own.getByText("Not a premium member.").waitFor();
    await own.getByRole("button", { name: "A day for 40 points" }).click();
    await own.getByText("60 points.").waitFor();
    expect(await own.innerText()).toContain("Premium member.");
    await own.getByLabel("Voucher code").fill(code.toLowerCase());
    await own.getByRole("button", { name: "Redeem" }).click();
    await own.getByText("Redeemed: 30 days, 0 points.").waitFor();
    const history = page.getByRole("region", { name: "Points earned and spent" }).first();
    await history.getByRole("row").filter({ hasText: "-40" }).waitFor();
    await expectAccessible(page);
    await page.locator("footer select").selectOption("ja");
    await page.getByRole("region", { name: "プレミアム会員" }).getByText("60ポイント。").waitFor();
  });
});
