/** What a division withholds under one condition; FORMAT.md 3 lists the layers of a file in both headers. */
import type { Layer, ProtectionName } from "../format/header.ts";

/** A layer of a division that begins. */
export interface NewLayer {
  /** As both headers have it. */
  entry: Layer;
  /** What its segment keys are derived from; absent where nothing is sealed. */
  secret: Uint8Array | undefined;
}

/** One kind of layer: who gets its units is the service's decision, what they are is here. */
export interface LayerKind {
  /** Stands in every segment head. */
  readonly id: number;
  readonly name: string;
  /** Fresh random bytes that each withheld part ends in: then no salt can be guessed, and no key comes twice (FORMAT.md 6). */
  readonly tailBytes: number;
  /**
   * A fresh layer of it, with a secret of its own.
   *
   * @throws {@link UnsupportedError} this protection cannot carry it
   */
  create(protection: ProtectionName): NewLayer;
}

/** Bytes of a layer's secret. */
export const SECRET_BYTES = 32;
