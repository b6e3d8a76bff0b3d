/** What points buy. */
export const PRODUCTS = ["video", "day", "month"] as const;
export type Product = (typeof PRODUCTS)[number];
/** Of a membership by points or vouchers. */
export const PRODUCT_DAYS: Readonly<Record<Exclude<Product, "video">, number>> = { day: 1, month: 30 };

/** Why points came or went. */
export const POINT_KINDS = ["cm", "granted", "voucher", "spent"] as const;
export type PointKind = (typeof POINT_KINDS)[number];

/** Where a period of membership comes from. */
export const PERIOD_SOURCES = ["granted", "voucher", "points", "paid"] as const;
export type PeriodSource = (typeof PERIOD_SOURCES)[number];
