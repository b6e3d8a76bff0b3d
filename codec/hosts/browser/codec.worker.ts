/** One codec worker, for the pool of pool.ts. */
import { serveCodec } from "../serve-codec.ts";
import { fetchCodeReader } from "./code-reader.ts";
import { fetchKernels } from "./kernels.ts";

serveCodec(fetchKernels(), fetchCodeReader);
