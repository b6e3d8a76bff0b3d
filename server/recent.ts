/** What was asked for last. What could not be made is not kept. */
export class Recent<T extends Promise<unknown>> {
  private readonly most: number;
  private readonly kept = new Map<string, T>();

  constructor(most: number) {
    this.most = most;
  }

  get(key: string, make: () => T): T {
    const known = this.kept.get(key);
    const value = known ?? make();
    if (known === undefined) void value.catch(() => this.forget(key));
    else this.kept.delete(key);
    this.kept.set(key, value); // last in the order of the map: the last to go
    const oldest = this.kept.keys().next();
    if (this.kept.size > this.most && oldest.value !== undefined) this.kept.delete(oldest.value);
    return value;
  }

  forget(key: string): void {
    this.kept.delete(key);
  }
}
