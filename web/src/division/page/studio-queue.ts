/** All files that the Studio has in hand. Each may be looked at, sent and published at any time; one divides at a time. */
import { Store } from "../../shared/store.ts";
import type { DivisionRecord } from "./division-records.ts";
import { type Source, StudioDivision, type StudioParts } from "./studio-division.ts";

export interface QueuedFile {
  id: string;
  /** Of the source. */
  name: string;
  division: StudioDivision;
}

export interface Queue {
  files: readonly QueuedFile[];
  /** Id of the file on screen; undefined where there is none. */
  shownId: string | undefined;
}

export class StudioQueue extends Store<Queue> {
  private readonly parts: StudioParts;
  /** Settled when the last one in line has ended its turn. */
  private line: Promise<void> = Promise.resolve();

  constructor(parts: Omit<StudioParts, "turn">) {
    super({ files: [], shownId: undefined });
    this.parts = { ...parts, turn: (signal) => this.turn(signal) };
  }

  /** Takes files in, in their order, and shows the first of them; one that waits for its division already is not taken twice. */
  add(sources: readonly Source[]): void {
    let shown: QueuedFile | undefined;
    for (const source of sources) {
      let queued = this.current.files.find(({ division }) => division.isOf(source.file));
      if (queued === undefined) {
        queued = this.take(source.file.name);
        queued.division.choose(source);
        this.append(queued);
      }
      shown ??= queued;
    }
    if (shown !== undefined) this.show(shown.id);
  }

  /** Goes on with an interrupted division when its turn comes. */
  resume(record: DivisionRecord, source: Source): void {
    const queued = this.take(record.source.name);
    queued.division.goOn(record, source);
    this.append(queued);
  }

  /** Shows a division that had come to its end, and sends its slave. @throws the browser has removed its files */
  async showFinished(record: DivisionRecord): Promise<void> {
    const queued = this.take(record.source.name);
    try {
      await queued.division.showFinished(record);
    } catch (error) {
      queued.division.putAway();
      throw error;
    }
    this.append(queued);
  }

  async discard(record: DivisionRecord): Promise<void> {
    await this.parts.files.remove(record);
    await this.parts.records.remove(record.id);
  }

  /** Of the divisions in hand. */
  recordIds(): Set<string> {
    return new Set(this.current.files.flatMap(({ division }) => division.recordId ?? []));
  }

  show(id: string): void {
    this.set({ ...this.current, shownId: id });
  }

  /** Puts a file away; one that divides stops. */
  remove(id: string): void {
    const { files, shownId } = this.current;
    const at = files.findIndex((file) => file.id === id);
    files[at]?.division.putAway();
    const left = files.filter((file) => file.id !== id);
    this.set({ files: left, shownId: shownId === id ? (left[at] ?? left.at(-1))?.id : shownId });
  }

  /** Something would be lost, or stop, with the page. */
  get isBusy(): boolean {
    return this.current.files.some(({ division }) => division.isBusy);
  }

  close(): void {
    for (const { division } of this.current.files) division.close();
  }

  private take(name: string): QueuedFile {
    return { id: crypto.randomUUID(), name, division: new StudioDivision(this.parts) };
  }

  private append(added: QueuedFile): void {
    this.set({ files: [...this.current.files, added], shownId: added.id });
  }

  private async turn(signal: AbortSignal): Promise<() => void> {
    const before = this.line;
    let end = (): void => {};
    const mine = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.line = before.then(() => mine);
    try {
      signal.throwIfAborted();
      await new Promise<void>((resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        void before.then(resolve);
      });
      return end;
    } catch (error) {
      end();
      throw error;
    }
  }
}
