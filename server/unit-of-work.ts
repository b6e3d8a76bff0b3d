/** Changes to several stores that are made together. */
export interface UnitOfWork<Stores> {
  /**
   * Runs `work` in one transaction: all of what it does or, where it throws, nothing. Units run one after another. The stores are
   * good until `work` ends; it must await nothing but them, since others wait meanwhile.
   *
   * @param since when whoever waits for it began to wait (performance.now)
   * @returns when it is on the disk
   * @throws StorageError full, busy
   */
  run<T>(work: (stores: Stores) => Promise<T>, since?: number): Promise<T>;
}
