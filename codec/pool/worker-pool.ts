import type { Remote } from "comlink";
import type { CodecWorkerApi } from "../methods/codec-worker.ts";

export interface PooledWorker {
  api: Remote<CodecWorkerApi>;
  terminate(): void;
}

/** A fixed number of codec workers, started when first needed, handed out one group of pictures at a time. */
export class WorkerPool {
  private readonly idle: PooledWorker[] = [];
  private readonly all: PooledWorker[] = [];
  private readonly waiting: ((worker: PooledWorker) => void)[] = [];

  constructor(
    readonly size: number,
    private readonly spawn: () => PooledWorker,
  ) {
    if (!Number.isInteger(size) || size < 1) throw new RangeError(`size: ${size}, at least 1 expected`);
  }

  /** Waits for a worker that nobody uses; a short job may go before those that wait already. */
  async acquire(isShort = false): Promise<PooledWorker> {
    const idle = this.idle.pop();
    if (idle !== undefined) return idle;
    if (this.all.length < this.size) {
      const worker = this.spawn();
      this.all.push(worker);
      return worker;
    }
    return new Promise((resolve) => {
      if (isShort) this.waiting.unshift(resolve);
      else this.waiting.push(resolve);
    });
  }

  /** Does `work` on a worker that nobody uses, and gives it back. */
  async use<T>(work: (api: PooledWorker["api"]) => Promise<T>, isShort = false): Promise<T> {
    const worker = await this.acquire(isShort);
    try {
      return await work(worker.api);
    } finally {
      this.release(worker);
    }
  }

  release(worker: PooledWorker): void {
    const next = this.waiting.shift();
    if (next !== undefined) next(worker);
    else this.idle.push(worker);
  }

  /** Ends all workers; work under way is lost. */
  close(): void {
    for (const worker of this.all.splice(0)) worker.terminate();
    this.idle.length = 0;
  }
}
