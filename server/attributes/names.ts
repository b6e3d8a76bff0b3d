/** What the service may ask a viewer to have certified; age and gender are words of CMs' conditions too (cm/choose-cm.ts). */
export const ATTRIBUTE_NAMES = ["age", "gender", "region", "membership"] as const;
export type AttributeName = (typeof ATTRIBUTE_NAMES)[number];
