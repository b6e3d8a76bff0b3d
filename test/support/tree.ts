/** The repository's own files and what they import. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));
/** The folder of other people's videos, where it is at hand: tests have files of their own beside those. */
export const SHARED_MEDIA: string = process.env.SHARED_MEDIA ?? join(ROOT, "../shared/media");
const NOT_OURS = new Set(["node_modules", "dist", ".git", "data", "test-results", "coverage"]);

/** Paths from the root on, in order, of files whose name ends in one of `endings`. */
export function listFiles(folder: string, endings: readonly string[]): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : listFiles(path, endings);
      return endings.some((ending) => entry.name.endsWith(ending)) ? [path] : [];
    })
    .sort();
}

export const readText = (path: string): string => readFileSync(join(ROOT, path), "utf8");

/** Line numbers stay as they are. */
export function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\/|(?<![:"'`\\])\/\/.*$/gm, (comment) => comment.replace(/[^\n]/g, " "));
}

export interface Import {
  /** From the root on where it is a path of ours, otherwise as written. */
  target: string;
  /** `import type`: gone in the built file. */
  typeOnly: boolean;
}

/** Static and dynamic imports, and re-exports. */
export function importsOf(path: string): Import[] {
  const source = withoutComments(readText(path));
  const pattern =
    /\b(?:import|export)\s+(type\s)?(?:[\w*{}\s,$]+?\sfrom\s*)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/g;
  return [...source.matchAll(pattern)].map(([, type, from, dynamic]) => {
    const specifier = (from ?? dynamic ?? "").replace(/\?.*$/, "");
    return {
      target: specifier.startsWith(".") ? normalize(join(dirname(path), specifier)) : specifier,
      typeOnly: type !== undefined,
    };
  });
}
