// Lays the reader of QR codes beside our kernels, where Node and browsers find both: its package would fetch it from the network.
import { copyFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const from = fileURLToPath(import.meta.resolve("zxing-wasm/reader/zxing_reader.wasm"));
await copyFile(from, new URL("../dist/wasm/zxing_reader.wasm", import.meta.url));
