/** The wasm kernels, for workers only. */
import { KernelError } from "../../errors.ts";
import { type Kernels, loadKernels } from "../../wasm/load-kernels.ts";

const KERNELS = new URL("../../../dist/wasm/kernels.wasm", import.meta.url);

/**
 * Fetches and starts the kernels, an instance of their own for each call.
 *
 * @param url of another build than the usual one
 * @throws {@link KernelError} they are not there
 */
export async function fetchKernels(url: string | URL = KERNELS): Promise<Kernels> {
  const response = await fetch(url);
  if (!response.ok)
    throw new KernelError(`the kernels could not be fetched (status ${response.status}): load the page again`, {
      status: response.status,
    });
  return loadKernels(await response.arrayBuffer());
}
