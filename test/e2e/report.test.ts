/** A video is reported from its page by keys alone, and settled on the administrator's. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { expectAccessible } from "./support/accessibility.ts";
import { startApp, type TestApp } from "./support/app.ts";
import { waitForState, withPage } from "./support/pages.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startApp(2);
});
afterAll(() => app?.close());

it("a viewer without an account reports a video, and the administrator settles it with a note", async () => {
  const { videos } = (await (await fetch(`${app.url}/api/videos`)).json()) as { videos: { mainId: string }[] };
  await withPage(
    app,
    `/watch?main=${videos[0]?.mainId}`,
    async ({ page }) => {
      await waitForState(page, "ready");
      const opener = page.getByRole("button", { name: "Report", exact: true });
      await opener.focus();
      await page.keyboard.press("Enter");
      const dialog = page.getByRole("dialog", { name: /^Report “/ });
      await dialog.waitFor();
      await expectAccessible(page);
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "hidden" });
      expect(await opener.evaluate((button) => button === document.activeElement)).toBe(true);

      await page.keyboard.press("Enter");
      await dialog.getByLabel("Reason").selectOption("misleading");
      await dialog.getByLabel(/What should we know/).fill("k m f: it is another film");
      await dialog.getByRole("button", { name: "Send the report" }).focus();
      await page.keyboard.press("Enter");
      await dialog.getByRole("status").waitFor();
      expect(await page.locator(".stage").getAttribute("data-state")).toBe("ready"); // no key went to the player
      await expectAccessible(page);
      await page.keyboard.press("Enter"); // closes: the button has the focus
      await dialog.waitFor({ state: "hidden" });
      expect(await opener.evaluate((button) => button === document.activeElement)).toBe(true);
    },
    { isSignedIn: false },
  );
  await withPage(app, "/admin", async ({ page }) => {
    const part = page.getByRole("region", { name: "Reported videos", exact: true }).first();
    const row = part.getByRole("row").filter({ hasText: "k m f: it is another film" });
    await row.waitFor();
    expect(await row.innerText()).toMatch(/It is misleading[\s\S]*a visitor/);
    await expectAccessible(page);
    await row.getByLabel(/^Note on report/).fill("looked at");
    await row.getByRole("button", { name: /^Settle report/ }).click();
    await row.waitFor({ state: "detached" });
    await part.getByLabel("Show").selectOption("settled");
    await part.getByRole("row").filter({ hasText: "looked at" }).waitFor();
  });
});
