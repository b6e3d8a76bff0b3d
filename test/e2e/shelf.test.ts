/** Mains kept on the viewer's device (row P2): Cmix patent [0189], for who has signed in ([0198]). */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { makePair } from "../server/harness.ts";
import { PASSWORD } from "../server/test-accounts.ts";
import { ROOT } from "../support/tree.ts";
import { sendFile } from "../support/upload.ts";
import { expectAccessible } from "./support/accessibility.ts";
import { screenshot, startApp, storedFiles, type TestApp, type TestPage } from "./support/app.ts";
import { MainProxy } from "./support/main-proxy.ts";
import { chooseFile, chooseOfCard, pressPlay, waitForState, withPage } from "./support/pages.ts";

/** A small main without a poster. */
const OTHER = "Night at the harbour";
const SAMPLE = join(ROOT, "samples/scene.cmx");
/** More than what a worker writes at once, less than the sample. */
const HELD_AFTER_BYTES = 2_200_000;
const KEPT = "Kept on this device: plays use this copy.";

let service: TestApp;
let proxy: MainProxy;
/** The same service behind the proxy. */
let app: TestApp;
let mainId: string;
let title: string;
let sampleHash: string;

beforeAll(async () => {
  service = await startApp(1);
  proxy = await MainProxy.before(service.url);
  app = { ...service, url: proxy.url };
  const { videos } = (await (await fetch(`${app.url}/api/videos`)).json()) as {
    videos: { mainId: string; title: string }[];
  };
  ({ mainId = "", title = "" } = videos[0] ?? {});
  const { slaveId, slave, mainId: otherId, main } = await makePair({ seconds: 2, title: OTHER });
  const owner = await service.administrator();
  await sendFile(service.url, "slave", slaveId, slave, owner);
  expect((await sendFile(service.url, "main", otherId, main, owner)).status).toBe(201);
  sampleHash = createHash("sha256")
    .update(await readFile(SAMPLE))
    .digest("hex");
});

afterEach(() => {
  proxy.restore();
  proxy.asked = [];
});

afterAll(async () => {
  await proxy?.close();
  await service?.close();
});

const keepButton = (page: Page) => page.getByRole("button", { name: `Keep video on this device: ${title}` });
const keepFromLibrary = (page: Page, of = title) => chooseOfCard(page, of, "Keep video on this device");
const row = (page: Page, of = title) => page.locator(".shelf-row", { hasText: of });
const waitUntilKept = (page: Page) => row(page).getByText(KEPT).waitFor();

/** SHA-256 of the one kept file. */
const keptHash = (page: Page): Promise<string> =>
  page.evaluate(async (name) => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("cmix-shelf");
    const bytes = await (await (await folder.getFileHandle(name)).getFile()).arrayBuffer();
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }, `${mainId}.cmx`);

/** Changes one byte of the kept file. */
const damageAt = (page: Page, share: number): Promise<void> =>
  page.evaluate(
    async ([name, at]) => {
      const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("cmix-shelf");
      const file = await folder.getFileHandle(name);
      const { size } = await file.getFile();
      const position = Math.floor(size * at);
      const [byte = 0] = new Uint8Array(await (await file.getFile()).slice(position, position + 1).arrayBuffer());
      const writable = await file.createWritable({ keepExistingData: true });
      await writable.write({ type: "write", position, data: new Uint8Array([byte + 1]) });
      await writable.close();
    },
    [`${mainId}.cmx`, share] as const,
  );

/** Waits until so much of the sample is said to be stored. */
async function waitForShare(page: Page, least: number): Promise<void> {
  await page.waitForFunction(
    (wanted) => Number(document.querySelector<HTMLProgressElement>(".shelf-row progress")?.value) >= wanted,
    least,
    { timeout: 15_000 },
  );
}

describe("P2 the shelf", () => {
  it("asks a visitor for an account on the spot, keeps the main, plays it without asking for it again, signed out too, and removes it", async () => {
    const visitor = { isSignedIn: false };
    const use = async ({ page, expectProblem }: TestPage) => {
      await keepFromLibrary(page);
      await page.getByText("Keeping a video on the device needs a free account.").waitFor();
      expect(await storedFiles(page)).toEqual([]);
      expect(proxy.asked).toEqual([]);
      await page.getByRole("button", { name: "Sign in or make an account" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByRole("button", { name: "No account yet? Make one" }).click();
      await dialog.getByLabel("E-mail address").fill("shelf@example.org");
      await dialog.getByLabel("Password").fill(PASSWORD);
      await dialog.getByRole("button", { name: "Make an account" }).click();
      await waitUntilKept(page);
      expect(proxy.asked).toEqual(["bytes=0-"]); // a download, for the library's count
      expect(await keptHash(page)).toBe(sampleHash);
      await page.getByText("2.53 MB in all.").waitFor();
      await expectAccessible(page);
      await screenshot(page, "shelf-home");

      await page.evaluate(async () => {
        const { csrf } = await (await fetch("/api/session")).json();
        await fetch("/api/session", { method: "DELETE", headers: { "x-cmix-csrf": csrf } });
      });
      proxy.asked = [];
      expectProblem("/api/mains/"); // it is not to be had while it plays
      proxy.cut();
      await page.getByRole("link", { name: `Watch ${title} from this device` }).click();
      await waitForState(page, "ready");
      await page.locator(".panel").getByText(KEPT).waitFor();
      await pressPlay(page);
      await waitForState(page, "playing");
      await screenshot(page, "shelf-watch");
      expect(proxy.asked).toEqual([]);

      await page.goto("/");
      page.once("dialog", (dialog) => void dialog.accept());
      await page.getByRole("button", { name: `Remove ${title} from this device` }).click();
      await row(page).waitFor({ state: "detached" });
      expect(await storedFiles(page)).toEqual([]);
      await keepFromLibrary(page); // offered again
    };
    await withPage(app, "/", use, visitor);
  });

  it("goes on where it stopped after the network was cut, and after the page was loaded again", async () => {
    await withPage(app, "/", async ({ page, expectProblem }) => {
      expectProblem("net::ERR_");
      proxy.holdAfter = HELD_AFTER_BYTES;
      await keepFromLibrary(page);
      await waitForShare(page, 80);
      proxy.cut();
      await row(page).getByText("Connection lost, trying again …").waitFor();
      proxy.restore();
      proxy.holdAfter = 100_000;
      await waitForShare(page, 90);
      await page.reload();
      proxy.restore();
      await waitUntilKept(page);
      const starts = proxy.asked.map((range) => Number(/^bytes=(\d+)-$/.exec(range)?.[1]));
      expect(starts[0]).toBe(0);
      expect(starts[1]).toBeGreaterThan(HELD_AFTER_BYTES - 300_000);
      expect(starts.at(-1)).toBeGreaterThan(1e6); // what a page that is gone had not written yet comes again
      expect(await keptHash(page)).toBe(sampleHash);
    });
  });

  it("stores a main once for two tabs, and one after another: the other tab waits, and goes on when the first is closed", async () => {
    await withPage(app, "/", async ({ page, context }) => {
      const first = await context.newPage();
      await first.goto("/");
      proxy.holdAfter = HELD_AFTER_BYTES;
      await keepFromLibrary(first);
      await waitForShare(first, 80);
      await row(page).getByText("Another tab is keeping it.").waitFor();
      await keepFromLibrary(page, OTHER);
      await row(page, OTHER).getByText("Waits for another one to be stored.").waitFor();
      expect(proxy.asked).toHaveLength(1);
      proxy.restore();
      await first.close();
      await row(page, OTHER).getByText(KEPT).waitFor();
      await waitUntilKept(page);
      expect(await keptHash(page)).toBe(sampleHash);
    });
  });

  it("cancelled it leaves nothing; without room it says how much is wanted, and goes on when there is room, or leaves nothing", async () => {
    await withPage(app, `/watch?main=${mainId}`, async ({ page, context }) => {
      await waitForState(page, "ready");
      proxy.holdAfter = HELD_AFTER_BYTES;
      await page.locator(".panel").getByRole("button", { name: "Keep video on this device" }).press("Enter");
      const cancel = page.getByRole("button", { name: `Cancel keeping ${title}` });
      await page.waitForFunction(
        () => Number(document.querySelector<HTMLProgressElement>(".panel progress")?.value) > 80,
      );
      expect(await cancel.evaluate((button) => button === document.activeElement)).toBe(true);
      await cancel.press("ArrowUp");
      await cancel.press("Enter");
      await keepButton(page).waitFor();
      expect(await storedFiles(page)).toEqual([]);
      proxy.restore();

      const devtools = await context.newCDPSession(page);
      const usage = await page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0);
      const { url: origin } = app;
      await devtools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: usage + 2_000_000 });
      await keepButton(page).click();
      await page.getByRole("alert").getByText("The storage is full, and ").waitFor();
      await page.getByText(/^[\d.]+ [kM]B of 2\.53 MB are here\.$/).waitFor();
      await devtools.send("Storage.overrideQuotaForOrigin", { origin });
      await page.getByRole("button", { name: `Go on keeping ${title}` }).click();
      await page.locator(".panel").getByText(KEPT).waitFor();
      expect(await keptHash(page)).toBe(sampleHash);
      await page.goto("/");
      page.once("dialog", (dialog) => void dialog.accept());
      await page.getByRole("button", { name: `Remove ${title} from this device` }).click();
      // What Chromium's estimate tells is not what it allows; so a browser's that says what it means.
      await page.evaluate(() => {
        navigator.storage.estimate = async () => ({ quota: 5e6, usage: 4e6 });
      });
      await keepFromLibrary(page);
      await page.getByRole("alert").getByText("It needs 2.53 MB, and the browser leaves 1.00 MB").waitFor();
      expect(await storedFiles(page)).toEqual([]);
    });
  });

  it("keeps a copy of a main from the viewer's disk, and finds damage when it is listed, opened and played", async () => {
    await withPage(app, "/watch", async ({ page }) => {
      await chooseFile(page, SAMPLE);
      await waitForState(page, "ready");
      await keepButton(page).click();
      await page.locator(".panel").getByText(KEPT).waitFor();
      expect(proxy.asked).toEqual([]);
      expect(await keptHash(page)).toBe(sampleHash);

      const DAMAGED = "The file on this device was damaged and has been removed.";
      await damageAt(page, 0.2);
      await page.goto(`/watch?main=${mainId}`);
      await waitForState(page, "ready");
      expect(proxy.asked).toEqual([]);
      await pressPlay(page);
      await page.locator(".page > .notice").getByText(DAMAGED).waitFor({ timeout: 20_000 });
      await waitForState(page, "ready"); // from the service
      expect(await storedFiles(page)).toEqual([]);

      await keepButton(page).click();
      await page.locator(".panel").getByText(KEPT).waitFor();
      await damageAt(page, 0.00001);
      await page.reload();
      await page.locator(".page > .notice").getByText(DAMAGED).waitFor();
      await waitForState(page, "ready");

      await keepButton(page).click();
      await page.locator(".panel").getByText(KEPT).waitFor();
      await page.evaluate(async (name) => {
        const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("cmix-shelf");
        await (await (await folder.getFileHandle(name)).createWritable()).close();
      }, `${mainId}.cmx`);
      await page.goto("/");
      await row(page).getByText(DAMAGED).waitFor();
      await row(page)
        .getByRole("button", { name: `Keep video on this device: ${title}` })
        .click();
      await waitUntilKept(page);
      expect(await keptHash(page)).toBe(sampleHash);
    });
  });

  it("lists and opens what is kept off line, in Japanese, dark and 320 px wide too", async () => {
    const look = { viewport: { width: 360, height: 780 }, colorScheme: "dark", locale: "ja-JP" } as const;
    const narrow = { ...look, serviceWorkers: "allow" } as const;
    await withPage(
      app,
      "/",
      async ({ page, context, expectProblem }) => {
        expectProblem("net::ERR_");
        await page.evaluate(async () => void (await navigator.serviceWorker.ready));
        await page.getByRole("button", { name: `その他の操作：${title}` }).click();
        await page.getByRole("menuitem", { name: "動画をこの端末に保存" }).click();
        await row(page).getByText("保存済み：再生にはこの端末のファイルが使われます。").waitFor();
        await context.setOffline(true);
        await page.goto("/");
        await row(page).getByText("保存済み：再生にはこの端末のファイルが使われます。").waitFor();
        await row(page).scrollIntoViewIfNeeded();
        await screenshot(page, "shelf-offline");
        await expectAccessible(page);
        await page.setViewportSize({ width: 320, height: 700 });
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
        await row(page).getByRole("link").click();
        await waitForState(page, "ready");
        await page.locator(".panel").getByText("保存済み").waitFor();
      },
      narrow,
    );
  });
});
