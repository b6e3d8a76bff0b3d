/** What a division withholds under one condition; FORMAT.md 3 lists the layers of a file in both headers. */
import type { Layer, ProtectionName, SlaveHeader } from "../format/header.ts";

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
  /** A fresh layer of it, with a secret of its own. */
  create(protection: ProtectionName): NewLayer;
  /** The secret of a layer that was written; undefined where nothing is sealed, or where it is not known here. */
  secretOf(slave: SlaveHeader): Uint8Array | undefined;
}
