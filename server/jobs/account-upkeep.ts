import type { AccountDeps } from "../accounts/deps.ts";
import { Sessions } from "../accounts/sessions.ts";
import type { ComplaintDeps } from "../complaints/deps.ts";

const DAY = 24 * 3600 * 1000;

/** Removes sessions that are over, old entries of the access log and reports that were settled long ago, now and every day. @returns what stops it */
export async function startAccountUpkeep(
  { store, now, log }: Pick<AccountDeps & ComplaintDeps, "store" | "now" | "log">,
  accessLogDays: number,
): Promise<() => void> {
  const sessions = new Sessions(store.sessions, now);
  const tidy = async () => {
    await sessions.removeExpired();
    await store.accountLogs.removeAccessBefore(now() - accessLogDays * DAY);
    await store.complaints.removeSettledBefore(now() - accessLogDays * DAY);
  };
  await tidy();
  const timer = setInterval(() => {
    tidy().catch((error: Error) => log("error", { name: error.name, message: error.message }));
  }, DAY);
  timer.unref();
  return () => clearInterval(timer);
}
