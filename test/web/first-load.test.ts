/** What a browser fetches before the library's page works, of the built app. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../support/tree.ts";

const WEB = join(ROOT, "dist/web");
const MOST_BYTES = 150_000;
/** Names of files beside, that a script imports at once. */
const IMPORTED = /(?:\bfrom|\bimport)\s*["'`]\.\/([\w.-]+\.js)["'`]/g;
const FEW_BYTES = 1000; // sent as they are

/** Addresses of the page's scripts and styles, and of what these import at once. */
function firstFiles(): string[] {
  const html = readFileSync(join(WEB, "index.html"), "utf8");
  const found = new Set(["/index.html"]);
  const waiting = [...html.matchAll(/(?:src|href)="(\/[^"]+\.(?:js|css|svg|webmanifest))"/g)].map(
    ([, path = ""]) => path,
  );
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (found.has(path)) continue;
    found.add(path);
    if (!path.endsWith(".js")) continue;
    const code = readFileSync(join(WEB, path), "utf8");
    for (const [, name = ""] of code.matchAll(IMPORTED)) waiting.push(`/assets/${name}`);
  }
  return [...found];
}

describe("a worker's own file", () => {
  // WebKit would run it a second time: sound that our own decoders decode did not play there.
  it("is imported by no other", () => {
    const names = readdirSync(join(WEB, "assets")).filter((name) => name.endsWith(".js"));
    const workers = names.filter((name) => /\.worker-/.test(name));
    expect(workers.length).toBeGreaterThan(3);
    const importers = names.filter((name) =>
      [...readFileSync(join(WEB, "assets", name), "utf8").matchAll(IMPORTED)].some(([, of = ""]) =>
        workers.includes(of),
      ),
    );
    expect(importers).toEqual([]);
  });
});

describe("the first load of /", () => {
  it(`takes at most ${MOST_BYTES / 1000} kB, and all of it lies there compressed`, () => {
    const sizes = firstFiles().map((path) => {
      const file = join(WEB, path);
      const raw = statSync(file).size;
      for (const suffix of [".br", ".gz"]) expect([path, existsSync(file + suffix)]).toEqual([path, raw >= FEW_BYTES]);
      return { path, raw, sent: raw >= FEW_BYTES ? statSync(`${file}.br`).size : raw };
    });
    const sum = (of: "raw" | "sent") => sizes.reduce((all, size) => all + size[of], 0);
    console.info(`/ loads ${sizes.length} files: ${sum("raw")} bytes, sent as ${sum("sent")}`);
    expect(sizes.some(({ path }) => path.endsWith(".css"))).toBe(true);
    expect(sum("raw")).toBeGreaterThan(100_000); // its scripts were found
    expect(sum("sent")).toBeLessThanOrEqual(MOST_BYTES);
  });
});
