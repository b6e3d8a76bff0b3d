/**
 * Every page in its states, at phone, tablet, desktop and full HD widths, English and Japanese, light and dark: nothing is wider than the
 * window, axe finds nothing (best practices too), no untranslated key, and a picture of each lies in test-results/looks. All of them in the
 * long run (`npm run test:browsers`), a sample in the others.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import axe, { type AxeResults } from "axe-core";
import type { Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ALL_MEDIA } from "../support/media.ts";
import { sampleOf } from "../support/sample.ts";
import { ROOT } from "../support/tree.ts";
import { openPage, startApp, type TestApp } from "./support/app.ts";
import { type PublishedMain, publishScene } from "./support/clips.ts";
import { chooseFile, waitForState } from "./support/pages.ts";

const WIDTHS = [360, 768, 1280, 1920] as const;
const LANGUAGES = ["en", "ja"] as const;
const SCHEMES = ["light", "dark"] as const;
const FOLDER = join(ROOT, "test-results/looks");

interface Look {
  width: number;
  language: (typeof LANGUAGES)[number];
  scheme: (typeof SCHEMES)[number];
}

interface State {
  name: string;
  path: string;
  /** As the administrator, who is shown most. */
  isSignedIn?: boolean;
  /** What the page waits for or does first, in any language. */
  reach(page: Page): Promise<unknown>;
}

let app: TestApp;
let empty: TestApp;
let film: PublishedMain;

beforeAll(async () => {
  [app, empty] = await Promise.all([startApp(20), startApp()]);
  film = await publishScene(app, "A film with a rather long title, as people give them to what they are fond of", 40);
  await publishScene(app, "短い", 6);
});
afterAll(async () => {
  await app?.close();
  await empty?.close();
});

const heading = (page: Page) => page.locator("h1").first().waitFor();
const watch = () => `/watch?main=${film.mainId}`;
const withFile = (name: string) => async (page: Page) => {
  await chooseFile(page, join(ROOT, name));
  await page.locator("form, .notice, [role=alert]").first().waitFor();
};
const STATES: State[] = [
  { name: "library", path: "/", isSignedIn: false, reach: (page) => page.locator(".video-card").first().waitFor() },
  { name: "library-signed-in", path: "/", reach: (page) => page.locator(".video-card").first().waitFor() },
  {
    name: "library-no-matches",
    path: "/?q=nothing%20of%20that%20name",
    isSignedIn: false,
    reach: (page) => page.waitForLoadState("networkidle"),
  },
  {
    name: "library-menu",
    path: "/",
    reach: async (page) => {
      await page.locator(".video-card .card-menu").first().click();
      await page.locator("[role=menu]").waitFor();
    },
  },
  { name: "watch-empty", path: "/watch", isSignedIn: false, reach: heading },
  { name: "watch-ready", path: "watch", isSignedIn: false, reach: (page) => waitForState(page, "ready") },
  {
    name: "watch-unknown",
    path: `/watch?main=${"0".repeat(32)}`,
    isSignedIn: false,
    reach: (page) => page.locator("[role=alert], .notice").first().waitFor(),
  },
  {
    name: "watch-cm",
    path: "watch",
    isSignedIn: false,
    reach: async (page) => {
      await waitForState(page, "ready");
      await page.locator(".play-large").click();
      await waitForState(page, "cm");
    },
  },
  { name: "studio-empty", path: "/studio", isSignedIn: false, reach: heading },
  { name: "studio-file", path: "/studio", reach: withFile("samples/scene.mp4") },
  { name: "studio-no-video", path: "/studio", reach: withFile("package.json") },
  { name: "account-signed-out", path: "/account", isSignedIn: false, reach: heading },
  { name: "account", path: "/account", reach: heading },
  { name: "provider", path: "/provider", reach: heading },
  { name: "admin", path: "/admin", reach: heading },
  { name: "bench", path: "/bench", isSignedIn: false, reach: heading },
  { name: "new-password", path: "/new-password#token=none", isSignedIn: false, reach: heading },
  { name: "no-such-page", path: "/no-such-page", isSignedIn: false, reach: heading },
];

const ALL_LOOKS: Look[] = WIDTHS.flatMap((width) =>
  LANGUAGES.flatMap((language) => SCHEMES.map((scheme) => ({ width, language, scheme }))),
);

/** What axe finds, best practices included: one main, headings in order, landmarks with names of their own. */
async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" ")}`);
}

/** What reaches over the window's right edge without a part around it that scrolls. */
const tooWide = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    if (document.documentElement.scrollWidth <= innerWidth) return [];
    const isOver = (element: Element) => element.getBoundingClientRect().right > innerWidth + 1;
    return [...document.body.querySelectorAll("*")].filter(isOver).map((one) => one.outerHTML.slice(0, 120));
  });

async function look(page: Page, { width, language, scheme }: Look, name: string): Promise<string[]> {
  await page.setViewportSize({ width, height: width === 360 ? 740 : Math.round((width * 9) / 16) });
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
  await page.locator("footer.bottom select").selectOption(language);
  await page.waitForFunction((wanted) => document.documentElement.lang === wanted, language);
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  await page.screenshot({ path: join(FOLDER, `${name}-${width}-${language}-${scheme}.png`) });
  const keys = await page.evaluate(
    () => document.body.innerText.match(/\b(?:nav|home|watch|studio|account|admin|provider)\.[a-z]\w+/g) ?? [],
  );
  return [
    ...(await tooWide(page)).map((html) => `wider than the window: ${html}`),
    ...keys.map((key) => `a key in the place of a text: ${key}`),
    ...(await accessibilityFaults(page)),
  ].map((fault) => `${name} ${width} ${language} ${scheme}: ${fault}`);
}

it.each(sampleOf(STATES, 4))("P1 S11: $name looks right", async ({ name, path, isSignedIn = true, reach }) => {
  await mkdir(FOLDER, { recursive: true });
  const opened = await openPage(app, path === "watch" ? watch() : path, { isSignedIn });
  try {
    await reach(opened.page);
    const faults: string[] = [];
    for (const one of ALL_MEDIA ? ALL_LOOKS : sampleOf(ALL_LOOKS, 2))
      faults.push(...(await look(opened.page, one, name)));
    expect(faults).toEqual([]);
  } finally {
    await opened.close();
  }
});

it("P1 S11: an empty library says what to do first", async () => {
  const opened = await openPage(empty, "/", { isSignedIn: false });
  try {
    await heading(opened.page);
    await opened.page.waitForLoadState("networkidle");
    expect(await look(opened.page, ALL_LOOKS[0] as Look, "library-of-samples")).toEqual([]);
  } finally {
    await opened.close();
  }
});
