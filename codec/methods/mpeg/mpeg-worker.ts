import type { Transfer } from "../../pool/worker-pool.ts";
import type { Kernels } from "../../wasm/load-kernels.ts";
import { type CoveredSlot, type CoverRequest, coverSlot } from "./cover-slot.ts";
import { type CutMpeg, cutMpeg, type MpegRequest, mergeMpeg } from "./segment-bytes.ts";

export interface MpegWorkerApi {
  /** Divides one segment of method `mpeg`; `bytes` is to be transferred. */
  cutMpeg(bytes: Uint8Array, request: MpegRequest): Promise<CutMpeg>;
  /** What stands in for a hidden slot; `bytes` is to be transferred. */
  coverSlot(bytes: Uint8Array, request: CoverRequest): Promise<CoveredSlot>;
  /** The source bytes of one segment of method `mpeg`. */
  mergeMpeg(publicBytes: Uint8Array, withheld: Uint8Array): Promise<Uint8Array>;
}

export function createMpegWorker(kernels: Kernels, transfer: Transfer): MpegWorkerApi {
  return {
    async cutMpeg(bytes, request) {
      const cut = await cutMpeg(kernels, bytes, request);
      return transfer(cut, [cut.publicBytes.buffer, cut.withheld.buffer] as Transferable[]);
    },

    async coverSlot(bytes, request) {
      const covered = coverSlot(kernels, bytes, request);
      return transfer(covered, [covered.bytes.buffer] as Transferable[]);
    },

    async mergeMpeg(publicBytes, withheld) {
      const bytes = await mergeMpeg(kernels, publicBytes, withheld);
      return transfer(bytes, [bytes.buffer] as Transferable[]);
    },
  };
}
