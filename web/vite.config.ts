import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { buildElement } from "./build-element.mjs";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const OUT_DIR = path("../dist/web");
const SERVICE_WORKER = "service-worker";
/** Decoders of sound that few videos have: fetched with such a video, which needs the network too. */
const FETCHED_WHEN_NEEDED = /^\/assets\/(dolby-decoder|mpg123-decoder)-/;

/** Tells the service worker which files to keep. A change of any of them changes it, so that browsers fetch the new build. */
function listBuiltFiles(): Plugin {
  return {
    name: "list-built-files",
    closeBundle() {
      const worker = `${OUT_DIR}/${SERVICE_WORKER}.js`;
      const names = readdirSync(OUT_DIR, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.name.endsWith(".map") && entry.name !== `${SERVICE_WORKER}.js`)
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

/** `/embed.js`: one script for pages of other sites. */
function emitElement(): Plugin {
  return {
    name: "emit-element",
    async generateBundle() {
      this.emitFile({ type: "asset", fileName: "embed.js", source: await buildElement() });
    },
  };
}

export default defineConfig({
  root: path("."),
  plugins: [react(), emitElement(), listBuiltFiles()],
  build: {
    outDir: OUT_DIR,
    emptyOutDir: true,
    // The kernels stay a file of their own: inlined as a data: address, the page's CSP would refuse them.
    assetsInlineLimit: 0,
    sourcemap: true,
    rolldownOptions: {
      input: { index: path("index.html"), [SERVICE_WORKER]: path("src/app/worker/service-worker.ts") },
      // At the top, where it is in charge of all addresses, and under one name for all builds.
      output: { entryFileNames: ({ name }) => (name === SERVICE_WORKER ? "[name].js" : "assets/[name]-[hash].js") },
    },
  },
  worker: { format: "es" },
  server: {
    fs: { allow: [path("..")] },
    proxy: { "/api": process.env.CMIX_SERVER ?? "http://127.0.0.1:8484" },
  },
});
