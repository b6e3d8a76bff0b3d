/** CMs from the administrator's page to the viewer and back (S3, S4, S15). */
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright";
import { PNG } from "pngjs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ROOT } from "../support/tree.ts";
import { expectAccessible } from "./support/accessibility.ts";
import { startApp, type TestApp } from "./support/app.ts";
import { chooseFile, pressPlay, waitForState, withPage } from "./support/pages.ts";

const SIGNED_OUT = { isSignedIn: false };
const MAIN = join(ROOT, "samples/scene.cmx");
const LINK = "https://tea.example/";
const TEA = { title: "Green tea", sponsor: "Tea House", colour: [30, 140, 60] } as const;
const BIKE = { title: "New bicycle", sponsor: "Bike Shop", colour: [30, 60, 160] } as const;

type Enters = typeof TEA | typeof BIKE;

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterAll(async () => {
  await app?.close();
});

const card = (page: Page, title: string) => page.getByRole("form", { name: title, exact: true });

const row = (page: Page, title: string) =>
  page.getByRole("row").filter({ has: page.getByRole("rowheader", { name: title, exact: true }) });

/** A picture of one colour. */
function image(colour: readonly [number, number, number]): Buffer {
  const png = new PNG({ width: 320, height: 180 });
  for (let i = 0; i < png.data.length; i += 4) png.data.set([...colour, 255], i);
  return PNG.sync.write(png);
}

/** The administrator enters a CM and switches it on. */
async function enterCm({ title, sponsor, colour }: Enters): Promise<void> {
  await withPage(app, "/admin", async ({ page }) => {
    const file = { name: "cm.png", mimeType: "image/png", buffer: image(colour) };
    const added = page.waitForResponse((answer) => answer.url().endsWith("/api/cms") && answer.status() === 201);
    await page.getByLabel("Add a commercial").setInputFiles(file);
    const { id } = (await (await added).json()) as { id: string };
    const fresh = card(page, id);
    await fresh.getByLabel("Title", { exact: true }).fill(title);
    await fresh.getByLabel("Sponsor", { exact: true }).fill(sponsor);
    await fresh.getByLabel("Link (https)").fill(LINK);
    await fresh.getByLabel("Seconds").fill("3");
    await fresh.getByLabel("With no video for viewers younger than").fill("0");
    await fresh.getByRole("button", { name: "Save" }).click();
    await row(page, title).getByRole("button", { name: "Switch on" }).click();
    await row(page, title).getByRole("button", { name: "Switch off" }).waitFor();
    await page.getByLabel("Search titles, sponsors and kinds").fill(sponsor);
    await page.waitForFunction(() => document.querySelectorAll(".log [aria-label=Commercials] tbody tr").length === 1);
    await expectAccessible(page);
  });
}

/** "Deliveries, paid for, complete, clicks" of a CM, as the administrator sees them. */
async function countsOf(title: string): Promise<string> {
  let counts = "";
  await withPage(app, "/admin", async ({ page }) => {
    counts = await row(page, title).getByRole("cell").nth(3).innerText();
  });
  return counts;
}

/** Opens the sample and presses Play. @returns when the CM's image is on screen, the sponsor's name beside it */
async function startPlay(page: Page): Promise<string> {
  await chooseFile(page, MAIN);
  await waitForState(page, "ready");
  await pressPlay(page);
  await page.locator(".cm-image[data-shown]").waitFor();
  return page.locator(".sponsor-name").innerText();
}

/** A browser without an account; its tabs share one session. */
async function visit(use: (page: Page, context: BrowserContext) => Promise<void>): Promise<void> {
  await withPage(app, "/watch", ({ page, context }) => use(page, context), SIGNED_OUT);
}

it("S3 S15 an image that the administrator entered is shown, then the video; its link's click is counted", async () => {
  await enterCm(TEA);
  expect(await countsOf(TEA.title)).toBe("0, 0, 0, 0");
  await visit(async (page, context) => {
    await context.route(`${LINK}**`, (route) => route.fulfill({ body: "tea" }));
    expect(await startPlay(page)).toBe(TEA.sponsor);
    await waitForState(page, "playing");
    expect(await page.locator(".cm-image[data-shown]").count()).toBe(0);
    const told = page.waitForResponse((answer) => answer.url().endsWith("/events") && answer.ok());
    const [tab] = await Promise.all([
      context.waitForEvent("page"),
      page.getByRole("link", { name: `Visit ${TEA.sponsor}` }).click(),
    ]);
    expect(tab.url()).toBe(LINK);
    await told;
  });
  // The service counts "complete" by its own clock: the image was shown for its time.
  expect(await countsOf(TEA.title)).toBe("1, 1, 1, 1");
});

it("S3 a CM that was left comes first next time", async () => {
  await visit(async (page) => {
    expect(await startPlay(page)).toBe(TEA.sponsor);
    await page.reload();
    // From now on the bicycle, which nobody saw yet, goes before the tea for everybody else.
    await enterCm(BIKE);
    await visit(async (other) => expect(await startPlay(other)).toBe(BIKE.sponsor));
    expect(await startPlay(page)).toBe(TEA.sponsor);
  });
});

it("S5 a second window waits while a CM is shown in the first, says so, and goes on by itself", async () => {
  await visit(async (page, context) => {
    const second = await context.newPage();
    await second.goto(`${app.url}/watch`);
    await chooseFile(second, MAIN);
    await waitForState(second, "ready");
    await startPlay(page);
    await pressPlay(second);
    await second.getByText("in another window or on another device", { exact: false }).waitFor();
    await second.locator("[data-shown]").waitFor(); // its own CM, without a click
    await waitForState(second, "playing");
  });
});
