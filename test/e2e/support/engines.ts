/** A page of the app in each of the three browser engines, driven the same way. */
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Browser, firefox } from "playwright";
import { hasTool } from "../../support/tools.ts";
import { ROOT } from "../../support/tree.ts";
import { launchChromium } from "./app.ts";
import { openWebKit } from "./webdriver.ts";

export interface EnginePage {
  goto(url: string): Promise<void>;
  /** What is done from now on is done in the page that a frame shows. */
  enterFrame(selector: string): Promise<void>;
  /** Runs a function in the page, which gets `args` and knows nothing else of the test. */
  evaluate<A extends unknown[], R>(work: (...args: A) => R | Promise<R>, ...args: A): Promise<R>;
  /** Gives a file to an `<input type="file">`. */
  setFiles(selector: string, path: string): Promise<void>;
  /** A pointer's click, at `share` of the element's width from the left. */
  click(selector: string, share?: number): Promise<void>;
  /** Presses a key of this name, as KeyboardEvent.key has it, wherever the focus is. */
  press(key: string): Promise<void>;
  screenshot(path: string): Promise<void>;
  /** Of the page and, with it, of its browser. */
  close(): Promise<void>;
}

export interface Engine {
  name: "Chromium" | "Firefox" | "WebKit";
  /** Whether it is installed; says so loudly where it is not. */
  isHere(): boolean;
  open(): Promise<EnginePage>;
}

/** Debian's own, driven by WebDriver BiDi. */
const FIREFOX = process.env.FIREFOX_PATH ?? "/usr/bin/firefox-esr";

const notHeld = (name: string) => `that videos play in ${name} was NOT tried`;

export const ENGINES: readonly Engine[] = [
  {
    name: "Chromium",
    isHere: () => true, // all end-to-end tests need it
    open: async () => pageIn(await launchChromium()),
  },
  {
    name: "Firefox",
    isHere: () => hasTool(FIREFOX, "--version", "firefox-esr", notHeld("Firefox")),
    open: async () =>
      pageIn(
        await firefox.launch({
          channel: "moz-firefox",
          executablePath: FIREFOX,
          firefoxUserPrefs: { "media.autoplay.default": 0 },
        }),
      ),
  },
  {
    name: "WebKit",
    isHere: () =>
      hasTool("WebKitWebDriver", "--help", "webkit2gtk-driver", notHeld("WebKit")) &&
      hasTool("Xvfb", "-version", "xvfb", notHeld("WebKit")),
    open: openWebKit,
  },
];

async function pageIn(browser: Browser): Promise<EnginePage> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 }, ignoreHTTPSErrors: true });
  let frame = page.mainFrame();
  return {
    goto: async (url) => {
      await page.goto(url);
      frame = page.mainFrame();
    },
    enterFrame: async (selector) => {
      const inner = await (await page.waitForSelector(selector)).contentFrame();
      if (inner === null) throw new Error(`${selector} shows no page`);
      frame = inner;
    },
    evaluate: (work, ...args) =>
      frame.evaluate(`(${work})(...${JSON.stringify(args)})`) as Promise<Awaited<ReturnType<typeof work>>>,
    setFiles: (selector, path) => frame.setInputFiles(selector, path),
    click: async (selector, share = 0.5) => {
      const element = frame.locator(selector).first();
      const box = await element.boundingBox();
      if (box === null) throw new Error(`${selector} is not on the page`);
      await element.click({ position: { x: box.width * share, y: box.height / 2 } });
    },
    press: (key) => page.keyboard.press(key),
    screenshot: async (path) => void (await page.screenshot({ path })),
    close: () => browser.close(),
  };
}

/**
 * Waits until `condition`, which runs in the page, holds.
 *
 * @throws Error it does not in `seconds`; says what the page shows instead, and keeps a picture of it
 */
export async function waitUntil<A extends unknown[]>(
  page: EnginePage,
  seconds: number,
  condition: (...args: A) => boolean,
  ...args: A
): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await page.evaluate(condition, ...args))) {
    if (Date.now() > end) {
      const text = await page.evaluate(() => document.body.innerText);
      const picture = join(ROOT, "test-results", `not-in-time-${end}.png`);
      await mkdir(dirname(picture), { recursive: true });
      await page.screenshot(picture);
      throw new Error(
        `after ${seconds} s not ${condition} of ${JSON.stringify(args)}; the page (${picture}) shows: ${text}`,
      );
    }
    await sleep(50);
  }
}
