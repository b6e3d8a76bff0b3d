/** The layer of the restriction patent: the true pictures and sound of parts that not everybody sees (R4). FORMAT.md 4.1. */
import { UnsupportedError } from "../errors.ts";
import { type LayerKind, SECRET_BYTES } from "./layer.ts";

/** Number of the layer. */
export const RESTRICTED_LAYER = 1;
const TAIL_BYTES = 32;

/** Its secret stands in start units of its own, before each run of its segments. */
export const restricted: LayerKind = {
  id: RESTRICTED_LAYER,
  name: "restricted",
  tailBytes: TAIL_BYTES,

  create(protection) {
    if (protection !== "sealed")
      throw new UnsupportedError(
        `parts that not everybody sees need protection sealed, and ${protection} leaves them in the open: choose sealed`,
        { protection },
      );
    return {
      entry: { id: RESTRICTED_LAYER, name: "restricted", public: "sealed" },
      secret: crypto.getRandomValues(new Uint8Array(SECRET_BYTES)),
    };
  },
};
