/**
 * The Studio's state: one file, from choosing it to the uploaded slave. Knows nothing of React: `subscribe` and `snapshot` are all a view
 * needs.
 */
import { Store } from "../../shared/store.ts";
import type {
  DivideSettings,
  DivisionOutput,
  DivisionPlace,
  DivisionStep,
  SourceFacts,
  Thumbnails,
} from "../protocol/divide-api.ts";
import { STUDIO_METHODS } from "../protocol/studio-methods.ts";
import type { DivisionRecord, SourceIdentity } from "./division-records.ts";
import { type RateMeter, startRateMeter } from "./rate-meter.ts";

export interface DivisionProgress {
  pictures: number;
  /** Of the source. */
  bytes: number;
  /** 0 to 1. */
  share: number;
  /** Frames a second; bytes a second where nothing is coded anew. */
  rate: number | undefined;
  secondsLeft: number | undefined;
}

/** A transfer to the service. */
export type Transfer =
  | { state: "idle" }
  | { state: "sending"; share: number }
  | { state: "done" }
  | { state: "failed"; error: Error };

/** A chosen file; with its handle, where there is one, it is found again after the page was closed. */
export interface Source {
  file: File;
  handle?: FileSystemFileHandle | undefined;
}

export type Studio =
  | { phase: "empty" }
  | { phase: "inspecting"; source: Source }
  | { phase: "refused"; source: Source; error: Error }
  | { phase: "chosen"; source: Source; facts: SourceFacts; error?: Error; wasCancelled?: boolean }
  | { phase: "dividing"; source: Source; record: DivisionRecord; progress: DivisionProgress; isCancelling: boolean }
  | {
      phase: "done";
      /** Not at hand when the division was found again after the page was closed. */
      source: Source | undefined;
      record: DivisionRecord;
      output: DivisionOutput;
      slave: Transfer;
      main: Transfer;
      /** The main is where the creator wants it. */
      isSaved: boolean;
    };

/** What looks at files and divides them: divide-client.ts. */
export interface Divider {
  inspect(file: Blob): Promise<SourceFacts>;
  poster(file: Blob, startSeconds: number): Promise<DivideSettings["poster"]>;
  program(): Promise<string>;
  divide(
    place: DivisionPlace,
    goOn: boolean,
    file: Blob,
    settings: DivideSettings,
    signal: AbortSignal,
    onProgress: (step: DivisionStep) => void,
  ): Promise<DivisionOutput>;
  close(): void;
}

type Send = (
  output: DivisionOutput,
  onProgress: (sent: number, total: number) => void,
  signal: AbortSignal,
) => Promise<void>;

/** What a division needs around it: the browser's storage and the service. */
export interface StudioParts {
  startDivider(): Divider;
  records: { put(record: DivisionRecord): Promise<void>; remove(id: string): Promise<void> };
  files: {
    /** Marks a division as this page's. */
    hold(id: string): void;
    release(id: string): void;
    finished(record: DivisionRecord): Promise<{ main: Blob; slave: Blob }>;
    remove(record: DivisionRecord): Promise<void>;
    removeStale(): Promise<void>;
  };
  identify(file: File): Promise<SourceIdentity>;
  sendSlave: Send;
  publishMain: Send;
}

const NO_PROGRESS: DivisionProgress = { pictures: 0, bytes: 0, share: 0, rate: undefined, secondsLeft: undefined };

export class StudioDivision extends Store<Studio> {
  private readonly parts: StudioParts;
  private divider: Divider | undefined;
  /** Ends what the present file's looking at, or its transfers, would still change. */
  private stopping = new AbortController();
  private running: { id: string; cancelling: AbortController } | undefined;
  /** The finished division on screen. */
  private shownId: string | undefined;
  /** The one whose record is gone. */
  private settledId: string | undefined;

  constructor(parts: StudioParts) {
    super({ phase: "empty" });
    this.parts = parts;
  }

  choose(source: Source): void {
    this.leave();
    const { signal } = this.stopping;
    this.show({ phase: "inspecting", source });
    this.atWork()
      .inspect(source.file)
      .then((facts) => {
        if (!signal.aborted) this.show({ phase: "chosen", source, facts });
      })
      .catch((error: Error) => {
        if (!signal.aborted) this.show({ phase: "refused", source, error });
      });
  }

  /** A small picture of the chosen file at a time; undefined where none can be made. */
  pictureAt(file: Blob, seconds: number): Promise<DivideSettings["poster"]> {
    return this.atWork().poster(file, seconds);
  }

  /** @param target where the main goes at once; otherwise it stays in the browser until it is saved */
  divide(settings: DivideSettings, target?: FileSystemFileHandle): void {
    if (this.current.phase !== "chosen") return;
    const { source, facts } = this.current;
    this.leave();
    void (async () => {
      const poster = await this.posterFor(source, facts, settings.thumbnails);
      const record: DivisionRecord = {
        id: crypto.randomUUID(),
        startedAt: Date.now(),
        settings: { ...settings, ...(poster === undefined ? {} : { poster }) },
        facts,
        source: {
          ...(await this.parts.identify(source.file)),
          ...(source.handle === undefined ? {} : { handle: source.handle }),
        },
        program: await this.atWork().program(),
        ...(target === undefined ? {} : { target }),
      };
      await this.run(source, record, false);
    })();
  }

  /** Goes on with an interrupted division, or begins it again where its method cannot. */
  goOn(record: DivisionRecord, source: Source): void {
    this.leave();
    void (async () => {
      const program = await this.atWork().program();
      await this.run(source, { ...record, program }, program === record.program);
    })();
  }

  /** Shows a division that had come to its end. */
  async showFinished(record: DivisionRecord): Promise<void> {
    if (record.output === undefined) return;
    const files = await this.parts.files.finished(record);
    this.leave();
    this.parts.files.hold(record.id);
    this.finish(undefined, record, { ...record.output, ...files });
  }

  async discard(record: DivisionRecord): Promise<void> {
    await this.parts.files.remove(record);
    await this.parts.records.remove(record.id);
    this.parts.files.release(record.id);
  }

  cancel(): void {
    if (this.current.phase === "dividing") this.show({ ...this.current, isCancelling: true });
    this.running?.cancelling.abort();
  }

  sendSlave(): void {
    this.transfer("slave", this.parts.sendSlave);
  }

  publishMain(): void {
    this.transfer("main", this.parts.publishMain);
  }

  saved(): void {
    if (this.current.phase === "done") this.show({ ...this.current, isSaved: true });
  }

  /** The page goes: a division under way stops, and can be gone on with. Finished files stay this page's: Watch may be showing them. */
  close(): void {
    this.leave();
    this.divider?.close();
    this.divider = undefined;
    if (this.running !== undefined) this.parts.files.release(this.running.id);
    this.running = undefined;
  }

  private leave(): void {
    this.stopping.abort();
    this.stopping = new AbortController();
  }

  private atWork(): Divider {
    this.divider ??= this.parts.startDivider();
    return this.divider;
  }

  private show(studio: Studio): void {
    this.set(studio);
    // What is sent and kept needs no record any more; its files go with the page, or when the next division starts.
    if (studio.phase !== "done" || studio.slave.state !== "done" || !studio.isSaved) return;
    const { id } = studio.record;
    if (this.settledId !== id) void this.parts.records.remove(id);
    this.settledId = id;
  }

  private transfer(which: "slave" | "main", send: Send): void {
    if (this.current.phase !== "done") return;
    const { output } = this.current;
    const { signal } = this.stopping;
    const tell = (state: Transfer) => {
      if (!signal.aborted && this.current.phase === "done") this.show({ ...this.current, [which]: state });
    };
    tell({ state: "sending", share: 0 });
    send(output, (sent, total) => tell({ state: "sending", share: total > 0 ? sent / total : 0 }), signal)
      .then(() => tell({ state: "done" }))
      .catch((error: Error) => tell({ state: "failed", error }));
  }

  private finish(source: Source | undefined, record: DivisionRecord, output: DivisionOutput): void {
    const isSaved = record.target !== undefined;
    this.shownId = record.id;
    this.settledId = undefined;
    this.show({ phase: "done", source, record, output, slave: { state: "idle" }, main: { state: "idle" }, isSaved });
    this.sendSlave();
  }

  private async run(source: Source, record: DivisionRecord, goOn: boolean): Promise<void> {
    const { records, files } = this.parts;
    const { id, settings, facts, target } = record;
    const cancelling = new AbortController();
    this.running = { id, cancelling };
    files.hold(id);
    this.putAway();
    this.show({ phase: "dividing", source, record, progress: NO_PROGRESS, isCancelling: false });
    // What was kept of an interrupted division went by in no time: the rate counts from there.
    let meter = goOn ? undefined : startRateMeter(performance.now());
    const onStep = (step: DivisionStep) => {
      const now = performance.now();
      const count = STUDIO_METHODS[settings.method].codesAnew ? step.pictures : step.bytes;
      meter ??= startRateMeter(now, { count, share: step.share });
      const progress = progressOf(meter, now, step, count);
      if (this.current.phase === "dividing" && !cancelling.signal.aborted) this.show({ ...this.current, progress });
    };
    try {
      await records.put(record);
      const output = await this.atWork().divide({ id, target }, goOn, source.file, settings, cancelling.signal, onStep);
      const { main: _main, slave: _slave, ...kept } = output;
      await records.put({ ...record, output: kept });
      this.finish(source, record, output);
    } catch (error) {
      await records.remove(id);
      files.release(id);
      const why = (error as Error).name === "AbortError" ? { wasCancelled: true } : { error: error as Error };
      if (this.current.phase === "dividing") this.show({ phase: "chosen", source, facts, ...why });
    } finally {
      if (this.running?.id === id) this.running = undefined;
    }
  }

  /** The finished division shown before: its files go, unless they were neither sent nor kept. */
  private putAway(): void {
    if (this.shownId === undefined) return;
    this.parts.files.release(this.shownId);
    this.shownId = undefined;
    void this.parts.files.removeStale();
  }

  private async posterFor({ file }: Source, facts: SourceFacts, { poster, startSeconds }: Thumbnails) {
    if (!poster || facts.poster === undefined) return undefined;
    return startSeconds === 0 ? facts.poster : this.atWork().poster(file, startSeconds);
  }
}

function progressOf(meter: RateMeter, now: number, step: DivisionStep, count: number): DivisionProgress {
  meter.add(now, count);
  return { ...step, rate: meter.rate(), secondsLeft: meter.secondsLeft(now, step.share) };
}
