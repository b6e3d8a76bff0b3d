/** What documents say, held to the program and the files: routes, options, folders, tests. tree.test.ts checks the paths that they name. */
import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WIDE } from "../../scripts/wide-tests.mjs";
import { startTestServer, type TestServer } from "../server/harness.ts";
import { listFiles, ROOT, readText } from "../support/tree.ts";

const run = promisify(execFile);
const README_MAX_BYTES = 9000;
const LINE_MAX = 120;
const documents = listFiles("", [".md"]);

/** The lines of a document that are text: neither tables nor code. */
function textLines(path: string): { number: number; line: string }[] {
  let isCode = false;
  return readText(path)
    .split("\n")
    .flatMap((line, i) => {
      const isFence = /^\s*```/.test(line);
      if (isFence) isCode = !isCode;
      return isCode || isFence || /^\s*\|/.test(line) ? [] : [{ number: i + 1, line }];
    });
}

const linesThat = (fits: (line: string) => boolean): string[] =>
  documents.flatMap((path) =>
    textLines(path)
      .filter(({ line }) => fits(line))
      .map(({ number, line }) => `${path}:${number}: ${line.trim().slice(0, 60)}`),
  );

describe("documents", () => {
  it(`have lines of at most ${LINE_MAX} characters, tables and code apart`, () => {
    expect(documents.length).toBeGreaterThan(8);
    expect(linesThat((line) => line.length > LINE_MAX)).toEqual([]);
  });

  it("use the usual word", () => {
    const odd = /\b(?:lets? go|letting go|held against|comes? to no end)\b/i;
    const wrong = documents.filter((path) => odd.test(readText(path).replace(/\s+/g, " ")));
    expect(wrong).toEqual([]);
  });
});

describe("the README", () => {
  const readme = readText("README.md");

  it(`has at most ${README_MAX_BYTES} bytes`, () => {
    expect(Buffer.byteLength(readme)).toBeLessThanOrEqual(README_MAX_BYTES);
  });

  /** Paths of the folders in the picture, from its indentation. */
  function foldersInPicture(): string[] {
    const [, picture = ""] = /<!-- tree[^>]*-->\n```\n([\s\S]*?)```\n<!-- \/tree -->/.exec(readme) ?? [];
    const above: string[] = [];
    return picture
      .trimEnd()
      .split("\n")
      .map((line) => {
        const [, indent = "", name = ""] = /^( *)(\S+)\/ +\S/.exec(line) ?? [];
        above.splice(indent.length / 2, above.length, name);
        return above.join("/");
      });
  }

  const CODE = /\.(?:tsx?|mjs|js)$/;
  const foldersIn = (folder: string): string[] =>
    readdirSync(join(ROOT, folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !["node_modules", "dist", "data"].includes(entry.name))
      .map((entry) => (folder === "" ? entry.name : `${folder}/${entry.name}`))
      .filter((path) => listFiles(path, [""]).some((file) => CODE.test(file)));

  it("shows folders that exist, each with a description", () => {
    const shown = foldersInPicture();
    expect(shown.length).toBeGreaterThan(20);
    expect(shown.filter((path) => path === "" || !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it("shows every folder of code, and those inside of assembly, codec, server and web/src", () => {
    const shown = new Set(foldersInPicture());
    const wanted = ["", "assembly", "codec", "server", "web/src"].flatMap(foldersIn);
    expect(wanted.length).toBeGreaterThan(20);
    expect(wanted.filter((path) => !shown.has(path))).toEqual([]);
  });

  it("has its picture from scripts/tree-picture.mjs", async () => {
    await run(process.execPath, [join(ROOT, "scripts/tree-picture.mjs"), "--check"]);
  });
});

describe("the table of requirements", () => {
  const text = readText("test/REQUIREMENTS.md");
  const rows = text.split("\n").filter((line) => /^\| [A-Z]\d/.test(line));

  it("has each requirement", () => {
    const counts = { D: 10, S: 19, P: 9, R: 9, W: 15 };
    const wanted = Object.entries(counts).flatMap(([letter, count]) =>
      Array.from({ length: count }, (_, i) => `${letter}${i + 1}`),
    );
    const named = new Set(rows.map((row) => row.split("|")[1]?.trim()));
    expect(wanted.filter((id) => !named.has(id))).toEqual([]);
  });

  it("names tests for what works, and says of everything else that it is not built yet", () => {
    const proofless = rows.filter((row) => !/`test\/[^`]+\.test\.ts`/.test(row) && !row.includes("not built yet"));
    expect(proofless).toEqual([]);
  });

  it("has for whatever works a test that every run runs", () => {
    expect(WIDE.filter((path) => !existsSync(join(ROOT, `test/${path}.test.ts`)))).toEqual([]);
    const always = (row: string): boolean =>
      [...row.matchAll(/`test\/([^`]+)\.test\.ts`/g)].some(([, path = ""]) => !WIDE.includes(path));
    expect(rows.filter((row) => row.includes("`test/") && !always(row))).toEqual([]);
  });

  it("names only tests that exist, by titles that stand in them", () => {
    const named = [...text.matchAll(/`(test\/[^`]+\.test\.ts)`((?: "[^"]+")*)/g)];
    expect(named.length).toBeGreaterThan(80);
    const missing = named.flatMap(([, path = "", titles = ""]) => {
      if (!existsSync(join(ROOT, path))) return [path];
      const source = readText(path);
      return [...titles.matchAll(/"([^"]+)"/g)]
        .filter(([, title = ""]) => !source.includes(title))
        .map(([, title]) => `${path} "${title}"`);
    });
    expect(missing).toEqual([]);
  });
});

describe("cli/CLI.md", () => {
  it("has every command and option, and no other", async () => {
    const { stdout } = await run(process.execPath, [join(ROOT, "dist/node/cli/cmix.js"), "--help"]);
    const document = readText("cli/CLI.md");
    const optionsIn = (text: string): string[] =>
      [...new Set([...text.matchAll(/(?<![\w-])--[a-z][a-z-]+/g)].map(([option]) => option))]
        .filter((option) => option !== "--help")
        .sort();
    expect(optionsIn(document)).toEqual(optionsIn(stdout));
    const commands = [...new Set([...stdout.matchAll(/^ {2}cmix (\w+)/gm)].map(([, name]) => name))];
    expect(commands.length).toBeGreaterThan(8);
    expect(commands.filter((name) => !document.includes(`\ncmix ${name} `))).toEqual([]);
  });
});

describe("server/API.md", () => {
  const document = readText("server/API.md");
  const table = document.split("## All routes")[1] ?? "";
  let server: TestServer;
  let openapi: { paths: Record<string, Record<string, { security?: Record<string, string[]>[] }>> };
  beforeAll(async () => {
    server = await startTestServer();
    openapi = (await (await fetch(`${server.url}/openapi.json`)).json()) as typeof openapi;
  });
  afterAll(() => server.close());

  const ACCOUNTS = ["viewer", "provider", "sponsor", "administrator"];
  /** Who a route is for, in the document's words. */
  function audience({
    session: roles,
    playSession,
    ticket,
    certifier,
  }: Record<string, string[] | undefined> = {}): string {
    if (certifier !== undefined) return "certifiers' programs";
    if (playSession !== undefined) return `with the play's session${ticket === undefined ? "" : " and a ticket"}`;
    if (roles === undefined) return "anyone";
    if (roles.includes("guest")) return "with a session";
    return roles.length === ACCOUNTS.length ? "with an account" : roles.map((role) => `${role}s`).join(", ");
  }

  it("has the routes of /openapi.json, for whom they are, and no other", () => {
    const there = Object.entries(openapi.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(
        ([method, { security }]) => `${method.toUpperCase()} ${path}: ${audience(security?.[0])}`,
      ),
    );
    const told = [...table.matchAll(/^\| (.*?) \| `(\S+)` \| (.*?) \|$/gm)].flatMap(([, methods = "", path, whom]) =>
      [...methods.matchAll(/`(\w+)`/g)].map(([, method]) => `${method} ${path}: ${whom}`),
    );
    expect(told.sort()).toEqual(there.sort());
  });

  it("names in its text only routes that are there", () => {
    const patterns = Object.keys(openapi.paths).map(
      (path) => new RegExp(`^${path.replace(/\{\w+\}/g, "\\{\\w+\\}")}$`),
    );
    const named = [...document.matchAll(/\/api\/[\w{}/-]+[\w}]/g)].map(([path]) => path);
    expect(named.length).toBeGreaterThan(60);
    expect(named.filter((path) => !patterns.some((pattern) => pattern.test(path)))).toEqual([]);
  });

  it("names only fields that are there", () => {
    const known = new Set(["error", "code", "message", "details"]);
    const collect = (value: unknown): void => {
      if (typeof value !== "object" || value === null) return;
      const { properties, enum: words, name } = value as Record<string, unknown>;
      for (const key of Object.keys(properties ?? {})) known.add(key);
      for (const word of Array.isArray(words) ? words : []) known.add(String(word));
      if (typeof name === "string") known.add(name);
      for (const inner of Object.values(value)) collect(inner);
    };
    collect(openapi);
    const named = [...document.matchAll(/`(\{[^`]+\})`/g)].flatMap(([, fields = ""]) =>
      [...fields.replace(/"[^"]*"/g, "").matchAll(/[A-Za-z_]\w+/g)].map(([field]) => field),
    );
    expect(named.length).toBeGreaterThan(150);
    expect([...new Set(named)].filter((field) => !known.has(field))).toEqual([]);
  });

  it("has every code of a refusal with its status, and no other", () => {
    const path = "server/http/answer-error.ts";
    const [, source = ""] = /const STATUS = \{([\s\S]*?)\} as const/.exec(readText(path)) ?? [];
    const there = [...source.matchAll(/^ {2}(\w+): (\d+),/gm)].map(([, code = "", status = ""]) => ({ code, status }));
    const told = [...document.matchAll(/^\| (\d{3}(?:, \d{3})*) +\| (`[a-z_`, ]+`) +\|/gm)].flatMap(
      ([, statuses = "", codes = ""]) =>
        [...codes.matchAll(/`(\w+)`/g)].map(([, code = ""], i, all) => {
          const listed = statuses.split(", ");
          return { code, status: (listed.length === all.length ? listed[i] : listed[0]) ?? "" };
        }),
    );
    // What is a fault of the server's own is answered as `internal`.
    const ownFaults = new Set(["kernel", "delivery"]);
    const sorted = (list: { code: string; status: string }[]): string[] =>
      list.map(({ code, status }) => `${status} ${code}`).sort();
    expect(sorted(told)).toEqual(sorted(there.filter(({ code }) => !ownFaults.has(code))));
  });
});
