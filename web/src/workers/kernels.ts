/** The wasm kernels, for workers only. */
import { KernelError } from "../../../codec/errors.ts";
import { type Kernels, loadKernels } from "../../../codec/wasm/load-kernels.ts";
import kernelsUrl from "../../../dist/wasm/kernels.wasm?url";

/** @param url of another build than the usual one */
export async function fetchKernels(url: string = kernelsUrl): Promise<Kernels> {
  const response = await fetch(url);
  if (!response.ok)
    throw new KernelError(`the kernels could not be fetched (status ${response.status}): load the page again`, {
      status: response.status,
    });
  return loadKernels(await response.arrayBuffer());
}
