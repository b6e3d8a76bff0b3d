import type { SourcePicture } from "../../pictures/source-picture.ts";
import type { Transfer } from "../../pool/worker-pool.ts";
import { type HiddenAreas, treatedPicture } from "../../restriction/treated-picture.ts";
import type { Kernels } from "../../wasm/load-kernels.ts";
import type { CutRequest } from "./choose-cuts.ts";
import { type CutSegment, cutSegment, mergeSegment } from "./segment-bytes.ts";

export interface SamplesWorkerApi {
  /** Cuts one segment of method `samples`; `bytes` is to be transferred. */
  cutSamples(bytes: Uint8Array, request: CutRequest): Promise<CutSegment>;
  /** What everybody sees of a picture: Y, Cb and Cr of 4:2:0, tight; `picture.data` is to be transferred. */
  treatPicture(picture: SourcePicture, hidden: HiddenAreas): Promise<Uint8Array>;
  /** The source bytes of one segment of method `samples`. */
  mergeSamples(publicBytes: Uint8Array, withheld: Uint8Array): Promise<Uint8Array>;
}

export function createSamplesWorker(kernels: Kernels, transfer: Transfer): SamplesWorkerApi {
  return {
    async cutSamples(bytes, request) {
      const cut = await cutSegment(kernels, bytes, request);
      return transfer(cut, [cut.publicBytes.buffer, cut.withheld.buffer] as Transferable[]);
    },

    async treatPicture(picture, hidden) {
      const bytes = treatedPicture(kernels, picture, hidden);
      return transfer(bytes, [bytes.buffer] as Transferable[]);
    },

    async mergeSamples(publicBytes, withheld) {
      const bytes = await mergeSegment(kernels, publicBytes, withheld);
      return transfer(bytes, [bytes.buffer] as Transferable[]);
    },
  };
}
