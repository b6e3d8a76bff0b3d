/** Premium membership, points and vouchers (server/API.md). */
import type {
  Grant,
  Membership,
  NewVouchers,
  PointEntries,
  PointRules,
  Redeemed,
  Spending,
  VideoParts,
  VoucherList,
} from "../../../../server/memberships/schemas.ts";
import { call } from "./call.ts";
import { change, changeAnswered } from "./session.ts";

export type { Grant, Membership, NewVouchers, PointRules, Spending, VideoParts };
export type PointEntry = PointEntries["entries"][number];
export type Voucher = VoucherList["vouchers"][number];

export const loadMembership = (): Promise<Membership> => call("GET /api/account/membership");

export const loadPoints = async (before?: number): Promise<PointEntry[]> =>
  (await call("GET /api/account/points", { query: { before } })).entries;

/** Null where the service does not know the video. */
export const loadVideoParts = (mainId: string): Promise<VideoParts> =>
  call("GET /api/videos/{mainId}/parts", { path: { mainId } });

/** @param key of this wish: sent again after a lost answer, it is not paid twice */
export const spendPoints = (wish: Spending, key: string): Promise<Membership> =>
  changeAnswered("POST /api/account/spendings", { body: wish, headers: { "idempotency-key": key } });

export const redeemVoucher = (code: string): Promise<Redeemed> =>
  changeAnswered("POST /api/account/vouchers", { body: { code } });

// ---- The administrator's ----

export const loadPointRules = (): Promise<PointRules> => call("GET /api/admin/point-rules");

export const savePointRules = (rules: PointRules): Promise<PointRules> =>
  changeAnswered("PUT /api/admin/point-rules", { body: rules });

export const loadMembershipOf = (accountId: string): Promise<Membership> =>
  call("GET /api/admin/accounts/{accountId}/membership", { path: { accountId } });

/** @param key as for {@link spendPoints} */
export const grantMembership = (accountId: string, grant: Grant, key: string): Promise<Membership> =>
  changeAnswered("POST /api/admin/accounts/{accountId}/grants", {
    path: { accountId },
    body: grant,
    headers: { "idempotency-key": key },
  });

export async function endPeriod(accountId: string, number: number): Promise<void> {
  const path = { accountId, number: String(number) };
  await change("DELETE /api/admin/accounts/{accountId}/periods/{number}", { path });
}

export const listVouchers = async (): Promise<Voucher[]> => (await call("GET /api/admin/vouchers")).vouchers;

/** @returns their codes, which are told this once */
export const makeVouchers = async (vouchers: NewVouchers): Promise<string[]> =>
  (await changeAnswered("POST /api/admin/vouchers", { body: vouchers })).codes;

export async function revokeVoucher(voucherId: string): Promise<void> {
  await change("DELETE /api/admin/vouchers/{voucherId}", { path: { voucherId } });
}
