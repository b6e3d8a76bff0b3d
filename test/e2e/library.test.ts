/** The library as viewers see it, and the provider's page. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makePair, type TestPair } from "../server/harness.ts";
import { ROOT } from "../support/tree.ts";
import { OCTETS, sendFile, uploadHeaders } from "../support/upload.ts";
import { expectAccessible } from "./support/accessibility.ts";
import { openPage, startApp, type TestApp } from "./support/app.ts";
import { waitForState, withPage } from "./support/pages.ts";

let app: TestApp;
let pair: TestPair;

beforeAll(async () => {
  app = await startApp();
  pair = await makePair({ seconds: 3, title: "東京の夜景", genre: "旅行" });
  const headers = await app.administrator();
  for (const [kind, id, bytes] of [
    ["slave", pair.slaveId, pair.slave],
    ["main", pair.mainId, pair.main],
  ] as const)
    expect((await sendFile(app.url, kind, id, bytes, headers)).status).toBe(201);
});

afterAll(async () => {
  await app?.close();
});

describe("S2 D9 the library's page", () => {
  it("the provider sees unfinished uploads, with size, age and how far they are, and removes one", async () => {
    const headers = await app.administrator();
    const slave = (await makePair({ seconds: 2 })).slave;
    for (const [id, length] of [
      ["ab".repeat(16), 4_000_000],
      ["cd".repeat(16), 8_000_000],
    ] as const) {
      const about = { kind: "slave", id, sha256: "0".repeat(64) };
      const begun = await fetch(`${app.url}/api/uploads`, {
        method: "POST",
        headers: { ...uploadHeaders(about, length), ...OCTETS, ...headers },
        body: Buffer.concat([slave, Buffer.alloc(1_000_000 - slave.length)]),
      });
      expect(begun.status).toBe(201);
    }
    await withPage(app, "/provider", async ({ page }) => {
      const part = page.getByRole("region", { name: "Unfinished uploads" });
      const first = part.getByRole("listitem").filter({ hasText: "Slave file (.cms), 4.00 MB" });
      await first.getByText("25 % of it is here. Begun this hour; removed by itself in 3 days.").waitFor();
      await part.getByText("13 % of it is here.").waitFor();
      await expectAccessible(page);
      await first.getByRole("button", { name: "Remove the upload: Slave file (.cms), 4.00 MB" }).click();
      await first.waitFor({ state: "detached" });
      expect(await part.getByRole("listitem").count()).toBe(1);
    });
    const left = (await (await fetch(`${app.url}/api/uploads`, { headers })).json()) as { uploads: object[] };
    expect(left.uploads).toMatchObject([{ bytes: 8_000_000, offsetBytes: 1_000_000 }]);
  });

  it("the provider edits a video and gives it a teaser, viewers find it and see the teaser while they point at it", async () => {
    await withPage(app, "/provider", async ({ page }) => {
      await page.getByRole("button", { name: "Edit 東京の夜景" }).click();
      await page.getByLabel("Description").fill("<b>夜</b> の東京");
      await page.getByLabel("Teaser").setInputFiles(join(ROOT, "samples/house-cm.mp4"));
      await page.getByRole("button", { name: "Save" }).first().click();
      await page.getByRole("button", { name: "Edit 東京の夜景", expanded: false }).click();
      const conditions = page.getByRole("form", { name: "Conditions" });
      await conditions.getByLabel("Plays of each viewer").fill("3");
      await conditions.getByLabel("None of these kinds").fill("alcohol, cars");
      await conditions.getByRole("button", { name: "Save" }).click();
      await conditions.getByText("Saved.").waitFor();
      const counts = page.getByRole("form", { name: "Counts by post" });
      await counts.getByLabel("Address").fill("https://provider.example/counts");
      await counts.getByRole("button", { name: "Save" }).click();
      await counts.getByText("Key of the signature").waitFor();
      await expectAccessible(page);
      await page.getByRole("rowheader", { name: "Total" }).waitFor();
      const [csv] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("link", { name: "Download as CSV" }).click(),
      ]);
      expect(await readFile(await csv.path(), "utf8")).toContain("東京の夜景");
      await page.getByLabel("A report every so many deliveries").fill("5");
      await page.getByRole("button", { name: "Save" }).last().click();
      await page.getByRole("region", { name: "Reports" }).getByText("Saved.").waitFor();
    });
    const answer = await fetch(`${app.url}/api/videos/${pair.mainId}/conditions`, {
      headers: await app.administrator(),
    });
    expect(await answer.json()).toMatchObject({ playsPerViewer: 3, plays: null, kindsExcluded: ["alcohol", "cars"] });
    await withPage(
      app,
      "/",
      async ({ page }) => {
        await page.getByLabel("Search the library").fill("夜");
        const card = page.locator(".video-card");
        await page.waitForFunction(() => document.querySelectorAll(".video-card").length === 1);
        expect(await card.locator(".description").innerText()).toBe("<b>夜</b> の東京");
        expect(await card.locator("video").count()).toBe(0);
        await card.hover();
        await card.locator("video.teaser").waitFor();
        await page.mouse.move(0, 0);
        await card.locator("video.teaser").waitFor({ state: "detached" });
        await card.getByRole("link", { name: "Watch 東京の夜景" }).focus();
        await card.locator("video.teaser").waitFor();
        await page.getByLabel("Search the library").fill("");
        await page.getByLabel("Genre").selectOption("旅行");
        await page.waitForFunction(() => document.querySelectorAll(".video-card").length === 1);
      },
      { isSignedIn: false },
    );
  });

  it("the provider says who can watch: an unlisted video is in no list and plays by its address, a draft does not", async () => {
    const choose = (state: string) =>
      withPage(app, "/provider", async ({ page }) => {
        await page.getByRole("button", { name: "Edit 東京の夜景" }).click();
        await page.getByLabel("Who can watch").selectOption(state);
        await page.getByRole("button", { name: "Save" }).first().click();
        await page.getByRole("button", { name: "Edit 東京の夜景", expanded: false }).waitFor();
      });
    const asViewer = (path: string, use: (page: Page) => Promise<void>) =>
      withPage(app, path, ({ page }) => use(page), { isSignedIn: false });
    const isListed = async (page: Page) => {
      await page.locator(".video-card").first().waitFor();
      return (await page.locator(".video-card", { hasText: "東京の夜景" }).count()) === 1;
    };
    await choose("unlisted");
    await asViewer("/", async (page) => expect(await isListed(page)).toBe(false));
    await asViewer(`/watch?main=${pair.mainId}`, (page) => waitForState(page, "ready"));
    await choose("draft");
    const answer = await fetch(`${app.url}/api/videos/${pair.mainId}`);
    expect(answer.status).toBe(404);
    await choose("public");
    await asViewer("/", async (page) => expect(await isListed(page)).toBe(true));
  });

  it("shows no teaser to who wants less motion, and speaks Japanese", async () => {
    const opened = await openPage(app, "/", { isSignedIn: false });
    try {
      await opened.page.emulateMedia({ reducedMotion: "reduce" });
      const card = opened.page.locator(".video-card", { hasText: "東京の夜景" });
      await card.hover();
      await opened.page.waitForTimeout(300);
      expect(await card.locator("video").count()).toBe(0);
      await opened.page.getByLabel("Language").selectOption("ja");
      await opened.page.getByLabel("ジャンル").waitFor();
    } finally {
      await opened.close();
    }
  });
});
