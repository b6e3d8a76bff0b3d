/** Opens mains in the worker, for a playlist. */
import type * as Comlink from "comlink";
import { UnsupportedError } from "../../../../codec/page.ts";
import type { PlayWorkerApi } from "../protocol/play-api.ts";
import { type MainSource, type MissingItem, PLAYLIST_MOST, type PlaylistItem, withItem } from "./playlist.ts";
import { verifyMain } from "./verify-main.ts";

/** Key and source of a main to open. */
export type WantedItem = Omit<MissingItem, "error">;

export class MainOpener {
  private readonly remote: Comlink.Remote<PlayWorkerApi>;
  private lastKey = 0;

  constructor(remote: Comlink.Remote<PlayWorkerApi>) {
    this.remote = remote;
  }

  /** Gives each source the key that it keeps. */
  wanted(sources: readonly MainSource[]): WantedItem[] {
    return sources.map((source) => ({ key: ++this.lastKey, source }));
  }

  /** @returns the list with what could be opened, the others, and what to say where not all were tried */
  async open(
    wanted: readonly WantedItem[],
    list: readonly PlaylistItem[],
    signal: AbortSignal,
  ): Promise<{ items: readonly PlaylistItem[]; missing: MissingItem[]; error: Error | undefined }> {
    let items = list;
    const missing: MissingItem[] = [];
    for (const { key, source } of wanted) {
      if (signal.aborted) break;
      if (items.length === PLAYLIST_MOST) {
        const error = new UnsupportedError(`a play holds ${PLAYLIST_MOST} videos: the others were left out`);
        return { items, missing, error };
      }
      try {
        const facts = await this.remote.open(key, source);
        items = withItem(items, { key, source, facts, isVerified: await verifyMain(facts, signal) });
      } catch (error) {
        missing.push({ key, source, error: error as Error });
      }
    }
    return { items, missing, error: undefined };
  }
}
