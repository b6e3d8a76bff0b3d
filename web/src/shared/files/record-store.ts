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

  private use<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    return inObjectStore(this.database, this.store, { keyPath: this.key }, mode, work);
  }
}

/**
 * Does one thing in the only object store of a database.
 *
 * @param parameters of the store, where it has to be made
 * @throws DOMException the browser refuses to store anything
 */
export async function inObjectStore<T>(
  database: string,
  name: string,
  parameters: IDBObjectStoreParameters,
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const opening = indexedDB.open(database, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(name, parameters);
  const opened = await answer(opening);
  try {
    return await answer(work(opened.transaction(name, mode).objectStore(name)));
  } finally {
    opened.close();
  }
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
