/** What counts as a download of a main: at least half of it went out, and once a day for one session, or address without one. */
import { createHmac } from "node:crypto";
import type { LibraryDeps } from "./deps.ts";
import type { Main } from "./store.ts";

/** Downloads that broke off before half and may go on. */
const BEGUN_MOST = 10_000;

/** Who downloads. */
export interface Downloader {
  accountId: string | null;
  /** Of the session, or of the address. */
  key: string;
}

export class Downloads {
  private readonly deps: Pick<LibraryDeps, "store" | "playKey" | "log" | "now">;
  /** Bytes that went out, by downloader, day and main. */
  private readonly begun = new Map<string, number>();

  constructor(deps: Pick<LibraryDeps, "store" | "playKey" | "log" | "now">) {
    this.deps = deps;
  }

  /** So many bytes of the main went out in one answer. */
  async sent(from: Downloader, { mainId, bytes: all }: Pick<Main, "mainId" | "bytes">, bytes: number): Promise<void> {
    const key = this.onceOf(from, mainId);
    const sum = (this.begun.get(key) ?? 0) + bytes;
    this.begun.delete(key);
    if (sum * 2 >= all) {
      await this.count(from, mainId).catch((error: Error) =>
        this.deps.log("error", { name: error.name, message: error.message }),
      );
      return;
    }
    this.begun.set(key, sum);
    const [oldest] = this.begun.keys();
    if (this.begun.size > BEGUN_MOST && oldest !== undefined) this.begun.delete(oldest);
  }

  /** Counts a download, unless it is counted for today. */
  async count(from: Downloader, mainId: string): Promise<void> {
    const { store, now } = this.deps;
    await store.library.addDownload({ at: now(), mainId, accountId: from.accountId }, this.onceOf(from, mainId));
  }

  private onceOf({ key }: Downloader, mainId: string): string {
    const { playKey, now } = this.deps;
    const day = new Date(now()).toISOString().slice(0, 10);
    return createHmac("sha256", playKey).update(`download ${mainId} ${day} ${key}`).digest("hex").slice(0, 32);
  }
}
