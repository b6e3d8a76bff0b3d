/** The layer of the Cmix patent: what the method withholds, released to whoever has watched the CM. */
import { type LayerKind, SECRET_BYTES } from "./layer.ts";

/** Number of the layer that every division has. */
export const BASE_LAYER = 0;

/** Its secret is the only one that stands in the slave's header. */
export const base: LayerKind = {
  id: BASE_LAYER,
  name: "base",
  tailBytes: 0,

  create(protection) {
    const sealed = protection === "sealed";
    return {
      entry: { id: BASE_LAYER, name: "base", public: sealed ? "sealed" : "clear" },
      secret: sealed ? crypto.getRandomValues(new Uint8Array(SECRET_BYTES)) : undefined,
    };
  },
};
