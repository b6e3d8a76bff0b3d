import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

export default defineConfig({
  root: path("."),
  plugins: [react()],
  // The kernels stay a file of their own: inlined as a data: address, the page's CSP would refuse them.
  build: { outDir: path("../dist/web"), emptyOutDir: true, assetsInlineLimit: 0, sourcemap: true },
  worker: { format: "es" },
  server: {
    fs: { allow: [path("..")] },
    proxy: { "/api": process.env.CMIX_SERVER ?? "http://127.0.0.1:8484" },
  },
});
