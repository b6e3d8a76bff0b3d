import type { AccountDeps } from "./accounts/deps.ts";
import type { AttributeDeps } from "./attributes/deps.ts";
import type { CmDeps } from "./cm/deps.ts";
import type { ComplaintDeps } from "./complaints/deps.ts";
import type { Limits } from "./config.ts";
import type { DivisionDeps } from "./divisions/deps.ts";
import type { DivisionRunner } from "./divisions/runner.ts";
import type { GroupDeps } from "./groups/routes.ts";
import type { LibraryDeps } from "./library/deps.ts";
import type { MembershipDeps } from "./memberships/deps.ts";
import type { PlayDeps } from "./plays/deps.ts";
import type { ReportDeps } from "./reports/deps.ts";
import type { ReservationDeps } from "./reservations/routes.ts";
import type { RightsDeps } from "./rights/routes.ts";
import type { SurroundingDeps } from "./surroundings/deps.ts";

/** All that the application is made of: what each domain works with, and the server's own. A test may hand in its own clock and limits. */
export type Deps = AccountDeps &
  AttributeDeps &
  CmDeps &
  ComplaintDeps &
  DivisionDeps &
  GroupDeps &
  LibraryDeps &
  MembershipDeps &
  PlayDeps &
  ReportDeps &
  ReservationDeps &
  RightsDeps &
  SurroundingDeps &
  ServerDeps;

interface ServerDeps {
  store: {
    /** @throws StorageError the stores do not answer */
    check(): Promise<void>;
    close(): Promise<void>;
  };
  /** Runs the jobs of dividing. */
  divisions: DivisionRunner;
  webDir: string;
  /** Sites whose pages may show the player. */
  embedSites: readonly string[];
  limits: Limits;
  /** Opens /metrics to other machines. */
  metricsToken: string | undefined;
  /** Whether the server takes its last requests. */
  lifecycle: { isStopping: boolean };
}
