/** Memberships as the routes give them. */
import { dateOf } from "../http/schemas.ts";
import { Refusal } from "../refusal.ts";
import type { MembershipDeps } from "./deps.ts";
import type * as json from "./schemas.ts";
import type { Period, PointEntry } from "./store.ts";

/** Of no video: a membership for one alone is none for this. */
const EVERY_VIDEO = "";

export async function membershipOf(
  { store: { memberships }, now }: Pick<MembershipDeps, "store" | "now">,
  accountId: string,
): Promise<json.Membership> {
  return {
    premium: await memberships.isPremium(accountId, EVERY_VIDEO, now()),
    balance: await memberships.balance(accountId),
    rules: await memberships.rules(),
    periods: (await memberships.periods(accountId)).map(periodToJson),
  };
}

const periodToJson = ({ number, fromAt, untilAt, mainId, source, endedAt }: Period): json.Period => ({
  ...{ number, mainId, source },
  from: new Date(fromAt).toISOString(),
  until: dateOf(untilAt),
  ended: dateOf(endedAt),
});

export const entryToJson = ({ accountId: _own, at, ...same }: PointEntry): json.PointEntries["entries"][number] => ({
  ...same,
  at: new Date(at).toISOString(),
});

export const tooFew = () => new Refusal("too_few_points", "there are not so many points");
export const otherWish = () =>
  new Refusal("conflict", "this Idempotency-Key was used for something else: take a new one");
