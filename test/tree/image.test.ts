/** The container's image: what its Dockerfile names is there, and production dependencies are enough for what it runs. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { importsOf, listFiles, ROOT, readText } from "../support/tree.ts";

const dockerfile = readText("Dockerfile");
const manifest = JSON.parse(readText("package.json")) as {
  bin: { cmix: string };
  dependencies: Record<string, string>;
  /** What an operator may install besides; the program says so where it is missing. */
  peerDependenciesMeta: Record<string, { optional: true }>;
  scripts: Record<string, string>;
};

it("server, command line and codec import nothing that npm prune --omit=dev takes away", () => {
  const packages = ["server", "cli", "codec"]
    .flatMap((folder) => listFiles(folder, [".ts"]))
    .flatMap((path) => importsOf(path).map((one) => ({ path, ...one })))
    .filter(({ target, typeOnly }) => !typeOnly && /^(?:@[\w-]+\/)?[\w-]+(?:[./]|$)/.test(target))
    .filter(({ target }) => !target.startsWith("node:") && !existsSync(join(ROOT, target)))
    .map(({ path, target }) => ({ path, name: /^(?:@[^/]+\/)?[^/]+/.exec(target)?.[0] ?? "" }));
  expect(packages.map(({ name }) => name)).toContain("better-sqlite3");
  const { dependencies, peerDependenciesMeta } = manifest;
  expect(packages.filter(({ name }) => !(name in dependencies || name in peerDependenciesMeta))).toEqual([]);
});

it("the image copies, builds and starts what there is, as a user without rights, on its volume", () => {
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths = ""]) => paths.split(" "));
  expect(copied.length).toBeGreaterThan(1);
  for (const path of copied) expect(existsSync(join(ROOT, path)), path).toBe(true);
  for (const [, script = ""] of dockerfile.matchAll(/npm run (\S+)/g)) expect(manifest.scripts).toHaveProperty(script);
  expect(dockerfile).toContain(`ENTRYPOINT ["node", "${manifest.bin.cmix}"]`);
  const lines = dockerfile.split("\n");
  const at = (start: string) => lines.findLastIndex((line) => line.startsWith(start));
  expect(at("USER node")).toBeGreaterThan(at("FROM"));
  expect(at("ENTRYPOINT")).toBeGreaterThan(at("USER node"));
  expect(dockerfile).toMatch(/^VOLUME \/data$/m);
  expect(dockerfile).toMatch(/^CMD \["serve".*"--data", "\/data"\]$/m);
  expect(dockerfile).toMatch(/^HEALTHCHECK [\s\S]*\/healthz/m);
});
