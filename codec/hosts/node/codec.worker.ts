/** One codec worker, for the pool of pool.ts. */
import { parentPort } from "node:worker_threads";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import { serveCodec } from "../serve-codec.ts";
import { loadNodeCodeReader } from "./code-reader.ts";
import { loadNodeKernels } from "./kernels.ts";
import { installNodePacking } from "./packing.ts";

if (parentPort === null) throw new Error("codec.worker runs as a worker only");
installNodePacking();
serveCodec(loadNodeKernels(), loadNodeCodeReader, nodeEndpoint(parentPort));
