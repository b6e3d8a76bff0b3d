/** What pages hold of the service: fetched once for all who show it, again when a page is come back to. */
import { QueryClient } from "@tanstack/react-query";
import { DeliveryError } from "../../../../codec/page.ts";

const RETRIES_MOST = 2;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // Only what may go better next time is asked for again.
      retry: (failures, error) =>
        error instanceof DeliveryError && error.details.retryable === true && failures < RETRIES_MOST,
      retryDelay: (_failures, error) =>
        1000 * Number((error instanceof DeliveryError && error.details.retryAfterSeconds) || 1),
      staleTime: 10_000,
    },
  },
});
