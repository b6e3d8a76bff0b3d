/** Rules of the tree itself: where things are, who imports whom, what documents name. Heuristics, on purpose strict. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { importsOf, listFiles, ROOT, readText, withoutComments } from "../support/tree.ts";

const CODE = [".ts", ".tsx", ".mjs", ".js"];
const HOST_FOLDERS = ["codec", "cli", "server", "web"];
const hostFiles = HOST_FOLDERS.flatMap((folder) => listFiles(folder, CODE));
const assemblyFiles = listFiles("assembly", [".ts"]);
const LINES_MAX = 400;

/** Every place in the files, comments left out, where the pattern stands. */
function places(files: readonly string[], pattern: RegExp): string[] {
  return files.flatMap((path) =>
    withoutComments(readText(path))
      .split("\n")
      .flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1}: ${line.trim().slice(0, 100)}`] : [])),
  );
}

/** The same over whole files, for tables that run over lines. */
const filesWith = (files: readonly string[], pattern: RegExp): string[] =>
  files.filter((path) => pattern.test(withoutComments(readText(path))));

describe("the patent's operations are in assembly/ only: outside of it there is", () => {
  it.each([
    [
      "no transform, quantiser, motion search, bit plane or READ function",
      /\b(?:function|const|let|class)\s+\w*(?:dct|forwardTransform|inverseTransform|quanti[sz]e(?!r\b)|motionSearch|searchMotion|sumAbsolute|sumSquared|bitPlane\w|splitPlane|mergePlane|encodePlane|decodePlane|readCode|faxCode|huffman|zigzag|runLength)\w*/i,
    ],
    ["no XOR of bytes", /\^=|[\w)\]]\s\^\s[\w(]/],
    ["no cosine of a transform", /Math\.cos\b.*(?:16|8)\b|Math\.PI\s*\/\s*16/],
  ])("%s", (_name, pattern) => {
    // The second is a checksum of other people's files.
    const others = ["codec/wasm/raw-kernels.ts", "web/src/player/worker/feeds/crc16.ts"];
    const names = hostFiles.filter((path) => !others.includes(path));
    expect(places(names, pattern)).toEqual([]);
  });

  const list = (...numbers: (number | string)[]): RegExp => new RegExp(`(?<!\\d)${numbers.join("\\s*,\\s*")}(?!\\d)`);
  it.each([
    ["transform factors", /(?<!\d)(?:22725|21407|19266|16069|15137|13623|0\.98078|1\.38703|0\.92387|1\.30656)/],
    ["a zigzag scan", list(0, 1, 8, 16, 9, 2)],
    ["an intra matrix", list(8, 16, 19, 22, 26, 27)],
    ["T.4 codes as numbers", /0x35\s*,\s*(?:8\s*,\s*)?0x0?7/i],
    ["T.4 codes as text", /["'`](?:00110101|0000110111)["'`]/],
    ["coefficient codes", /0x26\s*,\s*8\s*,\s*0\s*,\s*5|["'`]00100110["'`]/i],
    ["picture or sequence start codes to build a stream with", /0x0*1b3\b|0x0*1b8\b/i],
  ])("no table of %s", (_name, pattern) => {
    expect(filesWith(hostFiles, pattern)).toEqual([]);
  });

  it("what those patterns look for, which assembly/ does hold", () => {
    const all = assemblyFiles.map(readText).join("\n");
    for (const pattern of [
      /22725/,
      list(0, 1, 8, 16, 9, 2),
      list(8, 16, 19, 22, 26, 27),
      /0x35, 8, 0x07/,
      /0x26, 8, 0, 5/,
      /0x1b3/,
      /function splitPlane/,
      /function quantise/,
    ]) {
      expect(all).toMatch(pattern);
    }
  });
});

describe("imports go one way", () => {
  /** By the importing folder: the folders of ours that it may import from. */
  const allowed: Record<string, readonly string[]> = {
    assembly: ["assembly"],
    codec: ["codec"],
    cli: ["cli", "codec"],
    server: ["server", "codec"],
    web: ["web", "codec"],
  };

  it("assembly → codec → cli, server, web", () => {
    const wrong: string[] = [];
    for (const path of [...assemblyFiles, ...hostFiles]) {
      const folder = path.split("/")[0] as string;
      for (const { target, typeOnly } of importsOf(path)) {
        const to = target.split("/")[0] as string;
        if (
          ![...Object.keys(allowed), "test", "bench", "scripts", "dist", ".."].includes(to) ||
          allowed[folder]?.includes(to)
        )
          continue;
        // What goes over HTTP is typed once.
        if (folder === "web" && typeOnly && /^server\/[a-z]+\/schemas\.ts$/.test(target)) continue;
        // Some commands are the server's; a browser's workers load the built kernels.
        if (path === "cli/serve.ts" && target === "server/main.ts") continue;
        if (path === "cli/backup.ts" && target === "server/backup.ts") continue;
        if (path === "cli/ledger.ts" && target === "server/verify-ledger.ts") continue;
        if (path === "codec/hosts/browser/kernels.ts" && target === "dist/wasm/kernels.wasm") continue;
        if (path === "codec/hosts/browser/code-reader.ts" && target === "dist/wasm/zxing_reader.wasm") continue;
        // What the service answers, as it declares it itself.
        if (folder === "web" && typeOnly && /^server\/\w+\/schemas\.ts$/.test(target)) continue;
        // The page /bench runs what the benches run.
        if (path.includes("/bench") && (target === "dist/wasm/check.wasm" || to === "bench")) continue;
        wrong.push(`${path} imports ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("cli, server and web come into codec/ by its doors only", () => {
    const deep = ["cli", "server", "web"]
      .flatMap((folder) => listFiles(folder, CODE))
      .flatMap((path) =>
        importsOf(path)
          .filter(({ target }) => target.startsWith("codec/"))
          .filter(({ target }) => !/^codec\/(?:[\w-]+\.ts|hosts\/[\w-]+\.ts|hosts\/\w+\/index\.ts)$/.test(target))
          .map(({ target }) => `${path} imports ${target}`),
      );
    expect(deep).toEqual([]);
  });

  it("a method of division is asked for what it is, not for its name, outside its own folder and the tables", () => {
    const names = /["'`](?:compress|mpeg|samples)["'`]/;
    const branch =
      /[=!]==?\s*["'`](?:compress|mpeg|samples)["'`]|["'`](?:compress|mpeg|samples)["'`]\s*[=!]==|\bcase ["'`](?:compress|mpeg|samples)["'`]/;
    expect('if (method === "mpeg")').toMatch(branch);
    expect(places(hostFiles, branch)).toEqual([]);
    expect(filesWith(hostFiles, names).length).toBeGreaterThan(0);
  });

  it("every relative import is there", () => {
    const missing = [...hostFiles, ...listFiles("test", CODE)].flatMap((path) =>
      importsOf(path)
        .filter(({ target }) => /^(?:codec|cli|server|web|test)\//.test(target) && !existsSync(join(ROOT, target)))
        .map(({ target }) => `${path} imports ${target}`),
    );
    expect(missing).toEqual([]);
  });

  it("codec/ knows neither Node nor the DOM, its hosts apart", () => {
    const codec = listFiles("codec", CODE).filter((path) => !path.startsWith("codec/hosts/"));
    const node = codec.flatMap((path) =>
      importsOf(path)
        .filter(({ target }) => /^(?:node:|fs$|path$|crypto$|worker_threads$|react|mediabunny)/.test(target))
        .map(({ target }) => `${path} imports ${target}`),
    );
    expect(node).toEqual([]);
    expect(
      // A method of that name is none of theirs.
      places(
        codec,
        /(?:(?<!\.)|(?<=globalThis\.))\b(?:document|window|navigator|localStorage|process|Buffer|require|HTML\w*Element)\s*[.[(]/,
      ),
    ).toEqual([]);
  });
});

describe("kernels run in workers", () => {
  /** What a page loads by importing, without what is only a type and without workers, which start by their address. */
  function reached(from: string): Map<string, string> {
    const by = new Map([[from, ""]]);
    for (const path of by.keys()) {
      if (!path.endsWith(".ts") && !path.endsWith(".tsx")) continue;
      for (const { target, typeOnly } of importsOf(path)) {
        if (!typeOnly && !by.has(target) && existsSync(join(ROOT, target)) && /^(?:web|codec|dist)\//.test(target))
          by.set(target, path);
      }
    }
    return by;
  }

  it("no module that the page's main thread loads reaches them", () => {
    const page = reached("web/src/app/main.tsx");
    expect(page.size).toBeGreaterThan(10);
    const kernels = [...page]
      .filter(([path]) => /(?:load-kernels\.ts|\.wasm|\.worker\.ts|kernels\.ts)$/.test(path))
      .map(([path, by]) => `${by} imports ${path}`);
    expect(kernels).toEqual([]);
  });

  it("only modules of workers load them, and their workers do", () => {
    const web = listFiles("web", CODE);
    const loading = web.filter((path) =>
      importsOf(path).some(({ target, typeOnly }) => !typeOnly && /load-kernels\.ts$|\.wasm$/.test(target)),
    );
    expect(loading.filter((path) => !path.includes("/worker/"))).toEqual([]);
    expect(loading.length).toBeGreaterThan(0);
    const workers = web.filter((path) => path.endsWith(".worker.ts"));
    expect(
      workers.filter((path) => [...reached(path).keys()].includes("codec/wasm/load-kernels.ts")).length,
    ).toBeGreaterThan(0);
  });

  it("pages reach workers through comlink, and production calls kernels through as-bind", () => {
    const web = listFiles("web", CODE);
    expect(filesWith(web, /from "comlink"/).length).toBeGreaterThan(0);
    expect(places(web, /\bexpose\(/).length).toBeGreaterThan(0);
    expect(places(web, /\bwrap(?:<[^>]*>)?\(/).length).toBeGreaterThan(0);
    expect(places(hostFiles, /\.bound\.\w+\(/).length).toBeGreaterThan(0);
  });
});

describe("the folder says which thread runs a file of the web app:", () => {
  const web = listFiles("web/src", CODE);
  const isWorkers = (path: string): boolean => path.includes("/worker/");
  const isPages = (path: string): boolean => !isWorkers(path) && /^web\/src\/(?:app|features)\/|\/page\//.test(path);
  const importing = (from: (path: string) => boolean, to: (path: string) => boolean): string[] =>
    web.filter(from).flatMap((path) =>
      importsOf(path)
        .filter(({ target }) => target.startsWith("web/") && to(target))
        .map(({ target }) => `${path} imports ${target}`),
    );

  it("a page imports nothing of a worker, a worker nothing of a page, not even a type", () => {
    expect(web.filter(isPages).length).toBeGreaterThan(50);
    expect(web.filter(isWorkers).length).toBeGreaterThan(20);
    expect(importing(isPages, isWorkers)).toEqual([]);
    expect(importing(isWorkers, isPages)).toEqual([]);
  });

  it("what both use imports from neither", () => {
    const isShared = (path: string): boolean => !isWorkers(path) && !isPages(path);
    expect(web.filter(isShared).length).toBeGreaterThan(20);
    expect(importing(isShared, (path) => isWorkers(path) || isPages(path))).toEqual([]);
  });

  it("workers start in a worker's folder, and are the only ones that take of codec/ what runs on kernels", () => {
    expect(web.filter((path) => /worker\.ts$/.test(path) && !isWorkers(path))).toEqual([]);
    const taking = web.filter((path) =>
      importsOf(path).some(
        ({ target, typeOnly }) => !typeOnly && /^codec\/(?:index\.ts$|hosts\/browser\/)/.test(target),
      ),
    );
    expect(taking.filter((path) => !isWorkers(path))).toEqual([]);
  });
});

describe("every kernel", () => {
  const scalars = assemblyFiles
    .filter((path) => path.startsWith("assembly/kernels/"))
    .flatMap((path) =>
      [...readText(path).matchAll(/export function (\w+)Scalar\(/g)].map(([, name]) => ({
        path,
        name: name as string,
      })),
    );
  const tests = listFiles("test/kernels", [".ts"]).map(readText).join("\n");
  const check = readText("assembly/check.ts");
  const cases = readText("bench/kernels/kernel-cases.ts");

  it("is found at all", () => {
    expect(scalars.length).toBeGreaterThan(10);
  });

  it("with a scalar definition has a SIMD form, both exported for tests, and a test and a bench that name it", () => {
    for (const { path, name } of scalars) {
      expect(readText(path), `${name}Simd in ${path}`).toMatch(new RegExp(`export function ${name}Simd\\(`));
      expect(check, `${name}Scalar in assembly/check.ts`).toMatch(new RegExp(`\\b${name}Scalar\\b`));
      expect(check, `${name}Simd in assembly/check.ts`).toMatch(new RegExp(`\\b${name}Simd\\b`));
      expect(cases, `${name} in bench/kernels/kernel-cases.ts`).toMatch(new RegExp(`\\b${name}: `));
      expect(tests, `${name} in test/kernels`).toMatch(new RegExp(`["'\`]${name}(?:Scalar)?["'\`]`));
    }
  });

  it("has a test file of its name", () => {
    const names = assemblyFiles
      .filter((path) => path.startsWith("assembly/kernels/"))
      .map((path) => path.replace("assembly/", "test/").replace(".ts", ".test.ts"));
    expect(names.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

describe("documents", () => {
  it("name only paths that exist", () => {
    const missing = listFiles("", [".md"]).flatMap((path) =>
      [
        ...readText(path).matchAll(
          /(?<![\w./-])(?:assembly|codec|cli|web|server|test|bench|scripts|samples|\.ci)\/[\w./*-]*/g,
        ),
      ]
        .map(([named]) => named.replace(/[.,;:]+$/, "").replace(/\*.*$/, ""))
        .filter((named) => !existsSync(join(ROOT, named)))
        .map((named) => `${path} names ${named}`),
    );
    expect(missing).toEqual([]);
  });

  it("link only to files that exist", () => {
    const missing = listFiles("", [".md"]).flatMap((path) =>
      [...readText(path).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
        .filter(([, link]) => !existsSync(join(ROOT, path, "..", link as string)))
        .map(([, link]) => `${path} links to ${link}`),
    );
    expect(missing).toEqual([]);
  });
});

describe("files", () => {
  /** Longer for a reason; none may grow much further. */
  const LONG: Record<string, number> = {
    "assembly/kernels/colour.ts": 480, // scalar and SIMD forms of three conversions, which share their factors
  };

  it(`hold at most ${LINES_MAX} lines, tables apart`, () => {
    const long = [
      ...assemblyFiles,
      ...hostFiles,
      ...listFiles("test", CODE),
      ...listFiles("bench", CODE),
      ...listFiles("scripts", CODE),
    ]
      .filter((path) => !/-tables\.ts$/.test(path))
      .map((path) => ({ path, lines: readText(path).split("\n").length }))
      .filter(({ path, lines }) => lines > (LONG[path] ?? LINES_MAX))
      .map(({ path, lines }) => `${path}: ${lines} lines`);
    expect(long).toEqual([]);
  });

  it("are named in kebab-case", () => {
    const named = [...assemblyFiles, ...hostFiles, ...listFiles("test", CODE)].filter(
      (path) => !/^(?:[a-z0-9-]+\/)*[a-z0-9]+(?:[-.][a-z0-9]+)*$/.test(path),
    );
    expect(named).toEqual([]);
  });

  it("carry no path of a machine and no address of a registry", () => {
    const files = [
      ...assemblyFiles,
      ...hostFiles,
      ...listFiles("test", CODE),
      ...listFiles("bench", CODE),
      ...listFiles("scripts", [...CODE, ".sh"]),
      ...listFiles("", [".md", "package.json"]),
    ];
    const pattern = new RegExp(
      ["(?<![\\w.])/home/\\w", "(?<![\\w.])/Users/\\w", "/work/", "registry\\.npm" + "js", "C:\\\\\\\\Users"].join("|"),
    );
    expect(files.filter((path) => path !== "test/tree/tree.test.ts" && pattern.test(readText(path)))).toEqual([]);
  });
});
