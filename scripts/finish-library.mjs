// What the compiler leaves of the library's browser part: addresses beside a module, which it does not rewrite. The kernels lie elsewhere,
// seen from the built files, and the worker ends in .js there.
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";

const dist = new URL("../dist/", import.meta.url);
const BROWSER = "node/codec/hosts/browser/";
const ADDRESSES = [
  ["kernels.js", "../../../dist/wasm/kernels.wasm", "../../../../wasm/kernels.wasm"],
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
for (const [from, to] of [
  ["../web/public/embed.js", "player/cmix-player.js"],
  ["../web/src/embed/cmix-player.d.ts", "player/cmix-player.d.ts"],
])
  await copyFile(new URL(from, import.meta.url), new URL(to, dist));
