/** Sponsors come to this list with their campaigns. */
export const CM_ROLES = ["administrator"] as const;
