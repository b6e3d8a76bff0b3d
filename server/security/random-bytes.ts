import { randomFillSync } from "node:crypto";

const STORE_BYTES = 16 << 10;

const store = Buffer.alloc(STORE_BYTES);
let used = STORE_BYTES;

/**
 * Random bytes of the system's generator, taken from a store that is filled at once, as Node's own randomUUID does: to ask for a few bytes
 * costs more than a query. What was given is in the store no more.
 *
 * @param count at most 1024
 */
export function randomBytes(count: number): Buffer {
  if (count > 1024) throw new RangeError(`${count} random bytes: at most 1024 at once`);
  if (used + count > STORE_BYTES) {
    randomFillSync(store);
    used = 0;
  }
  const given = Buffer.from(store.subarray(used, used + count));
  store.fill(0, used, used + count);
  used += count;
  return given;
}
