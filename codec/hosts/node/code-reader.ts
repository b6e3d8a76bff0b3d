import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { CodeReader } from "../../restriction/code-reader.ts";

/** dist/wasm/zxing_reader.wasm, seen from the built dist/node/codec/hosts/node/. */
const READER_PATH = fileURLToPath(new URL("../../../../wasm/zxing_reader.wasm", import.meta.url));

/** Starts the reader of codes from the package's own file. */
export async function loadNodeCodeReader(): Promise<CodeReader> {
  const [{ createCodeReader }, wasm] = await Promise.all([
    import("../../restriction/code-reader.ts"),
    readFile(READER_PATH),
  ]);
  return createCodeReader(new Uint8Array(wasm).buffer);
}
