import type { AccountDeps } from "../accounts/deps.ts";
import { Sessions } from "../accounts/sessions.ts";
import type { Log } from "../log.ts";

const DAY = 24 * 3600 * 1000;

/** Removes sessions that are over and old entries of the access log, now and every day. @returns what stops it */
export async function startAccountUpkeep(
  { store, now, log }: Pick<AccountDeps, "store" | "now"> & { log: Log },
  accessLogDays: number,
): Promise<() => void> {
  const sessions = new Sessions(store.sessions, now);
  const tidy = async () => {
    await sessions.removeExpired();
    await store.accountLogs.removeAccessBefore(now() - accessLogDays * DAY);
  };
  await tidy();
  const timer = setInterval(() => {
    tidy().catch((error: Error) => log("error", { name: error.name, message: error.message }));
  }, DAY);
  timer.unref();
  return () => clearInterval(timer);
}
