/** The wasm kernels, for workers only. */

import kernelsUrl from "../../../dist/wasm/kernels.wasm?url";
import { KernelError } from "../../errors.ts";
import { type Kernels, loadKernels } from "../../wasm/load-kernels.ts";

/** @param url of another build than the usual one */
export async function fetchKernels(url: string = kernelsUrl): Promise<Kernels> {
  const response = await fetch(url);
  if (!response.ok)
    throw new KernelError(`the kernels could not be fetched (status ${response.status}): load the page again`, {
      status: response.status,
    });
  return loadKernels(await response.arrayBuffer());
}
