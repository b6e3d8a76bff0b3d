import { useEffect, useState, useSyncExternalStore } from "react";
import { type Studio, StudioDivision } from "../../division/page/studio-division.ts";
import { STUDIO_PARTS } from "../../division/page/studio-parts.ts";

/** One division at a time, for as long as the page is shown. */
export function useDivision(): { division: StudioDivision; studio: Studio } {
  const [division] = useState(() => new StudioDivision(STUDIO_PARTS));
  useEffect(() => () => division.close(), [division]);
  return { division, studio: useSyncExternalStore(division.subscribe, division.snapshot, division.snapshot) };
}
