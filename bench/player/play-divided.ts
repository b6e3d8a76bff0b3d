/** The app's player with a real service, and `<video>` as its peer, in Chromium. */
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Browser, chromium, type Page } from "playwright";
import { type RunningServer, startServer } from "../../server/main.ts";
import { sendFile } from "../../test/support/upload.ts";
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
    const mainPath = await divideFor(server, source, folder);
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
async function divideFor(server: RunningServer, source: string, folder: string): Promise<string> {
  const cmix = (...args: string[]) => run(process.execPath, [join(ROOT, "dist/node/cli/cmix.js"), ...args, "--json"]);
  const divided = await cmix("divide", source, "--out", folder, "--method", "samples");
  const { mainPath, slavePath } = JSON.parse(divided.stdout) as { mainPath: string; slavePath: string };
  const { id } = JSON.parse((await cmix("inspect", slavePath)).stdout) as { id: string };
  const sent = await sendFile(server.url, "slave", id, await readFile(slavePath), await administrator(server));
  if (!sent.ok) throw new Error(`the service refused the slave: ${sent.status} ${await sent.text()}`);
  return mainPath;
}

/** Makes the service's first account. @returns headers of a request in its name */
async function administrator({ url, firstAdministratorUrl }: RunningServer): Promise<Record<string, string>> {
  const account = { token: firstAdministratorUrl?.split("#")[1], email: "bench@example.org", password: randomUUID() };
  const made = await fetch(`${url}/api/first-administrator`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(account),
  });
  const cookie = made.headers.get("set-cookie")?.split(";")[0] ?? "";
  const session = (await (await fetch(`${url}/api/session`, { headers: { cookie } })).json()) as { csrf: string };
  return { cookie, "x-cmix-csrf": session.csrf };
}

/** A page with nothing but a `<video>` of the undivided file, which stands at its first picture. */
export async function withVideoElement<T>(source: string, use: (page: Page) => Promise<T>): Promise<T> {
  const server = await serveFile(source);
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.evaluate(async () => {
      const video = document.createElement("video");
      video.muted = true;
      video.src = "/video.mp4";
      video.style.width = "100%";
      document.body.append(video);
      await new Promise<void>((resolve) => video.requestVideoFrameCallback(() => resolve()));
    });
    return await use(page);
  } finally {
    await browser.close();
    server.close();
  }
}

/** A page, and one file by ranges. */
function serveFile(path: string): Promise<Server> {
  const server = createServer(async (request, response) => {
    if (request.url !== "/video.mp4") {
      response.setHeader("content-type", "text/html");
      response.end("<!doctype html><title>video</title><body>");
      return;
    }
    const { size } = await stat(path);
    const [start = "0", end = ""] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? "")?.slice(1) ?? [];
    const last = end === "" ? size - 1 : Number(end);
    response.writeHead(206, {
      "content-type": "video/mp4",
      "accept-ranges": "bytes",
      "content-length": last - Number(start) + 1,
      "content-range": `bytes ${start}-${last}/${size}`,
    });
    const stream = createReadStream(path, { start: Number(start), end: last });
    response.on("close", () => stream.destroy());
    stream.pipe(response);
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

function launchChromium(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) throw new Error(`${executablePath} is missing: run scripts/install-test-tools.sh`);
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"] });
}
