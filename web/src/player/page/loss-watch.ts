/** Whether the service can be reached, as page and worker find it. */
import * as Comlink from "comlink";
import { connection, type Loss } from "../../shared/net/connection.ts";
import type { PlayWorkerApi } from "../protocol/play-api.ts";

export class LossWatch {
  private readonly remote: Comlink.Remote<PlayWorkerApi>;
  private inWorker: Loss | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(remote: Comlink.Remote<PlayWorkerApi>) {
    this.remote = remote;
    void remote.watchConnection(
      Comlink.proxy((loss) => {
        this.inWorker = loss;
        for (const listener of this.listeners) listener();
      }),
    );
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    const leave = connection.subscribe(listener);
    return () => {
      this.listeners.delete(listener);
      leave();
    };
  };

  readonly snapshot = (): Loss | undefined => this.inWorker ?? connection.snapshot();

  /** The viewer does not want to wait for the next try. */
  tryNow(): void {
    connection.tryNow();
    void this.remote.tryNow();
  }
}
