/**
 * Test files that say of many inputs, settings or screens what others say of a few. `npm test` runs a sixth of them, which one is up to
 * CMIX_SEED (0 to 5 are all); `npm run test:whole` runs all. Each requirement keeps a test that always runs (test/tree/documents.test.ts).
 */
const SIXTHS = 6;

/** Paths under test/, the longest first: so each sixth takes about as long. */
export const WIDE = [
  "e2e/resume",
  "e2e/watch-window",
  "cli/coded-files",
  "codec/marks-compressed",
  "e2e/engines",
  "e2e/embed",
  "server/jobs-ended",
  "codec/restricted-samples",
  "cli/restricted",
  "e2e/odd-files",
  "e2e/samples",
  "e2e/sounds",
  "e2e/cm-stream",
  "server/sign-in-limits",
  "e2e/shelf",
  "server/ledger",
  "e2e/restricted-mpeg",
  "cli/marks",
  "e2e/package",
  "codec/trim",
  "codec/restricted-mpeg",
  "cli/captions",
  "web/sound-decodings",
  "codec/mpeg-files",
  "e2e/captions",
  "codec/mpeg-media",
  "codec/compress-matrix",
  "codec/rate-control",
  "server/migrations",
  "e2e/display",
  "e2e/trim",
  "server/side-by-side",
  "e2e/big",
  "e2e/looks",
  "server/hostile-media",
  "e2e/bad-files",
  "cli/trim",
  "e2e/streams",
  "cli/b-pictures",
  "codec/odd-files",
  "codec/compress-peer",
  "codec/samples-index",
  "e2e/other-service",
  "e2e/watch-keys",
  "server/kill",
  "codec/mpeg-withheld",
  "cli/serve",
  "server/connections",
  "cli/compress-mpeg",
  "e2e/small-video",
  "codec/mpeg-decode-tools",
  "kernels/read-code",
  "e2e/missing-mains",
  "e2e/storyboard",
  "codec/samples-withheld",
  "format/damage",
  "codec/samples-mutations",
  "e2e/unseen-cm",
  "server/start-refused",
  "e2e/bench",
  "e2e/big-mpeg",
  "e2e/big-compress",
  "codec/damaged-index",
  "e2e/pairs",
  "codec/plane-code",
  "server/fuzz",
  "e2e/samples-display",
];

/** Of WIDE, what this run leaves out: nothing where all is wanted, or where files are named. */
export function leftOut() {
  if (process.env.CMIX_TESTS === "all" || process.argv.some((word) => word.startsWith("test/"))) return [];
  const seed = Number(process.env.CMIX_SEED ?? 1);
  return WIDE.filter((_, place) => sixthOf(place) !== seed % SIXTHS).map((path) => `test/${path}.test.ts`);
}

/**
 * Dealt forth and back, as cards are: 0 1 2 3 4 5 5 4 3 2 1 0.
 * @param {number} place
 */
function sixthOf(place) {
  const turn = place % (2 * SIXTHS);
  return turn < SIXTHS ? turn : 2 * SIXTHS - 1 - turn;
}
