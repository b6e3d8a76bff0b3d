export const CM_TYPES = ["video/mp4", "video/webm", "image/jpeg", "image/png", "image/bmp"] as const;
export type CmType = (typeof CM_TYPES)[number];

/** Why a CM was switched off: its file has other bytes, is there no more, or its server does not answer. */
export const ORIGIN_FAULTS = ["changed", "gone", "silent"] as const;
export type OriginFault = (typeof ORIGIN_FAULTS)[number];
