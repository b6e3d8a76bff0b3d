/** Why a video is reported to the service. */
export const COMPLAINT_REASONS = ["copyright", "illegal", "violence", "minors", "misleading", "other"] as const;
export type ComplaintReason = (typeof COMPLAINT_REASONS)[number];
