/** What the access log tells of accounts. */
export const ACCESS_EVENTS = [
  "registered",
  "signed_in",
  "sign_in_failed",
  "signed_out",
  "signed_out_everywhere",
  "changed",
  "password_changed",
  "password_link",
  "deleted",
  "approved",
  "disabled",
  "enabled",
  "role_changed",
  "complaint_made",
  "complaint_settled",
] as const;
export type AccessEvent = (typeof ACCESS_EVENTS)[number];
