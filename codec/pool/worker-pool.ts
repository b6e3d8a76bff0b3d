/** Workers that kernels run in; whoever starts them says how (hosts/). */
export interface PooledWorker<Api> {
  api: Api;
  terminate(): void;
}

/** Marks buffers that go over to a worker, or back, without a copy; gives the same value. */
export type Transfer = <T>(value: T, buffers: Transferable[]) => T;

/** What methods see of a pool. */
export interface Pool<Api> {
  /** Workers at most. */
  readonly size: number;
  readonly transfer: Transfer;
  /** Waits for a worker that nobody uses; a short job may go before those that wait already. */
  acquire(isShort?: boolean): Promise<PooledWorker<Api>>;
  release(worker: PooledWorker<Api>): void;
  /** Does `work` on a worker that nobody uses, and gives it back. */
  use<T>(work: (api: Api) => Promise<T>, isShort?: boolean): Promise<T>;
}

/** A fixed number of workers, started when first needed, handed out one job at a time. */
export class WorkerPool<Api> implements Pool<Api> {
  private readonly idle: PooledWorker<Api>[] = [];
  private readonly all: PooledWorker<Api>[] = [];
  private readonly waiting: ((worker: PooledWorker<Api>) => void)[] = [];

  /**
   * @param size     workers at most, at least 1
   * @param spawn    starts one
   * @param transfer of the workers' channel; without it everything is copied
   * @throws RangeError a size below 1
   */
  constructor(
    readonly size: number,
    private readonly spawn: () => PooledWorker<Api>,
    readonly transfer: Transfer = (value) => value,
  ) {
    if (!Number.isInteger(size) || size < 1) throw new RangeError(`size: ${size}, at least 1 expected`);
  }

  async acquire(isShort = false): Promise<PooledWorker<Api>> {
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

  async use<T>(work: (api: Api) => Promise<T>, isShort = false): Promise<T> {
    const worker = await this.acquire(isShort);
    try {
      return await work(worker.api);
    } finally {
      this.release(worker);
    }
  }

  release(worker: PooledWorker<Api>): void {
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
