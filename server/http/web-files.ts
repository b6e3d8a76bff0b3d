/** The built web app: its files, and its page for every address that is a page of it. */
import { stat } from "node:fs/promises";
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
};

/** Vite puts the hash of the contents in these names. */
const HASHED = /^\/assets\//;

export function registerWeb(app: OpenAPIHono, webDir: string): void {
  app.get("*", async (c) => {
    const path = safePath(c.req.path);
    if (path === undefined || path.startsWith("/api/")) throw unknownAddress();
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
  const tag = `${entry.size.toString(16)}-${Math.round(entry.mtimeMs).toString(16)}`;
  const cache = HASHED.test(path) ? "public, max-age=31536000, immutable" : "no-cache";
  return sendFile(c, new FileSource(file, entry.size), { type, tag, cache });
}
