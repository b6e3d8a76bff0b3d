/** Holds a value and tells who looks at it of every new one. */
export class Store<Value> {
  protected current: Value;
  private readonly listeners = new Set<() => void>();

  constructor(start: Value) {
    this.current = start;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): Value => this.current;

  set(value: Value): void {
    if (Object.is(value, this.current)) return;
    this.current = value;
    for (const listener of this.listeners) listener();
  }

  protected unsubscribeAll(): void {
    this.listeners.clear();
  }
}
