import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadKernels } from "../../codec/wasm/load-kernels.ts";
import { type Ratio, ROOT } from "../measure.ts";
import { type KernelExports, timeKernels } from "./kernel-cases.ts";

/** Every kernel's SIMD form beside its scalar form. */
export async function benchKernels(): Promise<Ratio[]> {
  const { raw, memory } = await loadKernels(await readFile(join(ROOT, "dist/wasm/check.wasm")));
  return [...timeKernels(raw as unknown as KernelExports, memory)].map(({ name, scalar, simd }) => ({
    name,
    peer: "scalar",
    ours: simd / 1e6,
    theirs: scalar / 1e6,
    unit: "M calls/s",
    details: { threads: 1 },
  }));
}
