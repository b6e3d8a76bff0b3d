/** `cmix divide --companion`. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { ROOT } from "../support/tree.ts";

const CLI = join(ROOT, "dist/node/cli/cmix.js");
const folder = mkdtempSync(join(tmpdir(), "cmix-companion-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const divide = (out: string, ...options: string[]) => {
  const given = ["divide", join(ROOT, "samples/scene.mp4"), "--out", join(folder, out), "--json", ...options];
  return spawnSync(process.execPath, [CLI, ...given], { encoding: "utf8" });
};

it("P9 writes a page beside the .cmx that leads to player and service", () => {
  const player = "https://p.example/watch";
  const { status, stdout } = divide("with", "--companion", "--service", "https://s.example", "--player", player);
  expect(status).toBe(0);
  const { companionPath } = JSON.parse(stdout) as { companionPath: string };
  expect(companionPath).toBe(join(folder, "with/scene.html"));
  const page = readFileSync(companionPath, "utf8");
  for (const part of ["<h1>scene</h1>", "scene.cmx", `href="${player}"`, 'href="https://s.example"'])
    expect(page).toContain(part);
  expect(existsSync(`${companionPath}.part`)).toBe(false);
});

it("writes none unless asked, and none that leads nowhere", () => {
  expect(divide("without", "--service", "https://s.example").status).toBe(0);
  expect(existsSync(join(folder, "without/scene.html"))).toBe(false);
  for (const options of [[], ["--service", "javascript:alert(1)"]]) {
    const refused = divide("refused", "--companion", ...options);
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining("--companion")]);
    expect(existsSync(join(folder, "refused"))).toBe(false);
  }
});
