import type { Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";

/** Asked by each viewer once a second: answers as they should be are counted only, since a line would cost as much as their work. */
export const UNITS_ROUTE = "/api/plays/:playId/units";

/**
 * A log line and a count for an answer whose head is ready.
 *
 * @param route its pattern
 * @param start when the request came (performance.now)
 */
export function countAnswer(
  { log, metrics }: { log: Log; metrics: Metrics },
  method: string,
  route: string,
  status: number,
  start: number,
): void {
  const milliseconds = performance.now() - start;
  metrics.request(method, route, status, milliseconds / 1000);
  if (route !== UNITS_ROUTE || status >= 400)
    log("request", { method, route, status, milliseconds: Math.round(milliseconds) });
}
