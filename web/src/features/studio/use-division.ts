/** The Studio's state: one file, from choosing it to the uploaded slave. */
import { useCallback, useEffect, useRef, useState } from "react";
import { DivideClient } from "../../division/page/divide-client.ts";
import { type DivisionRecord, identify, putRecord, removeRecord } from "../../division/page/division-records.ts";
import {
  finishedFiles,
  holdDivision,
  releaseDivision,
  removeOutput,
  removeStaleFolders,
} from "../../division/page/output-folders.ts";
import { type RateMeter, startRateMeter } from "../../division/page/rate-meter.ts";
import type {
  DivideSettings,
  DivisionOutput,
  DivisionStep,
  SourceFacts,
  Thumbnails,
} from "../../division/protocol/divide-api.ts";
import { STUDIO_METHODS } from "../../division/protocol/studio-methods.ts";
import { putExtra } from "../../shared/api/provider.ts";
import { uploadHeaders } from "../../shared/api/session.ts";
import { uploadMain, uploadSlave } from "../../shared/api/upload.ts";

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

export interface Division {
  studio: Studio;
  choose(source: Source): void;
  /** @param target where the main goes at once; otherwise it stays in the browser until it is saved */
  divide(settings: DivideSettings, target?: FileSystemFileHandle): void;
  /** Goes on with an interrupted division, or begins it again where its method cannot. */
  goOn(record: DivisionRecord, source: Source): void;
  /** Shows a division that had come to its end. */
  show(record: DivisionRecord): Promise<void>;
  discard(record: DivisionRecord): Promise<void>;
  cancel(): void;
  sendSlave(): void;
  publishMain(): void;
  saved(): void;
}

const NO_PROGRESS: DivisionProgress = { pictures: 0, bytes: 0, share: 0, rate: undefined, secondsLeft: undefined };

export function useDivision(): Division {
  const [studio, setStudio] = useState<Studio>({ phase: "empty" });
  const client = useRef<DivideClient>(undefined);
  const stopping = useRef(new AbortController());
  const running = useRef<{ id: string; cancelling: AbortController }>(undefined);
  const shownId = useRef<string>(undefined);

  const leave = useCallback(() => {
    stopping.current.abort();
    stopping.current = new AbortController();
  }, []);

  useEffect(
    () => () => {
      leave();
      // A division under way stops, and can be gone on with. Finished files stay this page's: Watch may be showing them.
      client.current?.close();
      client.current = undefined;
      if (running.current !== undefined) releaseDivision(running.current.id);
      running.current = undefined;
    },
    [leave],
  );

  // What is sent and kept needs no record any more; its files go with the page, or when the next division starts.
  const settled = studio.phase === "done" && studio.slave.state === "done" && studio.isSaved;
  const doneId = studio.phase === "done" ? studio.record.id : undefined;
  useEffect(() => {
    if (settled && doneId !== undefined) void removeRecord(doneId);
  }, [settled, doneId]);

  const worker = (): DivideClient => {
    client.current ??= new DivideClient();
    return client.current;
  };

  const choose = (source: Source): void => {
    leave();
    const { signal } = stopping.current;
    setStudio({ phase: "inspecting", source });
    worker()
      .inspect(source.file)
      .then((facts) => {
        if (!signal.aborted) setStudio({ phase: "chosen", source, facts });
      })
      .catch((error: Error) => {
        if (!signal.aborted) setStudio({ phase: "refused", source, error });
      });
  };

  const transfer = (
    which: "slave" | "main",
    send: (
      output: DivisionOutput,
      onProgress: (sent: number, total: number) => void,
      signal: AbortSignal,
    ) => Promise<void>,
    output: DivisionOutput,
  ): void => {
    const { signal } = stopping.current;
    const set = (state: Transfer) => {
      if (!signal.aborted) setStudio((now) => (now.phase === "done" ? { ...now, [which]: state } : now));
    };
    set({ state: "sending", share: 0 });
    send(output, (sent, total) => set({ state: "sending", share: total > 0 ? sent / total : 0 }), signal)
      .then(() => set({ state: "done" }))
      .catch((error: Error) => set({ state: "failed", error }));
  };

  const sendSlaveOf = (output: DivisionOutput) =>
    transfer(
      "slave",
      async ({ slaveId, slave }, onProgress, signal) =>
        uploadSlave(slaveId, slave, await uploadHeaders(), onProgress, signal),
      output,
    );

  /** The finished division shown before: its files go, unless they were neither sent nor kept. */
  const putAway = (): void => {
    if (shownId.current === undefined) return;
    releaseDivision(shownId.current);
    shownId.current = undefined;
    void removeStaleFolders();
  };

  const finish = (source: Source | undefined, record: DivisionRecord, output: DivisionOutput): void => {
    const isSaved = record.target !== undefined;
    shownId.current = record.id;
    setStudio({ phase: "done", source, record, output, slave: { state: "idle" }, main: { state: "idle" }, isSaved });
    sendSlaveOf(output);
  };

  const run = async (source: Source, record: DivisionRecord, goOn: boolean): Promise<void> => {
    const { id, settings, facts, target } = record;
    const cancelling = new AbortController();
    running.current = { id, cancelling };
    holdDivision(id);
    putAway();
    setStudio({ phase: "dividing", source, record, progress: NO_PROGRESS, isCancelling: false });
    // What was kept of an interrupted division went by in no time: the rate counts from there.
    let meter = goOn ? undefined : startRateMeter(performance.now());
    const onStep = (step: DivisionStep) => {
      const now = performance.now();
      const count = STUDIO_METHODS[settings.method].codesAnew ? step.pictures : step.bytes;
      meter ??= startRateMeter(now, { count, share: step.share });
      const progress = progressOf(meter, now, step, count);
      setStudio((shown) => (shown.phase === "dividing" && !cancelling.signal.aborted ? { ...shown, progress } : shown));
    };
    try {
      await putRecord(record);
      const output = await worker().divide({ id, target }, goOn, source.file, settings, cancelling.signal, onStep);
      const { main: _main, slave: _slave, ...kept } = output;
      await putRecord({ ...record, output: kept });
      finish(source, record, output);
    } catch (error) {
      await removeRecord(id);
      releaseDivision(id);
      const why = (error as Error).name === "AbortError" ? { wasCancelled: true } : { error: error as Error };
      setStudio((now) => (now.phase === "dividing" ? { phase: "chosen", source, facts, ...why } : now));
    } finally {
      if (running.current?.id === id) running.current = undefined;
    }
  };

  const posterFor = async ({ file }: Source, facts: SourceFacts, { poster, startSeconds }: Thumbnails) => {
    if (!poster || facts.poster === undefined) return undefined;
    return startSeconds === 0 ? facts.poster : worker().poster(file, startSeconds);
  };

  const divide = (settings: DivideSettings, target?: FileSystemFileHandle): void => {
    if (studio.phase !== "chosen") return;
    const { source, facts } = studio;
    leave();
    void (async () => {
      const poster = await posterFor(source, facts, settings.thumbnails);
      const record: DivisionRecord = {
        id: crypto.randomUUID(),
        startedAt: Date.now(),
        settings: { ...settings, ...(poster === undefined ? {} : { poster }) },
        facts,
        source: { ...(await identify(source.file)), ...(source.handle === undefined ? {} : { handle: source.handle }) },
        program: await worker().program(),
        ...(target === undefined ? {} : { target }),
      };
      await run(source, record, false);
    })();
  };

  const goOn = (record: DivisionRecord, source: Source): void => {
    leave();
    void (async () => {
      const program = await worker().program();
      await run(source, { ...record, program }, program === record.program);
    })();
  };

  const show = async (record: DivisionRecord): Promise<void> => {
    if (record.output === undefined) return;
    const files = await finishedFiles(record);
    leave();
    holdDivision(record.id);
    finish(undefined, record, { ...record.output, ...files });
  };

  const discard = async (record: DivisionRecord): Promise<void> => {
    await removeOutput(record);
    await removeRecord(record.id);
    releaseDivision(record.id);
  };

  const cancel = (): void => {
    setStudio((now) => (now.phase === "dividing" ? { ...now, isCancelling: true } : now));
    running.current?.cancelling.abort();
  };

  return {
    studio,
    choose,
    divide,
    goOn,
    show,
    discard,
    cancel,
    sendSlave: () => {
      if (studio.phase === "done") sendSlaveOf(studio.output);
    },
    publishMain: () => {
      if (studio.phase === "done")
        transfer(
          "main",
          async ({ mainId, main, teaser }, onProgress, signal) => {
            await uploadMain(mainId, main, await uploadHeaders(), onProgress, signal);
            if (teaser !== undefined) await putExtra(mainId, "teaser", new Blob([teaser.data]));
          },
          studio.output,
        );
    },
    saved: () => setStudio((now) => (now.phase === "done" ? { ...now, isSaved: true } : now)),
  };
}

function progressOf(meter: RateMeter, now: number, step: DivisionStep, count: number): DivisionProgress {
  meter.add(now, count);
  return { ...step, rate: meter.rate(), secondsLeft: meter.secondsLeft(now, step.share) };
}
