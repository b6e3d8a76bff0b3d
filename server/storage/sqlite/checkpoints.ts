/**
 * Takes SQLite's log over into the database now and then, on a thread of its own: it lasts 30 to 60 ms with the states of thousands
 * of plays, and the process has answers to give meanwhile (https://www.sqlite.org/wal.html#ckpt).
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";

/** Pages that changes of several plays share are then written once; the log stays below 150 MiB with 2,000 plays. */
export const CHECKPOINT_MILLISECONDS = 10_000;

export class Checkpoints {
  private readonly path: string;
  private readonly lock: () => Promise<() => void>;
  private readonly everyMilliseconds: number;
  private thread: Worker | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly closing = new AbortController();

  /** @param lock keeps the process's commits away until the function that it gives is called */
  constructor(path: string, lock: () => Promise<() => void>, everyMilliseconds: number) {
    this.path = path;
    this.lock = lock;
    this.everyMilliseconds = everyMilliseconds;
  }

  /** There was a commit. */
  wake(): void {
    if (this.closing.signal.aborted) return;
    this.timer ??= setTimeout(() => void this.run(), this.everyMilliseconds).unref();
  }

  async close(): Promise<void> {
    this.closing.abort();
    clearTimeout(this.timer);
    await this.thread?.terminate();
  }

  /** All that is there first, beside the commits; then, without them, the little they added, and the log begins anew. */
  private async run(): Promise<void> {
    try {
      await this.ask("PASSIVE");
      const unlock = await this.lock();
      try {
        await this.ask("RESTART");
      } finally {
        unlock();
      }
    } catch {
      // A full disk, say, which the commits meet as well and tell of: the log is taken over later.
    } finally {
      this.timer = undefined;
    }
  }

  private async ask(mode: "PASSIVE" | "RESTART"): Promise<void> {
    this.thread ??= this.start();
    this.thread.postMessage(mode);
    const [{ error }] = await once(this.thread, "message", { signal: this.closing.signal });
    if (error !== undefined) throw new Error(error);
  }

  private start(): Worker {
    const thread = new Worker(new URL("./checkpoints.worker.mjs", import.meta.url), {
      workerData: { path: this.path },
    });
    thread.unref();
    thread.once("exit", () => {
      this.thread = undefined;
    });
    return thread;
  }
}
