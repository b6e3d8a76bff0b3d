// What the compiler leaves of the library's browser part: addresses beside a module, which it does not rewrite. The kernels lie elsewhere,
// seen from the built files, and the worker ends in .js there.
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { buildElement } from "../web/build-script.mjs";

const dist = new URL("../dist/", import.meta.url);
const BROWSER = "node/codec/hosts/browser/";
const ADDRESSES = [
  ["kernels.js", "../../../dist/wasm/kernels.wasm", "../../../../wasm/kernels.wasm"],
  ["code-reader.js", "../../../dist/wasm/zxing_reader.wasm", "../../../../wasm/zxing_reader.wasm"],
  ["pool.js", "./codec.worker.ts", "./codec.worker.js"],
];

for (const [name, before, after] of ADDRESSES) {
  const file = new URL(BROWSER + name, dist);
  const parts = (await readFile(file, "utf8")).split(`"${before}"`);
  if (parts.length !== 2)
    throw new Error(`${name}: the address ${before} stands in it ${parts.length - 1} times, not once`);
  await writeFile(file, parts.join(`"${after}"`));
}
await mkdir(new URL("player/", dist), { recursive: true });
await copyFile(new URL("../web/src/embed/cmix-player.d.ts", import.meta.url), new URL("player/cmix-player.d.ts", dist));
await writeFile(new URL("player/cmix-player.js", dist), await buildElement());
