/** Membership, points and vouchers over HTTP. Only zod and constants: the web client has its types from here. */
import { z } from "@hono/zod-openapi";
import { accountIdSchema } from "../accounts/schemas.ts";
import { date, idSchema } from "../http/schemas.ts";
import { PERIOD_SOURCES, POINT_KINDS, PRODUCTS } from "./kinds.ts";

export const POINTS_MOST = 1_000_000;
const DAYS_MOST = 3660;
export const VOUCHERS_MOST = 500;

const points = z.int().min(0).max(POINTS_MOST);
const price = points.min(1).nullable().openapi({ description: "Null: not offered" });
const days = z.int().min(0).max(DAYS_MOST);
const note = z.string().trim().max(200);

export const rulesSchema = z
  .object({
    perCm: points.openapi({ description: "For a CM watched to its end that is paid for" }),
    perDayMost: points.openapi({ description: "Earned by CMs on one day (UTC) at most" }),
    prices: z.object({ video: price, day: price, month: price }),
    statusFrom: price.openapi({ description: "Whoever holds so many is a member, and spends nothing" }),
  })
  .openapi("PointRules");
export type PointRules = z.infer<typeof rulesSchema>;

const periodSchema = z
  .object({
    number: z.int(),
    from: z.iso.datetime(),
    until: date.openapi({ description: "Null: without an end" }),
    mainId: idSchema.nullable().openapi({ description: "Null: every video" }),
    source: z.enum(PERIOD_SOURCES),
    ended: date.openapi({ description: "When an administrator took it back" }),
  })
  .openapi("MembershipPeriod");
export type Period = z.infer<typeof periodSchema>;

export const membershipSchema = z
  .object({
    premium: z.boolean().openapi({ description: "For every video, now" }),
    balance: points,
    rules: rulesSchema,
    periods: z.array(periodSchema),
  })
  .openapi("Membership");
export type Membership = z.infer<typeof membershipSchema>;

export const pointsQuery = z.object({
  before: z
    .string()
    .regex(/^\d{1,15}$/, "an entry's number")
    .transform(Number)
    .optional()
    .openapi({ type: "string", description: "Entries with a lower number than this; at most 100 come" }),
});
export const pointsSchema = z.object({
  entries: z.array(
    z
      .object({
        number: z.int(),
        at: z.iso.datetime(),
        amount: z.int(),
        balance: points,
        kind: z.enum(POINT_KINDS),
      })
      .openapi("PointEntry"),
  ),
});
export type PointEntries = z.infer<typeof pointsSchema>;

export const videoParams = z.object({ mainId: idSchema });
export const videoPartsSchema = z
  .object({
    viewers: z.array(z.string()).openapi({ description: "For whom parts of it are; empty: everybody sees all of it" }),
    price: price.openapi({ description: "In points, of this video for ever; null: not offered" }),
    premium: z.boolean().openapi({ description: "Whether who asks sees the parts for premium members" }),
  })
  .nullable()
  .openapi("VideoParts", { description: "null where the service has no such video for who asks" });
export type VideoParts = z.infer<typeof videoPartsSchema>;

/** The same key once more, for the same, changes nothing. */
export const keyHeader = z.object({
  "idempotency-key": z
    .string()
    .regex(/^[\w-]{8,64}$/, "8 to 64 letters, digits, - or _")
    .openapi({ description: "New for each wish; the same again, for the same wish, changes nothing" }),
});

export const spendingSchema = z
  .discriminatedUnion("product", [
    z.object({ product: z.literal("video"), mainId: idSchema }),
    z.object({ product: z.enum(PRODUCTS).exclude(["video"]) }),
  ])
  .openapi("Spending");
export type Spending = z.input<typeof spendingSchema>;

export const voucherCodeSchema = z.object({ code: z.string().min(1).max(100) }).openapi("VoucherCode");
export type VoucherCode = z.input<typeof voucherCodeSchema>;
export const redeemedSchema = z.object({ days, points }).openapi("Redeemed");
export type Redeemed = z.infer<typeof redeemedSchema>;

// ---- The administrator's ----
export const accountParams = z.object({ accountId: accountIdSchema });
export const periodParams = accountParams.extend({ number: z.string().regex(/^\d{1,15}$/, "a number") });
export const voucherParams = z.object({ voucherId: z.string().max(60) });

export const grantSchema = z
  .object({ days: days.default(0), points: z.int().min(-POINTS_MOST).max(POINTS_MOST).default(0) })
  .refine(({ days, points }) => days > 0 || points !== 0, "days or points must be given")
  .openapi("Grant", { description: "A negative number of points takes some" });
export type Grant = z.input<typeof grantSchema>;

export const newVouchersSchema = z
  .object({
    count: z.int().min(1).max(VOUCHERS_MOST),
    days: days.default(0),
    points: points.default(0),
    note: note.default(""),
    expires: z.iso.datetime(),
  })
  .refine(({ days, points }) => days > 0 || points > 0, "days or points must be given")
  .openapi("NewVouchers");
export type NewVouchers = z.input<typeof newVouchersSchema>;

export const madeVouchersSchema = z
  .object({ codes: z.array(z.string()).openapi({ description: "Shown once, and kept nowhere" }) })
  .openapi("MadeVouchers");
export type MadeVouchers = z.infer<typeof madeVouchersSchema>;

export const voucherListSchema = z.object({
  vouchers: z.array(
    z
      .object({
        voucherId: z.string(),
        days,
        points,
        note: z.string(),
        made: z.iso.datetime(),
        expires: z.iso.datetime(),
        redeemed: z.object({ at: z.iso.datetime(), accountId: z.string() }).nullable(),
        revoked: date,
      })
      .openapi("Voucher"),
  ),
});
export type VoucherList = z.infer<typeof voucherListSchema>;
