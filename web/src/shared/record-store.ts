/** Records that outlive their page: one object store of IndexedDB. Rejects where the browser keeps nothing (some private windows). */
export class RecordStore<R> {
  private readonly database: string;
  private readonly store: string;
  private readonly key: keyof R & string;

  /** @param key names the property by which a record is known */
  constructor(database: string, store: string, key: keyof R & string) {
    this.database = database;
    this.store = store;
    this.key = key;
  }

  list(): Promise<R[]> {
    return this.use<R[]>("readonly", (store) => store.getAll());
  }

  get(key: string): Promise<R | undefined> {
    return this.use<R | undefined>("readonly", (store) => store.get(key));
  }

  /** In the place of the one before, if there is one. */
  async put(record: R): Promise<void> {
    await this.use("readwrite", (store) => store.put(record));
  }

  async remove(key: string): Promise<void> {
    await this.use("readwrite", (store) => store.delete(key));
  }

  private async use<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const opening = indexedDB.open(this.database, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(this.store, { keyPath: this.key });
    const database = await answer(opening);
    try {
      return await answer(work(database.transaction(this.store, mode).objectStore(this.store)));
    } finally {
      database.close();
    }
  }
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
