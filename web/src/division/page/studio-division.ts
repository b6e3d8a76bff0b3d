/** The Studio's state of one file, from choosing it to the published main. Knows nothing of React. studio-queue.ts has all of them. */
import type { RestrictedPart } from "../../../../codec/page.ts";
import { Store } from "../../shared/store.ts";
import type {
  DivideSettings,
  DivisionOutput,
  DivisionPlace,
  DivisionStage,
  DivisionStep,
  FoundMarks,
  SourceFacts,
  StripPicture,
  TrimSeconds,
} from "../protocol/divide-api.ts";
import { STUDIO_METHODS } from "../protocol/studio-methods.ts";
import type { DivisionRecord, SourceIdentity } from "./division-records.ts";
import { posterPlace } from "./poster-place.ts";
import { type RateMeter, startRateMeter } from "./rate-meter.ts";

export interface DivisionProgress {
  stage: DivisionStage;
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
  /** For its turn, or for what has to be known before. */
  | { phase: "waiting"; source: Source; facts: SourceFacts; settings: DivideSettings }
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
  /** @param restrictions are covered on it */
  poster(file: Blob, startSeconds: number, restrictions?: readonly RestrictedPart[]): Promise<DivideSettings["poster"]>;
  strip(file: Blob): Promise<StripPicture[]>;
  trimTaken(file: Blob, trim: TrimSeconds): Promise<TrimSeconds>;
  findMarks(file: Blob, unsigned: boolean, onShare: (share: number) => void, signal: AbortSignal): Promise<FoundMarks>;
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
  /** One division at a time. @returns what ends the turn @throws AbortError on `signal` */
  turn(signal: AbortSignal): Promise<() => void>;
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
  /** @throws the service's refusal where the video was withdrawn there: sent again it would come back */
  checkWithdrawn(output: DivisionOutput): Promise<void>;
  sendSlave: Send;
  publishMain: Send;
}

const NO_PROGRESS: DivisionProgress = {
  stage: "reading",
  pictures: 0,
  bytes: 0,
  share: 0,
  rate: undefined,
  secondsLeft: undefined,
};

export class StudioDivision extends Store<Studio> {
  private readonly parts: StudioParts;
  private divider: Divider | undefined;
  /** Ends what the present file's looking at, or its transfers, would still change. */
  private stopping = new AbortController();
  private cancelling: AbortController | undefined;
  /** The record that this page has in hand. */
  private heldId: string | undefined;
  private isSettled = false;

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
        if (signal.aborted) return;
        this.rest(); // of many files that are chosen, each worker would keep its memory
        this.show({ phase: "chosen", source, facts });
      })
      .catch((error: Error) => {
        if (!signal.aborted) this.show({ phase: "refused", source, error });
      });
  }

  /** Pictures of the chosen file to choose the poster from. */
  strip(file: Blob): Promise<StripPicture[]> {
    return this.atWork().strip(file);
  }

  /** What a part of the chosen file really is where it is kept as it is. @throws it is not trimmed as it is */
  trimTaken(file: Blob, trim: TrimSeconds): Promise<TrimSeconds> {
    return this.atWork().trimTaken(file, trim);
  }

  /** What marks in the chosen file hide. */
  findMarks(...what: Parameters<Divider["findMarks"]>): Promise<FoundMarks> {
    return this.atWork().findMarks(...what);
  }

  /** A small picture of the chosen file at a time; undefined where none can be made. */
  pictureAt(file: Blob, seconds: number): Promise<DivideSettings["poster"]> {
    return this.atWork().poster(file, seconds);
  }

  /** @param target where the main goes at once; otherwise it stays in the browser until it is saved */
  divide(settings: DivideSettings, target?: FileSystemFileHandle): void {
    if (this.current.phase !== "chosen") return;
    const { source, facts } = this.current;
    void this.inTurn(source, facts, settings, async () => {
      const poster = await this.posterFor(source, facts, settings);
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
      return { record, goOn: false };
    });
  }

  /** Goes on with an interrupted division, or begins it again where its method cannot. */
  goOn(record: DivisionRecord, source: Source): void {
    this.hold(record.id);
    void this.inTurn(source, record.facts, record.settings, async () => {
      const program = await this.atWork().program();
      return { record: { ...record, program }, goOn: program === record.program };
    });
  }

  /** Shows a division that had come to its end. */
  async showFinished(record: DivisionRecord): Promise<void> {
    if (record.output === undefined) return;
    this.hold(record.id);
    const files = await this.parts.files.finished(record);
    this.leave();
    this.finish(undefined, record, { ...record.output, ...files });
  }

  cancel(): void {
    if (this.current.phase === "dividing") this.show({ ...this.current, isCancelling: true });
    this.cancelling?.abort();
  }

  /** The record in hand; undefined where there is none. */
  get recordId(): string | undefined {
    return this.heldId;
  }

  /** Whether it holds this file and has not divided it yet. */
  isOf({ name, size, lastModified }: File): boolean {
    const { current } = this;
    if (current.phase === "empty" || current.phase === "done") return false;
    const { file } = current.source;
    return file.name === name && file.size === size && file.lastModified === lastModified;
  }

  /** Something would be lost, or stop, with the page. */
  get isBusy(): boolean {
    const { current } = this;
    if (current.phase === "waiting" || current.phase === "dividing") return true;
    return current.phase === "done" && (current.slave.state === "sending" || current.main.state === "sending");
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
    this.rest();
    if (this.current.phase !== "done") this.release();
  }

  /** The file goes from the page's list. A finished division that was neither sent nor kept is offered again. */
  putAway(): void {
    this.cancelling?.abort();
    this.close();
    this.release();
    void this.parts.files.removeStale();
  }

  private hold(id: string): void {
    this.heldId = id;
    this.parts.files.hold(id);
  }

  private release(): void {
    if (this.heldId !== undefined) this.parts.files.release(this.heldId);
    this.heldId = undefined;
  }

  /** Ends the worker. */
  private rest(): void {
    this.divider?.close();
    this.divider = undefined;
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
    // What is sent, and kept by its maker or published, needs no record any more; its files go with the page.
    if (this.isSettled || studio.phase !== "done" || studio.slave.state !== "done") return;
    if (!studio.isSaved && studio.main.state !== "done") return;
    this.isSettled = true;
    void this.parts.records.remove(studio.record.id);
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
    this.show({ phase: "done", source, record, output, slave: { state: "idle" }, main: { state: "idle" }, isSaved });
    const { checkWithdrawn, sendSlave } = this.parts;
    const isFound = source === undefined;
    // Of an earlier visit: its slave may have been sent, and the video withdrawn since. Who is asked may send it then.
    this.transfer("slave", async (...sending) => {
      if (isFound) await checkWithdrawn(output);
      await sendSlave(...sending);
    });
  }

  /** Waits for the turn, makes a record and divides. */
  private async inTurn(
    source: Source,
    facts: SourceFacts,
    settings: DivideSettings,
    prepare: () => Promise<{ record: DivisionRecord; goOn: boolean }>,
  ): Promise<void> {
    this.leave();
    const { signal } = this.stopping;
    const cancelling = new AbortController();
    this.cancelling = cancelling;
    this.show({ phase: "waiting", source, facts, settings });
    let end: (() => void) | undefined;
    try {
      end = await this.parts.turn(AbortSignal.any([signal, cancelling.signal]));
      const { record, goOn } = await prepare();
      cancelling.signal.throwIfAborted();
      if (!signal.aborted) await this.run(source, record, goOn, cancelling.signal);
    } catch (error) {
      // What the page left stays as it is, to be gone on with.
      if (signal.aborted) return;
      this.release();
      this.show({ phase: "chosen", source, facts, ...whyEnded(error as Error) });
    } finally {
      end?.();
    }
  }

  /** @throws what ended the division; nothing is left of it then */
  private async run(source: Source, record: DivisionRecord, goOn: boolean, signal: AbortSignal): Promise<void> {
    const { records, files } = this.parts;
    const { id, settings, target } = record;
    this.hold(id);
    void files.removeStale();
    this.show({ phase: "dividing", source, record, progress: NO_PROGRESS, isCancelling: false });
    // What was kept of an interrupted division went by in no time: the rate counts from there.
    let meter = goOn ? undefined : startRateMeter(performance.now());
    const onStep = (step: DivisionStep) => {
      const now = performance.now();
      const count = STUDIO_METHODS[settings.method].codesAnew ? step.pictures : step.bytes;
      if (step.stage !== "reading") meter ??= startRateMeter(now, { count, share: step.share });
      const progress = progressOf(meter, now, step, count);
      if (this.current.phase === "dividing" && !signal.aborted) this.show({ ...this.current, progress });
    };
    try {
      await records.put(record);
      const output = await this.atWork().divide({ id, target }, goOn, source.file, settings, signal, onStep);
      const { main: _main, slave: _slave, ...kept } = output;
      await records.put({ ...record, output: kept });
      this.finish(source, record, output);
    } catch (error) {
      await records.remove(id);
      throw error;
    } finally {
      this.rest();
    }
  }

  private async posterFor({ file }: Source, facts: SourceFacts, settings: DivideSettings) {
    if (!settings.thumbnails.poster || facts.poster === undefined) return undefined;
    const seconds = posterPlace(settings, facts);
    const isUsual = seconds === 0 && settings.restrictions === undefined;
    return isUsual ? facts.poster : this.atWork().poster(file, seconds, settings.restrictions);
  }
}

/** Nothing for an error that only says that it was wanted. */
const whyEnded = (error: Error): { wasCancelled: true } | { error: Error } =>
  error.name === "AbortError" ? { wasCancelled: true } : { error };

/** How fast and how long is told of the dividing alone. */
function progressOf(meter: RateMeter | undefined, now: number, step: DivisionStep, count: number): DivisionProgress {
  if (step.stage !== "dividing") return { ...step, rate: undefined, secondsLeft: undefined };
  meter?.add(now, count);
  return { ...step, rate: meter?.rate(), secondsLeft: meter?.secondsLeft(now, step.share) };
}
