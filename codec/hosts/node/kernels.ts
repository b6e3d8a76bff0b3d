import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Kernels, loadKernels } from "../../wasm/load-kernels.ts";

/** dist/wasm/kernels.wasm, seen from the built dist/node/codec/hosts/node/. */
export const WASM_PATH: string = fileURLToPath(new URL("../../../../wasm/kernels.wasm", import.meta.url));

/** Starts the kernels from the package's own file, an instance of their own for each call. */
export async function loadNodeKernels(): Promise<Kernels> {
  return loadKernels(await readFile(WASM_PATH));
}
