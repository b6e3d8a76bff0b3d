import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync, constants as zlib } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { buildElement, buildServiceWorker } from "./build-script.mjs";
import { listLicences, notePackages } from "./list-licences.ts";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const OUT_DIR = path("../dist/web");
/** At the top, where it is in charge of all addresses, and under one name for all builds. */
const SERVICE_WORKER = "service-worker.js";
/** Decoders of sound and readers of marks, which few videos need: fetched with such a video. */
const FETCHED_WHEN_NEEDED = /^\/assets\/(dolby-decoder|mpg123-decoder|zxing_reader)-/;

/** Tells the service worker which files to keep. A change of any of them changes it, so that browsers fetch the new build. */
function listBuiltFiles(): Plugin {
  return {
    name: "list-built-files",
    closeBundle() {
      const worker = `${OUT_DIR}/${SERVICE_WORKER}`;
      const names = readdirSync(OUT_DIR, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.name.endsWith(".map") && entry.name !== SERVICE_WORKER)
        .map(({ parentPath, name }) => `${parentPath}/${name}`.slice(OUT_DIR.length))
        .filter((name) => !FETCHED_WHEN_NEEDED.test(name))
        .sort();
      const hash = createHash("sha256");
      for (const name of names) hash.update(name).update(readFileSync(OUT_DIR + name));
      const addresses = names.map((name) => (name === "/index.html" ? "/" : name));
      const code = readFileSync(worker, "utf8")
        .replace("BUILT_FILES", () => JSON.stringify(addresses))
        .replace("BUILT_VERSION", () => JSON.stringify(hash.digest("hex").slice(0, 16)));
      writeFileSync(worker, code);
    },
  };
}

/** `/embed.js`, one script for pages of other sites, and the service worker: what they share with the app is in each of them. */
function emitScripts(): Plugin {
  return {
    name: "emit-scripts",
    async generateBundle() {
      this.emitFile({ type: "asset", fileName: "embed.js", source: await buildElement() });
      this.emitFile({ type: "asset", fileName: SERVICE_WORKER, source: await buildServiceWorker() });
    },
  };
}

/** Smaller files fit into one packet anyhow. */
const COMPRESSED_FROM_BYTES = 1000;
const COMPRESSED = [".wasm", ".txt", ".js", ".css", ".html", ".svg", ".json", ".webmanifest"];

/** Lays each file's brotli and gzip form beside it, which the server sends (server/http/web-files.ts): once, so it may take its time. */
function compressBuiltFiles(): Plugin {
  return {
    name: "compress-built-files",
    closeBundle() {
      for (const entry of readdirSync(OUT_DIR, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !COMPRESSED.includes(extname(entry.name))) continue;
        const file = `${entry.parentPath}/${entry.name}`;
        const bytes = readFileSync(file);
        if (bytes.length < COMPRESSED_FROM_BYTES) continue;
        const params = { [zlib.BROTLI_PARAM_QUALITY]: 11, [zlib.BROTLI_PARAM_SIZE_HINT]: bytes.length };
        writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params }));
        writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
      }
    },
  };
}

/** What other projects' packages the build takes from. */
const packages = new Set<string>();

export default defineConfig({
  root: path("."),
  plugins: [
    react(),
    emitScripts(),
    notePackages(packages),
    listBuiltFiles(),
    listLicences(packages, `${OUT_DIR}/licences.txt`),
    compressBuiltFiles(),
  ],
  build: {
    outDir: OUT_DIR,
    emptyOutDir: true,
    // The kernels stay a file of their own: inlined as a data: address, the page's CSP would refuse them.
    assetsInlineLimit: 0,
    sourcemap: true,
  },
  worker: {
    format: "es",
    plugins: () => [notePackages(packages)],
    // What a worker and a part that it fetches later share is a file of its own: WebKit runs a worker's own file a second time where one
    // that was fetched later imports it.
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: "code", test: /(?<!\.worker\.ts)$/, tags: ["$initial"] }] } },
    },
  },
  server: {
    fs: { allow: [path("..")] },
    proxy: { "/api": process.env.CMIX_SERVER ?? "http://127.0.0.1:8484" },
  },
});
