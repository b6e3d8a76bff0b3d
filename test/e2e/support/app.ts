/** The real server with a data folder of its own, and Chromium in front of it. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type ConsoleMessage,
  chromium,
  type Page,
} from "playwright";
import { type RunningServer, startServer } from "../../../server/main.ts";
import { type Headers, TestAccounts } from "../../server/test-accounts.ts";
import { tapSound } from "../../support/flash-and-beep.ts";
import { ROOT, SHARED_MEDIA } from "../../support/tree.ts";
import { shortSamples } from "./clips.ts";

/** The clip of the proof where the shared media are, our own scene otherwise and for the README's pictures. */
export function sourceVideo(name: string): string {
  if (process.env.UPDATE_SCREENSHOTS !== undefined) return join(ROOT, "samples/scene.mp4");
  const shared = join(SHARED_MEDIA, "mp4", name);
  if (existsSync(shared)) return shared;
  console.info(`${name} is not at hand: samples/scene.mp4 is used in its place`);
  return join(ROOT, "samples/scene.mp4");
}

const CHROMIUM_ARGUMENTS = [
  "--no-sandbox",
  "--autoplay-policy=no-user-gesture-required",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--enable-unsafe-swiftshader", // WebGL2 without a GPU; the player takes it only where a test asks for it
];

const CHROMIUM = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
/** Chromium without windows, where it is installed: no pages of the browser's own run beside a test's, which open twice as fast. */
const HEADLESS_SHELL = "/usr/bin/chromium-headless-shell";

export const launchChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.CHROMIUM_PATH === undefined && existsSync(HEADLESS_SHELL) ? HEADLESS_SHELL : CHROMIUM,
    args: CHROMIUM_ARGUMENTS,
  });

/** For all files of a worker, one after another: contexts keep tests apart. It ends with the worker. */
let shared: Promise<Browser> | undefined;
async function sharedChromium(): Promise<Browser> {
  if (shared === undefined || !(await shared).isConnected()) shared = launchChromium();
  return shared;
}

export interface TestServer {
  url: string;
  dataDir: string;
  firstAdministratorUrl: string | undefined;
  /** Makes the administrator's account, once. @returns what a browser that is signed in with it sends along */
  administrator(): Promise<Headers>;
  close(): Promise<void>;
}

export interface TestApp extends TestServer {
  /** Not to be closed: other apps use it too. */
  browser: Browser;
}

/**
 * @param cmSeconds of the house CM, which many plays wait for; as long as it is where left out
 * @param open      starts the server
 */
export async function startTestServer(cmSeconds?: number, open = startServer): Promise<TestServer> {
  const webDir = join(ROOT, "dist/web");
  const wasmPath = join(ROOT, "dist/wasm/kernels.wasm");
  for (const path of [join(webDir, "index.html"), wasmPath]) {
    if (!existsSync(path)) throw new Error(`${path} is missing: run npm run build before the end-to-end test`);
  }
  const samplesDir = cmSeconds === undefined ? join(ROOT, "samples") : await shortSamples(cmSeconds);
  const dataDir = await mkdtemp(join(tmpdir(), "cmix-e2e-"));
  let server: RunningServer | undefined;
  const close = async () => {
    await server?.close();
    await rm(dataDir, { recursive: true, force: true });
    if (cmSeconds !== undefined) await rm(samplesDir, { recursive: true, force: true });
  };
  try {
    server = await open({
      port: 0,
      host: "127.0.0.1",
      dataDir,
      webDir,
      wasmPath,
      samplesDir,
      log: () => {},
    });
    const { url, firstAdministratorUrl } = server;
    const accounts = new TestAccounts({ url, firstAdministratorUrl });
    return { url, dataDir, firstAdministratorUrl, administrator: () => accounts.as("administrator"), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** As {@link startTestServer}. */
export async function startApp(cmSeconds?: number, open = startServer): Promise<TestApp> {
  const server = await startTestServer(cmSeconds, open);
  try {
    const browser = await sharedChromium();
    const others = new Set(browser.contexts());
    const close = async () => {
      for (const context of browser.contexts()) if (!others.has(context)) await context.close();
      await server.close();
    };
    return { ...server, browser, close };
  } catch (error) {
    await server.close();
    throw error;
  }
}

export interface TestPage {
  page: Page;
  context: BrowserContext;
  /** Errors in the console and uncaught ones; a test ends by finding this empty. */
  problems: string[];
  /** Makes failures that a test causes on purpose no problem: `part` is looked for in message and address. */
  expectProblem(part: string): void;
  close(): Promise<void>;
}

/** Signs a browser in as the administrator, who may do all there is. */
export async function signIn(app: TestServer, context: BrowserContext): Promise<void> {
  const [name = "", value = ""] = ((await app.administrator()).Cookie ?? "").split("=");
  await context.addCookies([{ name, value, url: app.url, httpOnly: true, sameSite: "Lax" }]);
}

export interface PageOptions extends BrowserContextOptions {
  /** As the administrator; true unless told otherwise. */
  isSignedIn?: boolean;
}

export async function openPage(
  app: TestApp,
  path: string,
  { isSignedIn = true, ...options }: PageOptions = {},
): Promise<TestPage> {
  const context = await app.browser.newContext({
    baseURL: app.url,
    locale: "en-GB",
    colorScheme: "light",
    viewport: { width: 1280, height: 860 },
    acceptDownloads: true,
    // Keeping the whole app costs as much as a page itself: who tests what it keeps allows it.
    serviceWorkers: "block",
    ...options,
  });
  if (isSignedIn) await signIn(app, context);
  await context.addInitScript(tapSound);
  const page = await context.newPage();
  const problems: string[] = [];
  const expected: string[] = [];
  const note = (text: string) => {
    if (!expected.some((part) => text.includes(part))) problems.push(text);
  };
  page.on("console", (message: ConsoleMessage) => {
    if (message.type() === "error") note(`${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => note(String(error)));
  await page.goto(path);
  return { page, context, problems, expectProblem: (part) => expected.push(part), close: () => context.close() };
}

/** A browser that keeps what pages store on the disk, as a user's does; the pages of `openPage` are private, and theirs is in memory. */
export async function launchStored(app: TestApp, profile: string): Promise<BrowserContext> {
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    args: CHROMIUM_ARGUMENTS,
    // An app that a test installs is entered into the system's menus there.
    env: { ...process.env, XDG_DATA_HOME: profile },
    baseURL: app.url,
    locale: "en-GB",
    acceptDownloads: true,
  });
  await signIn(app, context);
  return context;
}

/** Names of all files in the page's own file system (OPFS). */
export function storedFiles(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const names: string[] = [];
    const walk = async (folder: FileSystemDirectoryHandle, path: string): Promise<void> => {
      const entries = folder as unknown as { values(): AsyncIterable<FileSystemHandle> };
      for await (const entry of entries.values()) {
        if (entry.kind === "file") names.push(`${path}${entry.name}`);
        else await walk(entry as FileSystemDirectoryHandle, `${path}${entry.name}/`);
      }
    };
    await walk(await navigator.storage.getDirectory(), "");
    return names;
  });
}

/** Makes a small file of a screenshot, for a document: fewer pixels, and colours from a table. */
const FOR_DOCUMENT =
  "scale=1024:-1:flags=lanczos,split[a][b];[a]palettegen=max_colors=128[p];[b][p]paletteuse=dither=none";

/** A screenshot for the README when UPDATE_SCREENSHOTS=1, for whoever looks into a failure otherwise. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const isForDocument = process.env.UPDATE_SCREENSHOTS === "1";
  const path = join(ROOT, "test-results", `${name}.png`);
  await mkdir(dirname(path), { recursive: true });
  if (isForDocument)
    await page.evaluate(() => {
      scrollTo(0, 0);
      (document.activeElement as HTMLElement | null)?.blur();
    });
  await page.screenshot({ path });
  if (!isForDocument) return;
  const image = join(ROOT, "docs/images", `${name}.png`);
  await promisify(execFile)("ffmpeg", ["-v", "error", "-y", "-i", path, "-vf", FOR_DOCUMENT, image]);
}
