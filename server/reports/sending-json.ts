import type { SendingState } from "../storage/sqlite/reports.ts";
import type { Sending } from "./schemas.ts";

export const sendingToJson = ({ by, sent_at, attempts, error }: SendingState): Sending => ({
  by,
  sentAt: sent_at === null ? null : new Date(sent_at).toISOString(),
  attempts,
  error,
});
