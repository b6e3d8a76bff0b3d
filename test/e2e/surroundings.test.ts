/** P6: what an administrator enters stands around the video, for the viewers whom it suits. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { expectAccessible } from "./support/accessibility.ts";
import { screenshot, startApp, type TestApp } from "./support/app.ts";
import { waitForState, withPage } from "./support/pages.ts";

let app: TestApp;

beforeAll(async () => {
  app = await startApp(2);
});

afterAll(async () => {
  await app?.close();
});

it("P6: entries are entered and switched on, and shown beside and below the video to whom they suit", async () => {
  const { videos } = (await (await fetch(`${app.url}/api/videos`)).json()) as { videos: { mainId: string }[] };
  await withPage(app, "/admin", async ({ page }) => {
    const part = page.getByRole("region", { name: "Around videos" });
    for (const [kind, title, languages] of [
      ["Information", "The bay by boat", ""],
      ["Advertisement", "Sails and ropes", "en"],
      ["Guide", "湾の案内", "ja"],
    ] as const) {
      await part.getByLabel("Kind of entry").selectOption({ label: kind });
      await part.getByLabel("Heading").first().fill(title);
      await part.getByRole("button", { name: "Add", exact: true }).click();
      const entry = part.getByRole("form", { name: title });
      await entry.getByLabel("Text").fill(`More about ${title}`);
      await entry.getByLabel("Languages").fill(languages);
      await entry.getByLabel("Link").fill("https://example.org/bay");
      await entry.getByRole("button", { name: "Save" }).click();
      await entry.getByRole("button", { name: "Switch on" }).click();
      await entry.getByRole("button", { name: "Switch off" }).waitFor();
    }
  });
  const watching = `/watch?main=${videos[0]?.mainId}`;
  await withPage(
    app,
    watching,
    async ({ page }) => {
      await waitForState(page, "ready");
      await page.locator(".play-large").click();
      await waitForState(page, "cm");
      await page.locator(".watch-side").getByRole("heading", { name: "The bay by boat" }).waitFor();
      const advertisement = page.locator(".watch-main").getByRole("region", { name: "Sails and ropes" });
      expect(await advertisement.innerText()).toMatch(/^Advertisement\s+Sails and ropes\s+More about Sails and ropes/);
      expect(await advertisement.getByRole("link").getAttribute("rel")).toBe("noopener noreferrer");
      expect(await page.getByText("湾の案内").count()).toBe(0); // the browser reads English
      expect(await page.locator(".sent").innerText()).toMatch(/language/i); // what was told is shown
      await waitForState(page, "playing");
      await screenshot(page, "watch-around");
      await expectAccessible(page);
    },
    { isSignedIn: false },
  );
});
