/** The library in browsers: the kernels by their address, pools of Web Workers. */
export { fetchKernels } from "./kernels.ts";
export { createBrowserPool, createLocalPool } from "./pool.ts";
