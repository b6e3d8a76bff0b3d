/** P2, S12: what a viewer tells stays in the browser; a play sends what matters, and the player shows it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ROOT } from "../support/tree.ts";
import { expectAccessible } from "./support/accessibility.ts";
import { startApp, type TestApp } from "./support/app.ts";
import { pressPlay, waitForState, withPage } from "./support/pages.ts";

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
  // Its age condition is all that a viewer could be asked for: it is of no kind.
  const headers = await app.administrator();
  const body = await readFile(join(ROOT, "web/public/icon-512.png"));
  const added = await fetch(`${app.url}/api/cms`, {
    method: "POST",
    headers: { ...headers, "Content-Type": "application/octet-stream" },
    body,
  });
  const { id } = (await added.json()) as { id: string };
  const changed = await fetch(`${app.url}/api/cms/${id}`, {
    method: "PATCH",
    headers: { ...headers, "Content-Type": "application/json" },
    body: JSON.stringify({
      title: "For grown-ups",
      sponsor: "Icon",
      active: true,
      conditions: { ageMin: 18 },
      seconds: 3,
    }),
  });
  expect(changed.status).toBe(200);
});

afterAll(() => app?.close());

it("P2 S12: the viewer's data are kept on the device; the age alone is sent, since nothing else matters, and is shown", async () => {
  await withPage(
    app,
    "/",
    async ({ page, context }) => {
      const requests: string[] = [];
      page.on("request", (request) => {
        if (request.method() === "POST") requests.push(request.postData() ?? "");
      });
      await page.getByRole("link", { name: "Watch Bay" }).click();
      await waitForState(page, "ready");
      await page.getByText("Without an account, 20 plays a day").waitFor();
      await page.getByText("Your data", { exact: true }).click();
      await page.getByLabel("Year of birth").fill("19x0");
      await page.getByRole("button", { name: "Keep on this device" }).click();
      await page.getByText("The year of birth is a number").waitFor();
      await page.getByLabel("Year of birth").fill("1990");
      await page.getByLabel("Gender").selectOption("female");
      // Words are taken at a comma, at Enter and when the field is left; languages are chosen by name.
      const kinds = page.getByRole("combobox", { name: "Kinds of commercial you want" });
      await kinds.pressSequentially("food,");
      await kinds.pressSequentially("travl");
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Remove travl" }).click();
      await kinds.fill("travel");
      const languages = page.getByRole("combobox", { name: "Languages" });
      await languages.fill("Japan");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await page.keyboard.press("Tab");
      await page.getByRole("button", { name: "Remove Japanese" }).waitFor();
      await page.getByRole("button", { name: "Keep on this device" }).click();
      await page.getByText("Kept on this device.").waitFor();
      expect(requests).toEqual([]);
      await expectAccessible(page);

      await pressPlay(page);
      await waitForState(page, "cm");
      const age = new Date().getFullYear() - 1990;
      await page.getByText(`Told to the service for this play: age: ${age}`, { exact: true }).waitFor();
      const play = requests.map((text) => JSON.parse(text)).find((body) => "attributes" in body);
      expect(play.attributes).toEqual({ age });
      await page.getByText("Icon", { exact: true }).waitFor();

      const again = await context.newPage();
      await again.goto("/account");
      expect(await again.getByLabel("Year of birth").inputValue()).toBe("1990");
      for (const word of ["food", "travel", "Japanese"])
        await again.getByRole("button", { name: `Remove ${word}` }).waitFor();
      expect(await again.locator('input[name="kinds"]').inputValue()).toBe("food, travel");
      expect(await again.locator('input[name="languages"]').inputValue()).toBe("ja");
      // The last word goes with the backspace key.
      await again.getByRole("combobox", { name: "Kinds of commercial you want" }).press("Backspace");
      expect(await again.locator('input[name="kinds"]').inputValue()).toBe("food");
      await again.setViewportSize({ width: 360, height: 740 });
      expect(await again.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
      await expectAccessible(again);
    },
    { isSignedIn: false },
  );
});
