/** The library in a browser's worker: the kernels by their address. */
export { fetchKernels } from "./kernels.ts";
