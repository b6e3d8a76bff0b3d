/** Files that take ffmpeg a while, made once for all tests and runs: they are kept in the system's folder for such. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { ROOT } from "./tree.ts";

const SOURCES = ["samples/scene.mp4", "samples/house-cm.mp4"];

/** Other samples or another ffmpeg mean other files. */
let base: string | undefined;
function versions(): string {
  base ??= SOURCES.reduce(
    (hash, name) => hash.update(readFileSync(join(ROOT, name))),
    createHash("sha256").update(execFileSync("ffmpeg", ["-version"])),
  ).digest("hex");
  return base;
}

/**
 * Where a file is kept that may be there already, and where to make it if it is not: aside, since another test may want it at the same
 * time. Call `keep` once it is made.
 *
 * @param recipe all that the file depends on, besides the samples and ffmpeg
 */
export function keptFile(
  name: string,
  recipe: string,
): { path: string; isThere: boolean; aside: string; keep(): void } {
  const hash = createHash("sha256").update(versions()).update(recipe).digest("hex").slice(0, 16);
  const path = join(tmpdir(), "cmix-test-files", hash, name);
  const aside = join(dirname(path), `making-${process.pid}-${basename(name)}`);
  const isThere = existsSync(path);
  if (!isThere) mkdirSync(dirname(path), { recursive: true });
  return { path, isThere, aside, keep: () => renameSync(aside, path) };
}
