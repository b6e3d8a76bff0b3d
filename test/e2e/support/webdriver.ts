/**
 * WebKit in tests: WebKitWebDriver starts WebKitGTK's MiniBrowser, on an X server without a screen. The few calls of W3C WebDriver
 * that tests need.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { EnginePage } from "./engines.ts";

/** The key under which WebDriver names an element. */
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
/** Keys that have no character; W3C WebDriver 17.4.2. */
const KEYS: Record<string, string> = {
  Enter: "\uE007",
  ArrowLeft: "\uE012",
  ArrowUp: "\uE013",
  ArrowRight: "\uE014",
  ArrowDown: "\uE015",
};
const START_MILLISECONDS = 20_000;
/** GStreamer's OpenAL output brings the page down where there is no sound device; without it, it plays into nothing. */
const SILENT_SOUND = "openalsink:NONE";

export async function openWebKit(): Promise<EnginePage> {
  const screen = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "1280x960x24", "-nolisten", "tcp"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  let driver: ChildProcess | undefined;
  const stop = async () => {
    await end(driver);
    await end(screen);
  };
  try {
    const display = await firstLine(screen, screen.stdio[3] as Readable);
    const port = await freePort();
    driver = spawn("WebKitWebDriver", [`--port=${port}`], {
      stdio: "ignore",
      env: { ...process.env, DISPLAY: `:${display}`, GDK_BACKEND: "x11", GST_PLUGIN_FEATURE_RANK: SILENT_SOUND },
    });
    return await openSession(`http://127.0.0.1:${port}`, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function openSession(address: string, stop: () => Promise<void>): Promise<EnginePage> {
  await untilAnswering(address);
  const started = (await call(address, "POST", "/session", {
    capabilities: { alwaysMatch: { acceptInsecureCerts: true } },
  })) as {
    sessionId: string;
  };
  const session = `/session/${started.sessionId}`;
  const post = (path: string, body: object): Promise<unknown> => call(address, "POST", session + path, body);
  const find = async (selector: string): Promise<string> => {
    const found = await post("/element", { using: "css selector", value: selector });
    return (found as Record<string, string>)[ELEMENT] as string;
  };
  await post("/timeouts", { script: 60_000 });
  await post("/window/rect", { x: 0, y: 0, width: 1280, height: 900 });
  return {
    goto: async (url) => void (await post("/url", { url })),
    enterFrame: async (selector) => void (await post("/frame", { id: { [ELEMENT]: await find(selector) } })),
    evaluate: async (work, ...args) => {
      const script = `const done = arguments[arguments.length - 1];
        Promise.resolve().then(() => (${work})(...[...arguments].slice(0, -1)))
          .then((value) => done({ value }), (error) => done({ error: String(error) }));`;
      const { value, error } = (await post("/execute/async", { script, args })) as { value?: unknown; error?: string };
      if (error !== undefined) throw new Error(`in the page: ${error}`);
      return value as never;
    },
    setFiles: async (selector, path) => void (await post(`/element/${await find(selector)}/value`, { text: path })),
    click: async (selector, share = 0.5) => {
      const element = await find(selector);
      const script = "arguments[0].scrollIntoView({ block: 'nearest' })";
      await post("/execute/sync", { script, args: [{ [ELEMENT]: element }] });
      const { width } = (await call(address, "GET", `${session}/element/${element}/rect`)) as { width: number };
      const x = Math.round(width * (share - 0.5)); // from the element's middle
      const move = { type: "pointerMove", duration: 0, origin: { [ELEMENT]: element }, x, y: 0 };
      const press = [
        { type: "pointerDown", button: 0 },
        { type: "pointerUp", button: 0 },
      ];
      await post("/actions", { actions: [{ type: "pointer", id: "mouse", actions: [move, ...press] }] });
    },
    press: async (key) => {
      const value = KEYS[key] ?? key;
      const strokes = ["keyDown", "keyUp"].map((type) => ({ type, value }));
      await post("/actions", { actions: [{ type: "key", id: "keyboard", actions: strokes }] });
    },
    screenshot: async (path) => {
      const picture = (await call(address, "GET", `${session}/screenshot`)) as string;
      await writeFile(path, Buffer.from(picture, "base64"));
    },
    close: async () => {
      await call(address, "DELETE", session).catch(() => {});
      await stop();
    },
  };
}

async function call(address: string, method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(address + path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const { value } = (await response.json()) as { value: unknown };
  if (response.ok) return value;
  const { error, message } = value as { error: string; message: string };
  throw new Error(`${method} ${path}: ${error}: ${message}`);
}

async function untilAnswering(address: string): Promise<void> {
  const start = Date.now();
  for (;;) {
    try {
      await call(address, "GET", "/status");
      return;
    } catch (error) {
      if (Date.now() - start > START_MILLISECONDS) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** What a program says first; Xvfb names the display that it found free. */
function firstLine(program: ChildProcess, output: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    createInterface(output).once("line", resolve);
    program.once("error", reject);
    program.once("exit", (code) => reject(new Error(`${program.spawnfile} ended with ${code}`)));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function end(program: ChildProcess | undefined): Promise<void> {
  if (program === undefined || program.exitCode !== null || program.pid === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    program.once("exit", () => resolve());
    program.kill();
  });
}
