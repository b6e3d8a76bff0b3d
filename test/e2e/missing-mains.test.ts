/** Watch with mains that cannot be fetched: what happened, what to do, and the others go on (row P3). */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectAccessible } from "./support/accessibility.ts";
import { startApp, type TestApp } from "./support/app.ts";
import { type PublishedMain, publishScene } from "./support/clips.ts";
import { pressPlay, waitForState, withPage } from "./support/pages.ts";

const UNKNOWN = "0123456789abcdef0123456789abcdef";

let app: TestApp;
/** The library's sample, and another. */
let bayId: string;
let two: PublishedMain;

beforeAll(async () => {
  app = await startApp(1.5);
  const { videos } = (await (await fetch(`${app.url}/api/videos`)).json()) as { videos: { mainId: string }[] };
  bayId = videos[0]?.mainId ?? "";
  two = await publishScene(app, "Two", 2);
});

afterAll(() => app?.close());

describe("Watch of mains that cannot be fetched", () => {
  it("P3: tells a withdrawn video from a service that is away, and opens it when that is back", async () => {
    await withPage(app, `/watch?main=${UNKNOWN}`, async ({ page, expectProblem }) => {
      for (const part of ["404", "400", "ERR_FAILED"]) expectProblem(part);
      const alert = page.getByRole("alert");
      await alert.getByText("it was withdrawn, or the link is wrong").waitFor();
      expect(await alert.getByRole("link", { name: "Go to the library" }).getAttribute("href")).toBe("/");
      expect(await alert.getByRole("button", { name: "Try again" }).count()).toBe(0);
      await page.goto("/watch?main=nonsense");
      await alert.getByText("it was withdrawn, or the link is wrong").waitFor();

      await page.route("**/api/mains/*", (route) => route.abort());
      await page.goto(`/watch?main=${bayId}`);
      await alert.getByText("the server where it lies does not answer").waitFor();
      await expectAccessible(page);
      await page.unroute("**/api/mains/*");
      await page.keyboard.press("Enter"); // Try again has the focus
      await waitForState(page, "ready");
      expect(await alert.count()).toBe(0);
      await page.getByRole("heading", { name: /^Bay/ }).waitFor();
    });
  });

  it("P3: a playlist goes on without what cannot be opened, which comes to its place later or is taken off", async () => {
    await withPage(app, `/watch?main=${bayId}&main=${UNKNOWN}&main=${two.mainId}`, async ({ page, expectProblem }) => {
      for (const part of ["404", "ERR_FAILED"]) expectProblem(part);
      const videos = page.locator(".playlist .list-video .list-title");
      const missing = page.locator(".playlist .list-missing");
      const tryAgain = page.getByRole("button", { name: "Try again" });
      await waitForState(page, "ready");
      expect(await videos.allInnerTexts()).toEqual([expect.stringMatching(/^Bay/), expect.stringMatching(/^Two/)]);
      expect(await missing.innerText()).toBe("01234567…: cannot be opened");
      expect(await tryAgain.count()).toBe(0); // it would not help

      await page.route(`**/api/mains/${bayId}`, (route) => route.abort());
      await page.reload();
      await waitForState(page, "ready");
      expect(await videos.allInnerTexts()).toEqual([expect.stringMatching(/^Two/)]);
      expect(await missing.count()).toBe(2);
      await expectAccessible(page);
      await page.unroute(`**/api/mains/${bayId}`);
      await tryAgain.click();
      await videos.nth(1).waitFor();
      expect(await videos.allInnerTexts()).toEqual([expect.stringMatching(/^Bay/), expect.stringMatching(/^Two/)]);

      await page.getByRole("button", { name: "Take “01234567…” off the list" }).click();
      await missing.waitFor({ state: "detached" });
      expect(await page.getByRole("alert").count()).toBe(0);
      await pressPlay(page);
      await waitForState(page, "playing");
      expect(await page.locator(".playlist [aria-current]").innerText()).toMatch(/^Bay/);
    });
  });
});
