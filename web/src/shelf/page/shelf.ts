/**
 * The shelf: mains kept on the viewer's device (Cmix patent [0189], ST347), for who has signed in ([0198], ST393). The restriction is the
 * player's alone: anyone may copy a main, and what was kept stays, and plays, after signing out. One shelf for all pages of a tab; locks
 * and a channel hold it together with the other tabs'.
 */
import * as Comlink from "comlink";
import { FormatError, InputError } from "../../../../codec/page.ts";
import { fetchVideo } from "../../shared/api/library.ts";
import { loadSession } from "../../shared/api/session.ts";
import { hashPieces } from "../../shared/files/pieces-hash.ts";
import { request } from "../../shared/net/request.ts";
import { Store } from "../../shared/store.ts";
import type { KeepStep, KeptFacts, ShelfWorkerApi } from "../protocol/shelf-api.ts";
import { canStore, type KeptMain, keptRecords, removeFileOf, storedFile } from "./kept-mains.ts";
import { freeBytes, holdToRoom, storageFull } from "./room.ts";
import { inShelfWorker } from "./shelf-client.ts";

export interface ShelfItem {
  main: KeptMain;
  /** In the browser's file system. */
  storedBytes: number;
  /** While this tab is at it. */
  step: KeepStep | undefined;
  /** Another tab is at it. */
  isElsewhere: boolean;
}

export interface ShelfState {
  /** False until the browser was asked, and where it stores nothing for pages. */
  isPossible: boolean;
  /** The newest first. */
  items: readonly ShelfItem[];
  /** By main: why the last try failed. */
  errors: Readonly<Record<string, Error>>;
  /** What the browser leaves for this site. */
  freeBytes: number | undefined;
}

interface Job {
  cancelling: AbortController;
  step: KeepStep;
  remote?: Comlink.Remote<ShelfWorkerApi>;
}

/** Each main has a lock of this name and its id. */
const LOCKS = "cmix-shelf/";
/** Mains are stored one at a time, in all tabs: each takes one of the few connections that a browser opens to a service. */
const LINE = "cmix-shelf";

class Shelf extends Store<ShelfState> {
  private readonly jobs = new Map<string, Job>();
  /** Mains that another tab's end is waited for. */
  private readonly awaited = new Set<string>();
  private readonly otherTabs = new BroadcastChannel("cmix-shelf");
  private started: Promise<void> | undefined;
  private reading: Promise<void> = Promise.resolve();

  constructor() {
    super({ isPossible: false, items: [], errors: {}, freeBytes: undefined });
  }

  /** Looks at what is there, and begins to go on with what was broken off. */
  start(): Promise<void> {
    this.started ??= (async () => {
      if (!(await canStore())) return;
      this.change({ isPossible: true });
      this.otherTabs.onmessage = () => void this.read();
      addEventListener("online", () => void this.goOnWithAll());
      await this.read();
      void this.goOnWithAll();
    })();
    return this.started;
  }

  /** Keeps a main of the library. What goes wrong ends in `errors`. */
  async keepListed(mainId: string): Promise<void> {
    const { title, durationSeconds, mainUrl, mainBytes, mainPiecesSha256, posterUrl } = await fetchVideo(mainId);
    if (mainUrl === null || mainBytes === null)
      throw new InputError("the library does not hold this file: get it from its owner, and open it from your disk", {
        reason: "notHeld",
      });
    await this.run({
      mainId,
      title,
      durationSeconds,
      bytes: mainBytes,
      piecesSha256: mainPiecesSha256,
      poster: undefined,
      url: mainUrl,
      posterUrl: posterUrl ?? undefined,
      keptAt: Date.now(),
      state: "storing",
    });
  }

  /** Keeps a copy of a main that the viewer opened from the disk. What goes wrong ends in `errors`. */
  async keepCopy(
    { mainId, title, durationSeconds }: Pick<KeptMain, "mainId" | "title" | "durationSeconds">,
    file: Blob,
  ): Promise<void> {
    const main: KeptMain = {
      mainId,
      title,
      durationSeconds,
      bytes: file.size,
      piecesSha256: null,
      poster: undefined,
      url: undefined,
      posterUrl: undefined,
      keptAt: Date.now(),
      state: "storing",
    };
    await this.run(main, file);
  }

  /** Fetches the rest of what was broken off, or all of what was damaged. */
  async goOn(mainId: string): Promise<void> {
    const main = this.itemOf(mainId)?.main;
    if (main?.url !== undefined) await this.run({ ...main, state: "storing" });
  }

  tryNow(mainId: string): void {
    void this.jobs.get(mainId)?.remote?.tryNow();
  }

  /** Removes a main, also one that is being stored in this tab. */
  async remove(mainId: string): Promise<void> {
    const job = this.jobs.get(mainId);
    if (job !== undefined) return job.cancelling.abort();
    await navigator.locks.request(LOCKS + mainId, { ifAvailable: true }, async (lock) => {
      if (lock !== null) await this.forget(mainId);
    });
    this.setError(mainId, undefined);
    await this.changed();
  }

  /** Reads a kept main whose play failed. @returns whether it was damaged; its file is removed then */
  async isDamaged(mainId: string): Promise<boolean> {
    await this.start();
    const main = this.itemOf(mainId)?.main;
    const file = await storedFile(mainId);
    if (main?.state !== "kept" || file === undefined) return false;
    if ((await hashPieces(file).catch(() => "not readable")) === main.piecesSha256) return false;
    await this.setDamaged(main);
    await this.changed();
    return true;
  }

  private async goOnWithAll(): Promise<void> {
    const open = this.current.items.filter(({ main, isElsewhere }) => main.state === "storing" && !isElsewhere);
    if (open.length === 0 || !(await isAllowed().catch(() => false))) return;
    await Promise.all(open.map(({ main }) => this.goOn(main.mainId)));
  }

  /** @param file to be copied; without one, the main is fetched */
  private async run(main: KeptMain, file?: Blob): Promise<void> {
    const { mainId } = main;
    await navigator.locks.request(LOCKS + mainId, { ifAvailable: true }, async (lock) => {
      if (lock === null) return; // another tab, or this one, is at it
      const job: Job = {
        cancelling: new AbortController(),
        step: { phase: "waiting", bytes: 0, loss: undefined },
      };
      this.jobs.set(mainId, job);
      this.setError(mainId, undefined);
      try {
        await holdToRoom(main);
        // Not waited for: Firefox asks the viewer.
        if (this.current.items.length === 0) void navigator.storage.persist?.().catch(() => {});
        await keptRecords.put(main);
        await this.changed();
        await keptRecords.put({ ...main, ...(await this.store(main, file, job)), state: "kept" });
      } catch (error) {
        await this.failed(main, error as Error);
      } finally {
        this.jobs.delete(mainId);
      }
    });
    await this.changed();
  }

  private async store(main: KeptMain, file: Blob | undefined, job: Job): Promise<KeptFacts> {
    const { mainId, url = "", bytes, piecesSha256, posterUrl } = main;
    const { signal } = job.cancelling;
    const onStep = Comlink.proxy((step: KeepStep) => {
      job.step = step;
      this.change({
        items: this.current.items.map((item) => (item.main.mainId === mainId ? { ...item, step } : item)),
      });
    });
    const facts = await navigator.locks.request(LINE, { signal }, () =>
      inShelfWorker(signal, (remote) => {
        job.remote = remote;
        return file === undefined
          ? remote.fetch({ mainId, url, bytes, piecesSha256 }, onStep)
          : remote.copy(mainId, file, onStep);
      }),
    );
    return { ...facts, poster: facts.poster ?? (await posterAt(posterUrl, signal)) };
  }

  /** Nothing stays of what cannot be gone on with. */
  private async failed(main: KeptMain, error: Error): Promise<void> {
    const { mainId, url, bytes } = main;
    const storedBytes = (await storedFile(mainId))?.size ?? 0;
    if (error instanceof FormatError && url !== undefined) return this.setDamaged(main);
    if (error.name === "AbortError" || url === undefined || storedBytes === 0) await this.forget(mainId);
    else await keptRecords.put({ ...main, state: "stopped" });
    if (error.name === "AbortError") return;
    const { storageFull: isFull, neededBytes } = error instanceof InputError ? error.details : {};
    const isOfWrite = isFull === true && neededBytes === undefined;
    this.setError(mainId, isOfWrite ? storageFull(bytes - storedBytes) : error);
  }

  private async forget(mainId: string): Promise<void> {
    await removeFileOf(mainId);
    await keptRecords.remove(mainId);
  }

  private async setDamaged(main: KeptMain): Promise<void> {
    await removeFileOf(main.mainId);
    await keptRecords.put({ ...main, state: "damaged" });
  }

  private async changed(): Promise<void> {
    this.otherTabs.postMessage("changed");
    await this.read();
  }

  /** One after another, so that the last one tells how it is. */
  private read(): Promise<void> {
    this.reading = this.reading.catch(() => {}).then(() => this.readOnce());
    return this.reading;
  }

  private async readOnce(): Promise<void> {
    const held = (await navigator.locks.query()).held ?? [];
    const locked = new Set(held.map(({ name }) => name));
    const items: ShelfItem[] = [];
    for (const main of await keptRecords.list()) {
      const job = this.jobs.get(main.mainId);
      const isElsewhere = job === undefined && locked.has(LOCKS + main.mainId);
      if (isElsewhere) this.awaitOther(main.mainId);
      const storedBytes = (await storedFile(main.mainId))?.size ?? 0;
      if (job === undefined && !isElsewhere && isUseless(main, storedBytes)) await this.clear(main.mainId);
      else items.push({ main, storedBytes, step: job?.step, isElsewhere });
    }
    items.sort((a, b) => b.main.keptAt - a.main.keptAt);
    this.change({ items, freeBytes: await freeBytes() });
  }

  /** Removes what is of no use, and tells of it anew. Looked at again under the lock: another tab may have been done meanwhile. */
  private async clear(mainId: string): Promise<void> {
    await navigator.locks.request(LOCKS + mainId, { ifAvailable: true }, async (lock) => {
      const main = await keptRecords.get(mainId);
      const storedBytes = (await storedFile(mainId))?.size ?? 0;
      if (lock === null || main === undefined || !isUseless(main, storedBytes)) return;
      if (main.state === "kept") await this.setDamaged(main);
      else await this.forget(mainId);
    });
    void this.read();
  }

  /** When the other tab is done, or closed. */
  private awaitOther(mainId: string): void {
    if (this.awaited.has(mainId)) return;
    this.awaited.add(mainId);
    void navigator.locks
      .request(LOCKS + mainId, () => this.awaited.delete(mainId))
      .then(() => this.read())
      .then(() => this.goOnWithAll());
  }

  private itemOf(mainId: string): ShelfItem | undefined {
    return this.current.items.find(({ main }) => main.mainId === mainId);
  }

  private setError(mainId: string, error: Error | undefined): void {
    const { [mainId]: _before, ...errors } = this.current.errors;
    this.change({ errors: error === undefined ? errors : { ...errors, [mainId]: error } });
  }

  private change(change: Partial<ShelfState>): void {
    this.set({ ...this.current, ...change });
  }
}

/** Whether it is no whole file, though it should be, or a copy that was broken off. */
const isUseless = ({ state, url, bytes }: KeptMain, storedBytes: number): boolean =>
  (state === "kept" && storedBytes !== bytes) || (state === "storing" && url === undefined);

/** Whether an account is signed in, which keeping is for. @throws DeliveryError the service cannot be asked */
export async function isAllowed(): Promise<boolean> {
  return (await loadSession()).account !== null;
}

/** Best left out where it cannot be had. */
async function posterAt(url: string | undefined, signal: AbortSignal): Promise<Blob | undefined> {
  if (url === undefined) return undefined;
  return request(url, { signal }).then(
    (response) => response.blob(),
    () => undefined,
  );
}

export const shelf = new Shelf();
