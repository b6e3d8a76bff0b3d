/** The four kinds of account (Cmix patent, [0053]). */
export const ACCOUNT_ROLES = ["viewer", "provider", "sponsor", "administrator"] as const;
export type AccountRole = (typeof ACCOUNT_ROLES)[number];

/** Who a session can belong to: an account, or a visitor without one. */
export type Role = AccountRole | "guest";
export const ALL_ROLES: readonly Role[] = ["guest", ...ACCOUNT_ROLES];

/** `pending`: waits for the administrator's approval and has a viewer's rights until then. A deleted account keeps its id only. */
export const ACCOUNT_STATUSES = ["active", "pending", "disabled", "deleted"] as const;
export type AccountStatus = (typeof ACCOUNT_STATUSES)[number];
