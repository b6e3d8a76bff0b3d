import { lazy, type ReactNode, Suspense } from "react";
import { WatchFrame } from "./awaited-video.tsx";

// The player is fetched by who watches; the library starts without it.
const Watching = lazy(async () => ({ default: (await import("./watching.tsx")).Watching }));

export function WatchPage(): ReactNode {
  return (
    <Suspense fallback={<WatchFrame />}>
      <Watching />
    </Suspense>
  );
}
