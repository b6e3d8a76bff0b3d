export const SURROUNDING_KINDS = ["information", "advertisement", "guidance"] as const;
export type SurroundingKind = (typeof SURROUNDING_KINDS)[number];
