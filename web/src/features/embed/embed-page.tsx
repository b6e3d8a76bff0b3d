import { lazy, type ReactNode, Suspense } from "react";

// As in watch-page.tsx: the library starts without the player.
const Embedding = lazy(async () => ({ default: (await import("./embedding.tsx")).Embedding }));

/**
 * The player alone, in another site's page: `/embed?main=ID` (Cmix patent [0219]); with `controls=none` that page has controls of its own.
 */
export function EmbedPage(): ReactNode {
  return (
    <Suspense>
      <Embedding />
    </Suspense>
  );
}
