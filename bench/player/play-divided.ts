/** The app's player with a real service, in Chromium, as benches use them. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Browser, chromium, type Page } from "playwright";
import { startServer } from "../../server/main.ts";
import { ROOT } from "../measure.ts";

const run = promisify(execFile);

/** Divides `source` with method `samples` and plays it; `use` gets the page when its CM is over and the video plays. */
export async function withPlayer<T>(source: string, use: (page: Page) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "cmix-player-"));
  const server = await startServer({
    port: 0,
    host: "127.0.0.1",
    dataDir: join(folder, "data"),
    webDir: join(ROOT, "dist/web"),
    wasmPath: join(ROOT, "dist/wasm/kernels.wasm"),
    samplesDir: join(ROOT, "samples"),
    log: () => {},
  });
  let browser: Browser | undefined;
  try {
    const mainPath = await divideFor(server.url, source, folder);
    browser = await launchChromium();
    const page = await browser.newPage({ baseURL: server.url });
    await page.goto("/watch");
    await page.setInputFiles('input[type="file"]', mainPath);
    await page.locator('.stage[data-state="ready"]').waitFor();
    await page.getByRole("button", { name: "Play", exact: true }).first().click();
    await page.locator('.stage[data-state="playing"]').waitFor();
    return await use(page);
  } finally {
    await browser?.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** @returns where the main is; the slave is at the service */
async function divideFor(url: string, source: string, folder: string): Promise<string> {
  const cmix = (...args: string[]) => run(process.execPath, [join(ROOT, "dist/node/cli/cmix.js"), ...args, "--json"]);
  const divided = await cmix("divide", source, "--out", folder, "--method", "samples");
  const { mainPath, slavePath } = JSON.parse(divided.stdout) as { mainPath: string; slavePath: string };
  const { id } = JSON.parse((await cmix("inspect", slavePath)).stdout) as { id: string };
  const sent = await fetch(`${url}/api/slaves/${id}`, {
    method: "PUT",
    headers: { "content-type": "application/octet-stream" },
    body: await readFile(slavePath),
  });
  if (!sent.ok) throw new Error(`the service refused the slave: ${sent.status} ${await sent.text()}`);
  return mainPath;
}

export function launchChromium(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) throw new Error(`${executablePath} is missing: run scripts/install-test-tools.sh`);
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"] });
}
