import type { Limits } from "../config.ts";
import type { LibraryDeps } from "../library/deps.ts";
import type { ReservationStore } from "../reservations/store.ts";
import type { RightsStore } from "../rights/store.ts";
import type { JobStore } from "./store.ts";

/** What dividing on the service works with. */
export type DivisionDeps = LibraryDeps & {
  store: { jobs: JobStore; reservations: ReservationStore; rights: RightsStore };
  /** The service's own address; undefined where it was not told. */
  publicOrigin: string | undefined;
  limits: Pick<Limits, "jobsPerAccount" | "jobSeconds" | "jobMemoryMebibytes" | "jobOutputFactor" | "jobOutputBytes">;
};
