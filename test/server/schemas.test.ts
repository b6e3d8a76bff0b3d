/** The web client has its types from the domains' schemas.ts: nothing of the server may come along. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { importsOf, listFiles, ROOT } from "../support/tree.ts";

const SCHEMAS = listFiles("server", ["/schemas.ts", "schemas.ts"]);

it("schemas import zod, schemas and constants only", () => {
  expect(SCHEMAS.length).toBeGreaterThan(6);
  const reached = new Set(SCHEMAS);
  const packages = new Set<string>();
  for (const path of reached)
    for (const { target } of importsOf(path)) {
      if (existsSync(join(ROOT, target))) reached.add(target);
      else packages.add(target);
    }
  expect([...packages]).toEqual(["@hono/zod-openapi"]);
  const constants = [...reached].filter((path) => !SCHEMAS.includes(path));
  for (const path of constants) expect(importsOf(path), path).toEqual([]);
});
