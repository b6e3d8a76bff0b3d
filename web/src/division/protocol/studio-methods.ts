/** What the Studio has to know of each method of division, page and worker alike; a method is one line. */
import type { Method } from "../../../../codec/index.ts";

/** Those that the Studio divides with. */
export type StudioMethod = Method;

export interface StudioMethodFacts {
  /** Codes the pictures anew; otherwise the file is kept as it is, byte for byte. */
  codesAnew: boolean;
}

export const STUDIO_METHODS: Readonly<Record<StudioMethod, StudioMethodFacts>> = {
  samples: { codesAnew: false },
  mpeg: { codesAnew: false },
  compress: { codesAnew: true },
};
