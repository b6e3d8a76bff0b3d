/** Segments that hold pictures and sound together: both are read side by side, the sound a little ahead, and each segment is opened once. */
import { readForRun } from "./run-reads.ts";

const KEPT_SEGMENTS = 4;

/** A segment, or several that are opened together, by the first one's number. */
interface Numbered {
  number: number;
}

export class OpenSegments<Opened, Entry extends Numbered = Numbered> {
  /** By number, the newest last. */
  private readonly segments = new Map<number, Promise<Opened>>();

  constructor(private readonly open: (entry: Entry) => Promise<Opened>) {}

  /** In their order, each while the next one is opened; to their end or to `signal`. */
  async *inOrder(entries: readonly Entry[], signal: AbortSignal): AsyncGenerator<Opened> {
    for (const [i, entry] of entries.entries()) {
      const opened = await readForRun(
        () => this.get(entry),
        () => signal.aborted,
      );
      if (signal.aborted) return;
      const next = entries[i + 1];
      if (next !== undefined) void this.get(next);
      yield opened;
    }
  }

  clear(): void {
    this.segments.clear();
  }

  private get(entry: Entry): Promise<Opened> {
    const { segments } = this;
    const { number } = entry;
    const segment = segments.get(number) ?? this.open(entry);
    segments.delete(number);
    segments.set(number, segment);
    // A failure is not kept; it is told where the segment is awaited.
    segment.catch(() => segments.get(number) === segment && segments.delete(number));
    for (const oldest of segments.keys()) if (segments.size > KEPT_SEGMENTS) segments.delete(oldest);
    return segment;
  }
}
