/** The built web app: its files, and its page for every address that is a page of it. */
import { readFile, stat } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { FileSource } from "../file-source.ts";
import { Refusal } from "../refusal.ts";
import { sendFile } from "./send-file.ts";

const TYPES: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
  ".xml": "application/xml",
};

/** By what the build writes beside a file; the smaller one first. */
const ENCODINGS = [
  { name: "br", suffix: ".br" },
  { name: "gzip", suffix: ".gz" },
] as const;
const COMPRESSIBLE = new Set([".css", ".html", ".js", ".json", ".svg", ".txt", ".wasm", ".webmanifest"]);

/** Vite puts the hash of the contents in these names. */
const HASHED = /^\/assets\//;

/** @param change what becomes of the page's HTML at an address; undefined where it goes out as it was built */
export function registerWeb(
  app: OpenAPIHono,
  webDir: string,
  change: (c: Context, html: string) => Promise<string | undefined>,
): void {
  app.get("*", async (c) => {
    const path = safePath(c.req.path);
    if (path === undefined || path.startsWith("/api/")) throw unknownAddress();
    const html = extname(path) === "" ? await readFile(join(webDir, "index.html"), "utf8").catch(() => "") : "";
    const changed = html === "" ? undefined : await change(c, html);
    if (changed !== undefined) return c.html(changed, 200, { "Cache-Control": "no-cache" });
    const file =
      (await sendWebFile(c, webDir, path)) ??
      (extname(path) === "" ? await sendWebFile(c, webDir, "/index.html") : undefined);
    if (file !== undefined) return file;
    if (extname(path) === "") throw new Refusal("unavailable", "the web app is not built: run npm run build");
    throw unknownAddress();
  });
  app.all("*", () => {
    throw unknownAddress();
  });
}

function unknownAddress(): Refusal {
  return new Refusal("not_found", "there is nothing at this address");
}

/** The decoded path, or undefined for one that leads out of its folder or to a hidden file. */
function safePath(path: string): string | undefined {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return undefined;
  }
  if (decoded.includes("\0") || decoded.includes("\\") || /(^|\/)\./.test(decoded)) return undefined;
  return normalize(decoded);
}

async function sendWebFile(c: Context, webDir: string, path: string): Promise<Response | undefined> {
  const file = join(webDir, path);
  const type = TYPES[extname(file)];
  const entry = await stat(file).catch(() => undefined);
  if (type === undefined || entry === undefined || !entry.isFile()) return undefined;
  const cache = HASHED.test(path) ? "public, max-age=31536000, immutable" : "no-cache";
  if (COMPRESSIBLE.has(extname(file))) {
    c.header("Vary", "Accept-Encoding");
    for (const { name, suffix } of ENCODINGS) {
      if (!takes(c.req.header("Accept-Encoding"), name)) continue;
      const encoded = await stat(file + suffix).catch(() => undefined);
      if (encoded === undefined || encoded.mtimeMs < entry.mtimeMs) continue; // of an earlier build
      const answer = sendFile(c, new FileSource(file + suffix, encoded.size), {
        ...{ type, cache },
        tag: `${tagOf(entry)}-${name}`,
      });
      if (answer.status !== 304) answer.headers.set("Content-Encoding", name);
      return answer;
    }
  }
  return sendFile(c, new FileSource(file, entry.size), { type, tag: tagOf(entry), cache });
}

const tagOf = ({ size, mtimeMs }: { size: number; mtimeMs: number }): string =>
  `${size.toString(16)}-${Math.round(mtimeMs).toString(16)}`;

/** Whether who asks takes this coding (RFC 9110, 12.5.3); a weight of 0 forbids it, also for all that are not named. */
function takes(accepted: string | undefined, coding: string): boolean {
  const weights = new Map(
    (accepted ?? "").split(",").map((entry) => {
      const [name = "", ...parameters] = entry.split(";").map((part) => part.trim().toLowerCase());
      const weight = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
      return [name, weight === undefined ? 1 : Number(weight)] as const;
    }),
  );
  return (weights.get(coding) ?? weights.get("*") ?? 0) > 0;
}
