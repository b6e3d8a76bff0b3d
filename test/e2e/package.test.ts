/** The package as others get it: packed, installed in an empty folder, and used as the examples of codec/LIBRARY.md say. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { findMarks } from "../../codec/index.ts";
import { ROOT, readText } from "../support/tree.ts";
import { launchChromium } from "./support/app.ts";

const MARK = "https://cmix.example/r#1r.alt.tm";
const run = promisify(execFile);
const SCENE = join(ROOT, "samples/scene.mp4");
const [nodeExample = "", pageExample = ""] = [...readText("codec/LIBRARY.md").matchAll(/```js\n([\s\S]*?)```/g)].map(
  ([, code]) => code ?? "",
);
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const sceneSha256 = sha256(readFileSync(SCENE));

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "cmix-package-"));
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], {
    cwd: ROOT,
    maxBuffer: 8 << 20,
  });
  const [packed] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  expect(packed.files.map(({ path }) => path)).toEqual(
    expect.arrayContaining(["dist/node/codec/index.js", "dist/wasm/kernels.wasm", "dist/web/index.html", "README.md"]),
  );
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "user", type: "module", private: true }));
  // Native parts are the server's alone: what is used here has to do without them.
  const install = ["install", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"];
  await run("npm", [...install, join(folder, packed.filename)], { cwd: folder });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the package in an empty folder", () => {
  it("divides and combines in Node as LIBRARY.md shows", async () => {
    copyFileSync(SCENE, join(folder, "film.mp4"));
    writeFileSync(join(folder, "example.js"), nodeExample);
    await run(process.execPath, ["example.js"], { cwd: folder });
    expect(sha256(readFileSync(join(folder, "again.mp4")))).toBe(sceneSha256);
    expect(statSync(join(folder, "film.cms")).size).toBeLessThan(statSync(join(folder, "film.cmx")).size / 50);
    for (const name of ["film.cmx.part", "film.cms.part", "again.mp4.part"])
      expect(existsSync(join(folder, name)), name).toBe(false);
  });

  it("loads neither server nor React nor a native part with its codec", async () => {
    writeFileSync(join(folder, "load.mjs"), `await import("cmix"); await import("cmix/node");`);
    writeFileSync(
      join(folder, "hooks.mjs"),
      `export async function load(url, context, next) {
        if (/node_modules\\/(?:react|hono|better-sqlite3|kysely|@tus|@node-rs|nodemailer|prom-client)/.test(url) || url.endsWith(".node"))
          throw new Error("loaded " + url);
        return next(url, context);
      }`,
    );
    writeFileSync(
      join(folder, "register.mjs"),
      `import { register } from "node:module"; register("./hooks.mjs", import.meta.url);`,
    );
    await run(process.execPath, ["--import", "./register.mjs", "load.mjs"], { cwd: folder });
  });

  it("has types that a strict program takes", async () => {
    writeFileSync(join(folder, "example.ts"), `${nodeExample}\nexport {};\n`);
    writeFileSync(join(folder, "page.ts"), pageExample.replace("(file)", "(file: File)"));
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({
        compilerOptions: {
          target: "es2023",
          module: "nodenext",
          lib: ["es2023", "dom", "dom.iterable"],
          strict: true,
          noEmit: true,
          skipLibCheck: false,
          types: [],
        },
        files: ["example.ts", "page.ts"],
      }),
    );
    const checked = run(join(ROOT, "node_modules/.bin/tsc"), ["-p", folder]).then(
      () => "",
      ({ stdout }: { stdout: string }) => stdout,
    );
    expect((await checked).split("\n").filter((line) => /^(?:example|page)\.ts|node_modules\/cmix/.test(line))).toEqual(
      [],
    );
  });

  it("divides in a page that Vite builds, as LIBRARY.md shows, and the pair combines", async () => {
    const page = join(folder, "page");
    mkdirSync(page);
    writeFileSync(
      join(page, "main.js"),
      `${pageExample}
       import "cmix/player";
       import { findMarks, markModules } from "cmix";
       window.findMark = async (text) => {
         const { size, dark } = markModules(text);
         const [width, height] = [3 * size, 3 * size];
         const data = new Uint8Array(width * height * 1.5 + 1).fill(128);
         for (let i = 0; i < width * height; i++)
           data[i] = dark[Math.floor(i / width / 3) * size + Math.floor((i % width) / 3)] ? 16 : 235;
         const pictures = (async function* () {
           const planes = [{ offset: 0, stride: width }];
           yield { timestampMicroseconds: 0, durationMicroseconds: 40000, format: "I420", width, height, data, planes };
         })();
         const pool = createBrowserPool(1);
         return findMarks(pictures, pool).finally(() => pool.close());
       };
       const base64 = (bytes) => new Promise((resolve) => {
         const reader = new FileReader();
         reader.onload = () => resolve(reader.result.split(",")[1]);
         reader.readAsDataURL(new Blob([bytes]));
       });
       window.divideScene = async () => {
         const { main, slave } = await divide(new File([await (await fetch("/scene.mp4")).blob()], "film.mp4"));
         return { main: await base64(main), slave: await base64(slave) };
       };`,
    );
    writeFileSync(join(page, "index.html"), `<!doctype html><script type="module" src="./main.js"></script>`);
    await run(join(ROOT, "node_modules/.bin/vite"), [
      "build",
      page,
      "--outDir",
      join(folder, "built"),
      "--logLevel",
      "error",
    ]);
    copyFileSync(SCENE, join(folder, "built/scene.mp4"));
    const server = await serve(join(folder, "built"));
    const browser = await launchChromium();
    try {
      const tab = await browser.newPage();
      await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      const divided = await tab.evaluate(() =>
        (window as unknown as { divideScene(): Promise<{ main: string; slave: string }> }).divideScene(),
      );
      expect(await tab.evaluate(() => customElements.get("cmix-player") !== undefined)).toBe(true);
      // The reader of marks comes from the page's own files.
      const asked: string[] = [];
      tab.context().on("request", (request) => asked.push(request.url()));
      const { sightings } = await tab.evaluate(
        (text) => (window as unknown as { findMark(text: string): ReturnType<typeof findMarks> }).findMark(text),
        MARK,
      );
      expect(sightings.map(({ text }) => text)).toEqual([MARK]);
      expect(asked.filter((url) => /zxing_reader-[^/]*\.wasm$/.test(url)).length).toBeGreaterThan(0);
      expect(asked.filter((url) => !url.startsWith(tab.url()))).toEqual([]);
      for (const part of ["main", "slave"] as const)
        writeFileSync(join(folder, `page.${part}`), Buffer.from(divided[part], "base64"));
      const combine = [join(ROOT, "dist/node/cli/cmix.js"), "combine", "page.main", "page.slave", "--out", "page.mp4"];
      await run(process.execPath, combine, { cwd: folder });
      expect(sha256(readFileSync(join(folder, "page.mp4")))).toBe(sceneSha256);
    } finally {
      await browser.close();
      server.close();
    }
  });
});

const TYPES: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };

/** The files of a folder, as any web server gives them. */
async function serve(root: string): Promise<Server> {
  const server = createServer((request, response) => {
    const path = join(root, request.url === "/" ? "index.html" : (request.url ?? ""));
    if (!path.startsWith(root) || !existsSync(path)) {
      response.writeHead(404).end();
      return;
    }
    response
      .writeHead(200, { "Content-Type": TYPES[extname(path)] ?? "application/octet-stream" })
      .end(readFileSync(path));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}
