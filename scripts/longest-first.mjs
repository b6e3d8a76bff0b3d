/**
 * Starts the test files that take longest first, so that none is left over at the end while the other cores have nothing to do. Vitest
 * knows how long files took only where it has run before; a fresh clone would go by their sizes.
 */
import { basename } from "node:path";
import { BaseSequencer } from "vitest/node";

/** Those that use a core longest, or wait; of each project in this order. */
const LONGEST = [
  "rate-control",
  "cmix",
  "plane-code",
  "samples-withheld",
  "ledger",
  "read-code",
  "sign-in-limits",
  "media-fuzz",
  "side-by-side",
  "compress-peer",
  "captions",
  "serve",
  "mpeg-withheld",
  "uploads",
  "kill",
  "resume",
  "watch-window",
  "odd-files",
  "all-media",
  "shelf",
  "playlist",
  "samples-display",
  "samples",
  "streams",
  "withheld",
  "teaser",
  "watch-seek",
  "bench",
  "engines",
  "cm-stream",
  "first-light",
  "big",
];

/** @param {import("vitest/node").TestSpecification} file */
function rank({ moduleId }) {
  const place = LONGEST.indexOf(basename(moduleId, ".test.ts"));
  return place < 0 ? LONGEST.length : place;
}

export default class LongestFirst extends BaseSequencer {
  /** @param {import("vitest/node").TestSpecification[]} files */
  async sort(files) {
    const usual = await super.sort(files); // by project, in the order of the projects
    return usual
      .map((file, place) => ({ file, place }))
      .sort((a, b) =>
        a.file.project.name === b.file.project.name
          ? rank(a.file) - rank(b.file) || a.place - b.place
          : a.place - b.place,
      )
      .map(({ file }) => file);
  }
}
