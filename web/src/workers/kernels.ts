/** The wasm kernels, for workers only. */
import { KernelError } from "../../../codec/errors.ts";
import { type Kernels, loadKernels } from "../../../codec/wasm/load-kernels.ts";
import kernelsUrl from "../../../dist/wasm/kernels.wasm?url";

export async function fetchKernels(): Promise<Kernels> {
  const response = await fetch(kernelsUrl);
  if (!response.ok)
    throw new KernelError(`the kernels could not be fetched (status ${response.status}): load the page again`, {
      status: response.status,
    });
  return loadKernels(await response.arrayBuffer());
}
