import { SlaveReader } from "../../codec/index.ts";
import type { Blobs } from "../blobs/store.ts";

/** Readers of the slaves that were asked for last; each holds a header and an index, at most some megabytes. */
const KEPT = 16;

export class SlaveReaders {
  private readonly kept = new Map<string, Promise<SlaveReader>>();
  private readonly blobs: Blobs;

  constructor(blobs: Blobs) {
    this.blobs = blobs;
  }

  /** The slave must be in the library. */
  async open(slaveId: string): Promise<SlaveReader> {
    const reader =
      this.kept.get(slaveId) ?? this.blobs.source("slaves", slaveId).then((source) => SlaveReader.open(source));
    this.kept.delete(slaveId);
    this.kept.set(slaveId, reader); // last in the order of the map: the last to go
    const oldest = this.kept.keys().next();
    if (this.kept.size > KEPT && oldest.value !== undefined) this.kept.delete(oldest.value);
    try {
      return await reader;
    } catch (error) {
      this.kept.delete(slaveId);
      throw error;
    }
  }

  /** Its file is about to go. */
  forget(slaveId: string): void {
    this.kept.delete(slaveId);
  }
}
