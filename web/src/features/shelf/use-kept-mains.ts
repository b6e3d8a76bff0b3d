import { useEffect, useRef, useState } from "react";
import { CmixError } from "../../../../codec/page.ts";
import type { MainSource } from "../../player/page/playlist.ts";
import type { PlayerSnapshot } from "../../player/page/snapshot.ts";
import { keptFile } from "../../shelf/page/kept-mains.ts";
import { shelf } from "../../shelf/page/shelf.ts";

/** What an error of a file that was changed can be. */
const DAMAGES = ["format", "pairing", "input"];

export interface KeptMains {
  /** In the place of a main's address the kept file, where there is one; undefined until the device was asked. */
  sources: readonly MainSource[] | undefined;
  /** A kept file was found damaged, and removed: the sources name another place. */
  wasDamaged: boolean;
}

/**
 * Finds mains on the shelf, and reads again the one that cannot be played.
 *
 * @param mainIds with spaces between them
 */
export function useKeptMains(mainIds: string, snapshot: PlayerSnapshot | undefined): KeptMains {
  const [found, setFound] = useState<{ mainIds: string; sources: MainSource[]; wasDamaged: boolean }>();
  /** By their kept files. */
  const kept = useRef(new Map<MainSource, string>());

  useEffect(() => {
    if (mainIds === "") return;
    let isCurrent = true;
    void sourcesOf(mainIds, kept.current).then((sources) => {
      if (isCurrent) setFound({ mainIds, sources, wasDamaged: false });
    });
    return () => {
      isCurrent = false;
    };
  }, [mainIds]);

  const { error, missing = [], items = [], current = 0 } = snapshot ?? {};
  useEffect(() => {
    const failed = missing.map((item) => ({ source: item.source, error: item.error }));
    const playing = items[current];
    if (error !== undefined && playing !== undefined) failed.push({ source: playing.source, error });
    for (const { source, error: cause } of failed) {
      const mainId = kept.current.get(source);
      if (mainId === undefined || !(cause instanceof CmixError && DAMAGES.includes(cause.code))) continue;
      kept.current.delete(source); // looked at once
      void shelf.isDamaged(mainId).then(async (isDamaged) => {
        if (isDamaged) setFound({ mainIds, sources: await sourcesOf(mainIds, kept.current), wasDamaged: true });
      });
    }
  }, [mainIds, error, missing, items, current]);

  return mainIds !== "" && found?.mainIds === mainIds ? found : { sources: undefined, wasDamaged: false };
}

async function sourcesOf(mainIds: string, kept: Map<MainSource, string>): Promise<MainSource[]> {
  return Promise.all(
    mainIds.split(" ").map(async (id) => {
      const file = await keptFile(id);
      if (file !== undefined) kept.set(file, id);
      return file ?? `/api/mains/${id}`;
    }),
  );
}
