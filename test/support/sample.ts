/** What the long runs try in whole, and the other runs in part. */
import { below, createRandom } from "./fills.ts";
import { ALL_MEDIA } from "./media.ts";

/** Which part; another number tries others. */
const SEED = Number(process.env.CMIX_SEED ?? 1);

/** `count` of the rows in their order, chosen by `CMIX_SEED`; all of them with `CMIX_MEDIA=all`. */
export function sampleOf<T>(rows: readonly T[], count: number): T[] {
  if (ALL_MEDIA) return [...rows];
  const random = createRandom(SEED);
  const left = [...rows.keys()];
  while (left.length > count) left.splice(below(random, left.length), 1);
  return left.map((i) => rows[i] as T);
}
