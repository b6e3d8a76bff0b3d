/** What the Studio says of each method; what keeps a file as it is goes by one name for creators. */
import type { StudioMethod } from "../../division/protocol/studio-methods.ts";
import type { TextKey } from "../../shared/i18n/en.ts";

interface MethodTexts {
  name: TextKey;
  why: TextKey;
  size: TextKey;
  /** Why it is not offered. */
  refused: TextKey;
}

const KEEPING: MethodTexts = {
  name: "studio.method.samples",
  why: "studio.method.samples.why",
  size: "studio.method.samples.size",
  refused: "studio.method.noSamples",
};

export const METHOD_TEXTS: Readonly<Record<StudioMethod, MethodTexts>> = {
  samples: KEEPING,
  mpeg: KEEPING,
  compress: {
    name: "studio.method.compress",
    why: "studio.method.compress.why",
    size: "studio.method.compress.size",
    refused: "studio.method.noCompress",
  },
};
