/** Certified attributes in the place of what a viewer tells of himself. */
import type { AttributeStore } from "./store.ts";

/** For the service itself, where it chooses CMs. */
export const SERVICE = null;

export interface Certified {
  /** In years by now. */
  age?: number;
  gender?: string;
}

/**
 * What is certified of an account and may be used.
 *
 * @param askers who would use it: the {@link SERVICE}, or accounts; the viewer agreed for one of them
 * @param now milliseconds since 1970: a certified age grows by the whole years since
 */
export async function certifiedOf(
  store: Pick<AttributeStore, "agreed">,
  accountId: string | undefined,
  askers: readonly (string | null)[],
  now: number,
): Promise<Certified> {
  if (accountId === undefined) return {};
  const found: Certified = {};
  for (const { name, value, certified } of await store.agreed(accountId, askers)) {
    if (name === "age" && certified !== null) found.age = Number(value) + yearsBetween(certified.at, now);
    if (name === "gender") found.gender = value;
  }
  return found;
}

function yearsBetween(start: number, end: number): number {
  const [from, to] = [new Date(start), new Date(end)];
  const years = to.getUTCFullYear() - from.getUTCFullYear();
  const birthday = Date.UTC(from.getUTCFullYear() + years, from.getUTCMonth(), from.getUTCDate());
  return Math.max(0, end < birthday ? years - 1 : years);
}
