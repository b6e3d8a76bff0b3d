/** One codec worker, for the pool of pool.ts. */
import { serveCodec } from "../serve-codec.ts";
import { fetchKernels } from "./kernels.ts";

serveCodec(fetchKernels());
