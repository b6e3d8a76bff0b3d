/** The layer of the Cmix patent: what the method withholds, released to whoever has watched the CM. */
import type { LayerKind } from "./layer.ts";

/** Number of the layer that every division has. */
export const BASE_LAYER = 0;
const SECRET_BYTES = 32;

export const base: LayerKind = {
  id: BASE_LAYER,
  name: "base",

  create(protection) {
    const sealed = protection === "sealed";
    return {
      entry: { id: BASE_LAYER, name: "base", public: sealed ? "sealed" : "clear" },
      secret: sealed ? crypto.getRandomValues(new Uint8Array(SECRET_BYTES)) : undefined,
    };
  },

  /** The only secret that stands in the slave's header. */
  secretOf: (slave) => slave.secret,
};
