/** The app's player with a real service, and `<video>` as its peer, in Chromium. */
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
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

export type DividedBy = "samples" | "compress" | "mpeg";

export interface Service {
  url: string;
  /** For whatever is made; goes with the service. */
  folder: string;
  /** Divides a source and gives the slave to the service. @returns the main's path */
  divide(source: string, method: DividedBy): Promise<string>;
}

/** A service of its own. @param cmSeconds of its house CM; as long as the committed one where left out */
export async function withService<T>(use: (service: Service) => Promise<T>, cmSeconds?: number): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "cmix-player-"));
  let server: RunningServer | undefined;
  try {
    const running = await startServer({
      port: 0,
      host: "127.0.0.1",
      dataDir: join(folder, "data"),
      webDir: join(ROOT, "dist/web"),
      wasmPath: join(ROOT, "dist/wasm/kernels.wasm"),
      samplesDir: cmSeconds === undefined ? join(ROOT, "samples") : await shortCm(folder, cmSeconds),
      log: () => {},
    });
    server = running;
    const account = await administrator(server);
    const divide = (source: string, method: DividedBy) => divideFor(running.url, account, source, folder, method);
    return await use({ url: server.url, folder, divide });
  } finally {
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A folder like `samples/` with the beginning of its CM. */
async function shortCm(folder: string, seconds: number): Promise<string> {
  const samples = join(folder, "samples");
  await mkdir(samples);
  for (const name of ["scene.cmx", "scene.cms"]) await symlink(join(ROOT, "samples", name), join(samples, name));
  await run("ffmpeg", [
    ...["-v", "error", "-i", join(ROOT, "samples/house-cm.mp4"), "-t", String(seconds)],
    ...["-c:v", "libx264", "-c:a", "aac", join(samples, "house-cm.mp4")],
  ]);
  return samples;
}

/** Opens a `.cmx` in Watch and presses Play. */
export async function openAndPlay(page: Page, mainPath: string): Promise<void> {
  await page.goto("/watch");
  await page.setInputFiles('input[type="file"]', mainPath);
  await page.locator('.stage[data-state="ready"]').waitFor();
  await page.locator(".play-large").click();
}

/** Divides `source` and plays it; `use` gets the page when its CM is over and the video plays. */
export function withPlayer<T>(
  source: string,
  use: (page: Page, browser: Browser) => Promise<T>,
  method: DividedBy = "samples",
): Promise<T> {
  return withService(async ({ url, divide }) => {
    const mainPath = await divide(source, method);
    const browser = await launchChromium();
    try {
      const page = await browser.newPage({ baseURL: url });
      await openAndPlay(page, mainPath);
      await page.locator('.stage[data-state="playing"]').waitFor();
      return await use(page, browser);
    } finally {
      await browser.close();
    }
  });
}

async function divideFor(
  url: string,
  account: Record<string, string>,
  source: string,
  folder: string,
  method: DividedBy,
): Promise<string> {
  const cmix = (...args: string[]) => run(process.execPath, [join(ROOT, "dist/node/cli/cmix.js"), ...args, "--json"]);
  const divided = await cmix("divide", source, "--out", folder, "--method", method);
  const { mainPath, slavePath } = JSON.parse(divided.stdout) as { mainPath: string; slavePath: string };
  const { id } = JSON.parse((await cmix("inspect", slavePath)).stdout) as { id: string };
  const sent = await sendFile(url, "slave", id, await readFile(slavePath), account);
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

/** On the core CMIX_BENCH_CORE alone, where that is given. */
export async function launchChromium(): Promise<Browser> {
  const chromiumPath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
  if (!existsSync(chromiumPath)) throw new Error(`${chromiumPath} is missing: run scripts/install-test-tools.sh`);
  const args = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"];
  const core = process.env.CMIX_BENCH_CORE;
  if (core === undefined) return chromium.launch({ executablePath: chromiumPath, args });
  const folder = await mkdtemp(join(tmpdir(), "cmix-chromium-"));
  const pinned = join(folder, "chromium");
  await writeFile(pinned, `#!/bin/sh\nexec taskset -c ${core} "${chromiumPath}" "$@"\n`, { mode: 0o755 });
  const browser = await chromium.launch({ executablePath: pinned, args });
  browser.on("disconnected", () => void rm(folder, { recursive: true, force: true }));
  return browser;
}
