/** Opens mains in the worker, for a playlist. */
import type * as Comlink from "comlink";
import { UnsupportedError } from "../../../codec/errors.ts";
import type { PlayWorkerApi } from "../workers/play-api.ts";
import { type MainSource, PLAYLIST_MOST, type PlaylistItem } from "./playlist.ts";

export class MainOpener {
  private readonly remote: Comlink.Remote<PlayWorkerApi>;
  private lastKey = 0;

  constructor(remote: Comlink.Remote<PlayWorkerApi>) {
    this.remote = remote;
  }

  /** @returns the list with what could be opened behind it, and what went wrong first with the others */
  async open(
    sources: readonly MainSource[],
    list: readonly PlaylistItem[],
    signal: AbortSignal,
  ): Promise<{ items: PlaylistItem[]; failure: Error | undefined }> {
    const items = [...list];
    let failure: Error | undefined;
    for (const source of sources) {
      if (signal.aborted) break;
      try {
        if (items.length === PLAYLIST_MOST)
          throw new UnsupportedError(`a play holds ${PLAYLIST_MOST} videos: the others were left out`);
        const key = ++this.lastKey;
        items.push({ key, facts: await this.remote.open(key, source) });
      } catch (error) {
        if (failure !== undefined) continue;
        failure = error as Error;
        if (sources.length > 1 && source instanceof File) failure.message = `${source.name}: ${failure.message}`;
      }
    }
    return { items, failure };
  }
}
