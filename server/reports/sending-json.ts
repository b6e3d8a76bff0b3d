import type { Sending } from "./schemas.ts";
import type { SendingState } from "./store.ts";

export const sendingToJson = ({ by, sentAt, attempts, error }: SendingState): Sending => ({
  by,
  sentAt: sentAt === null ? null : new Date(sentAt).toISOString(),
  attempts,
  error,
});
