/** Node's own loader, for processes that a test's server starts: takes TypeScript where a module was built to `.js`. */
import { existsSync, readFileSync } from "node:fs";
import { register } from "node:module";
import { fileURLToPath } from "node:url";
import { isMainThread } from "node:worker_threads";
import { transformSync } from "rolldown/utils";

if (isMainThread) register(import.meta.url);

const sourceOf = (url) => url.replace(/\.js$/, ".ts");

export function resolve(specifier, context, next) {
  const { href } =
    context.parentURL === undefined || /^\.\.?\//.test(specifier)
      ? new URL(specifier, context.parentURL)
      : { href: "" };
  return /^file:.*\.js$/.test(href) && !existsSync(fileURLToPath(href)) && existsSync(fileURLToPath(sourceOf(href)))
    ? next(sourceOf(href), context)
    : next(specifier, context);
}

export function load(url, context, next) {
  if (!url.endsWith(".ts")) return next(url, context);
  const path = fileURLToPath(url);
  const { code, errors } = transformSync(path, readFileSync(path, "utf8"), { lang: "ts" });
  if (errors.length > 0) throw errors[0];
  return { format: "module", source: code, shortCircuit: true };
}
