/** The installable app: Chromium itself installs it, starts it with a file, and opens it off line. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BrowserContext, CDPSession, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectAccessible } from "./support/accessibility.ts";
import { launchStored, startApp, type TestApp } from "./support/app.ts";
import { chooseFile, pressPlay, waitForState } from "./support/pages.ts";

/** CDP's domain PWA, which Playwright's types do not name. */
type AppCommands = { send(method: string, parameters: object): Promise<unknown> };

let app: TestApp;
let context: BrowserContext;
let page: Page;
let devtools: CDPSession;
/** The library's sample, downloaded. */
let main: string;

beforeAll(async () => {
  app = await startApp();
  context = await launchStored(app, join(app.dataDir, "profile"));
  page = context.pages()[0] ?? (await context.newPage());
  devtools = await context.newCDPSession(page);
  const { videos } = (await (await fetch(`${app.url}/api/videos`)).json()) as { videos: { mainUrl: string }[] };
  main = join(app.dataDir, "sample.cmx");
  await writeFile(main, new Uint8Array(await (await fetch(`${app.url}${videos[0]?.mainUrl}`)).arrayBuffer()));
  await page.goto("/watch");
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
});

afterAll(async () => {
  await context?.close();
  await app?.close();
});

describe("the installed app", () => {
  it("P1: Chromium finds no fault with it, installs it, and a .cmx launched with it opens in the player", async () => {
    const manifest = await devtools.send("Page.getAppManifest");
    expect(manifest.url).toBe(`${app.url}/app.webmanifest`);
    expect(manifest.errors).toEqual([]);
    expect(await devtools.send("Page.getInstallabilityErrors")).toEqual({ installabilityErrors: [] });
    await page.getByRole("button", { name: "Install the app" }).waitFor();
    await expectAccessible(page);

    const apps = devtools as unknown as AppCommands;
    const manifestId = `${app.url}/`;
    await apps.send("PWA.install", { manifestId, installUrlOrBundleUrl: `${app.url}/watch` });
    expect(await apps.send("PWA.getOsAppState", { manifestId })).toMatchObject({
      fileHandlers: [
        { action: `${app.url}/watch`, accepts: [{ mediaType: "application/vnd.cmix.main", fileExtensions: [".cmx"] }] },
      ],
    });
    const [launched] = await Promise.all([
      context.waitForEvent("page"),
      apps.send("PWA.launchFilesInApp", { manifestId, files: [main] }),
    ]);
    await waitForState(launched, "ready");
    expect(await launched.getByRole("heading", { level: 2 }).first().innerText()).toMatch(/sample/);
    await launched.close();
  });

  it("P1: what other apps share opens in it: a .cmx, and a link in a text", async () => {
    /** As the system posts it. */
    const share = async (fields: Record<string, string>, file?: string) => {
      await page.goto("/bench");
      await page.evaluate((texts) => {
        const form = Object.assign(document.createElement("form"), {
          action: "/share",
          method: "post",
          enctype: "multipart/form-data",
        });
        for (const [name, value] of Object.entries(texts))
          form.append(Object.assign(document.createElement("input"), { name, value }));
        form.append(Object.assign(document.createElement("input"), { name: "files", type: "file", id: "shared-file" }));
        document.body.append(form);
      }, fields);
      if (file === undefined) await page.evaluate(() => document.querySelector("#shared-file")?.remove());
      else await page.setInputFiles("#shared-file", file);
      await page.evaluate(() => document.querySelector<HTMLFormElement>("form[action='/share']")?.submit());
    };
    await share({ title: "", text: "" }, main);
    await waitForState(page, "ready");
    expect(new URL(page.url()).search).toBe("");
    expect(await page.getByRole("heading", { level: 2 }).first().innerText()).toMatch(/sample/);
    expect(await page.evaluate(() => caches.has("cmix-shared"))).toBe(false);

    const { videos } = (await (await fetch(`${app.url}/api/videos`)).json()) as { videos: { mainId: string }[] };
    const path = `/watch?main=${videos[0]?.mainId}`;
    await share({ text: `Look: ${app.url}${path}` });
    await page.waitForURL(`${app.url}${path}`);
    await waitForState(page, "ready");

    const other = `https://films.example/watch?main=${videos[0]?.mainId}`;
    await share({ url: other });
    expect(await page.getByRole("link", { name: "Watch at films.example" }).getAttribute("href")).toBe(other);
    await page.goto("/watch");
  });

  it("P1: off line it starts, opens a .cmx and says what it needs; connected again, the play goes on", async () => {
    await context.setOffline(true);
    await page.goto("/watch");
    await chooseFile(page, main);
    await waitForState(page, "ready");
    // Playwright forgets navigator.onLine, not the network, with each page that is loaded.
    await context.setOffline(false);
    await context.setOffline(true);
    await page.getByText("You are off line.").waitFor({ timeout: 30_000 });
    await pressPlay(page);
    await page.getByRole("alert").getByText("The service cannot be reached").waitFor();
    await expectAccessible(page);
    await context.setOffline(false);
    await page.getByRole("button", { name: "Try again" }).click();
    await waitForState(page, "cm");

    const kept = await page.evaluate(async () => {
      const entries = await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).keys()));
      return entries.flat().map(({ url }) => new URL(url).pathname);
    });
    expect(kept).toContain("/");
    expect(kept.filter((path) => path.startsWith("/api/"))).toEqual([]);
  });
});
