/** What the server does from time to time, without being asked. */

import type { CmDeps } from "../cm/deps.ts";
import { checkOrigins } from "../cm/remote-cm.ts";
import type { Limits } from "../config.ts";
import type { DivisionRunner } from "../divisions/runner.ts";
import type { LibraryDeps } from "../library/deps.ts";
import { readForPieces } from "../library/pieces-hash.ts";
import type { Uploads } from "../library/uploads.ts";
import type { PlayDeps } from "../plays/deps.ts";
import type { ReportDeps } from "../reports/deps.ts";
import { makeReports, sendReports } from "../reports/reporter.ts";
import { removeWithdrawn } from "./remove-withdrawn.ts";

const INTERVAL_SECONDS = 60;

export interface Housekeeping {
  /** One round now; a round that is under way is waited for. */
  run(): Promise<void>;
  /** Waits for the round that is under way. */
  stop(): Promise<void>;
}

/** Runs a round a minute. What fails is logged, and tried again with the next round. */
export function startHousekeeping(
  deps: CmDeps &
    LibraryDeps &
    PlayDeps &
    ReportDeps & {
      divisions: DivisionRunner;
      limits: Pick<Limits, "downloadLogSeconds" | "playLifetimeSeconds">;
    },
  uploads: Uploads,
): Housekeeping {
  const tasks: Record<string, () => Promise<void>> = {
    "expired-uploads": () => uploads.removeExpired(),
    "expired-jobs": () => deps.divisions.removeExpired(),
    "old-plays": () => deps.store.plays.removeBefore(deps.now() - deps.limits.playLifetimeSeconds * 1000),
    "withdrawn-videos": () => removeWithdrawn(deps),
    "main-pieces": () => readForPieces(deps),
    "cm-origins": () => checkOrigins(deps),
    reports: () => makeReports(deps),
    "report-sendings": () => sendReports(deps),
    "download-log": () => deps.store.library.forgetDownloaders(deps.now() - deps.limits.downloadLogSeconds * 1000),
  };
  const round = async () => {
    for (const [task, run] of Object.entries(tasks)) {
      try {
        await run();
      } catch (error) {
        deps.log("housekeeping-failed", { task, message: (error as Error).message });
      }
    }
  };
  let last = Promise.resolve();
  const run = () => {
    last = last.then(round);
    return last;
  };
  const timer = setInterval(() => void run(), INTERVAL_SECONDS * 1000);
  timer.unref();
  return {
    run,
    stop: () => {
      clearInterval(timer);
      return last;
    },
  };
}
