import { useEffect, useState, useSyncExternalStore } from "react";
import type { Studio, StudioDivision } from "../../division/page/studio-division.ts";
import { STUDIO_PARTS } from "../../division/page/studio-parts.ts";
import { type Queue, StudioQueue } from "../../division/page/studio-queue.ts";

/** The Studio's files, for as long as the page is shown. */
export function useQueue(): { queue: StudioQueue; files: Queue["files"]; shownId: string | undefined } {
  const [queue] = useState(() => new StudioQueue(STUDIO_PARTS));
  useEffect(() => () => queue.close(), [queue]);
  return { queue, ...useSyncExternalStore(queue.subscribe, queue.snapshot, queue.snapshot) };
}

export const useStudio = (division: StudioDivision): Studio =>
  useSyncExternalStore(division.subscribe, division.snapshot, division.snapshot);
