/** The Studio's state: one file, from choosing it to the uploaded slave. */
import { useCallback, useEffect, useRef, useState } from "react";
import { uploadMain, uploadSlave } from "../../shared/service.ts";
import type {
  DivideSettings,
  DivisionOutput,
  DivisionStep,
  SourceFacts,
  StudioMethod,
} from "../../workers/divide-api.ts";
import { DivideClient } from "../../workers/divide-client.ts";
import { holdFolder } from "../../workers/output-folders.ts";
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

export type Studio =
  | { phase: "empty" }
  | { phase: "inspecting"; file: File }
  | { phase: "refused"; file: File; error: Error }
  | { phase: "chosen"; file: File; facts: SourceFacts; error?: Error; wasCancelled?: boolean }
  | {
      phase: "dividing";
      file: File;
      facts: SourceFacts;
      method: StudioMethod;
      progress: DivisionProgress;
      isCancelling: boolean;
    }
  | { phase: "done"; file: File; facts: SourceFacts; output: DivisionOutput; slave: Transfer; main: Transfer };

export interface Division {
  studio: Studio;
  choose(file: File): void;
  divide(settings: DivideSettings): void;
  cancel(): void;
  sendSlave(): void;
  publishMain(): void;
}

const NO_PROGRESS: DivisionProgress = { pictures: 0, bytes: 0, share: 0, rate: undefined, secondsLeft: undefined };

export function useDivision(): Division {
  const [studio, setStudio] = useState<Studio>({ phase: "empty" });
  const client = useRef<DivideClient>(undefined);
  const stopping = useRef(new AbortController());
  const releaseFolder = useRef<() => Promise<void>>(undefined);

  const leave = useCallback(() => {
    stopping.current.abort();
    stopping.current = new AbortController();
  }, []);

  useEffect(
    () => () => {
      leave();
      client.current?.close();
      client.current = undefined;
      // The finished files stay: Watch may be showing them. They go when the next division starts, or the page has closed.
    },
    [leave],
  );

  const worker = (): DivideClient => {
    client.current ??= new DivideClient();
    return client.current;
  };

  const choose = (file: File): void => {
    leave();
    const { signal } = stopping.current;
    setStudio({ phase: "inspecting", file });
    worker()
      .inspect(file)
      .then((facts) => {
        if (!signal.aborted) setStudio({ phase: "chosen", file, facts });
      })
      .catch((error: Error) => {
        if (!signal.aborted) setStudio({ phase: "refused", file, error });
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
      ({ slaveId, slave }, onProgress, signal) => uploadSlave(slaveId, slave, onProgress, signal),
      output,
    );

  const divide = (settings: DivideSettings): void => {
    if (studio.phase !== "chosen") return;
    const { file, facts } = studio;
    leave();
    const { signal } = stopping.current;
    const jobId = crypto.randomUUID();
    const meter = startRateMeter(performance.now());
    const before = releaseFolder.current;
    const release = holdFolder(jobId);
    releaseFolder.current = release;
    const { method } = settings;
    setStudio({ phase: "dividing", file, facts, method, progress: NO_PROGRESS, isCancelling: false });
    void (async () => {
      try {
        await before?.();
        const output = await worker().divide(jobId, file, settings, signal, (step) => {
          const progress = progressOf(meter, step, method);
          setStudio((now) => (now.phase === "dividing" && !signal.aborted ? { ...now, progress } : now));
        });
        setStudio({ phase: "done", file, facts, output, slave: { state: "idle" }, main: { state: "idle" } });
        sendSlaveOf(output);
      } catch (error) {
        await release();
        if (releaseFolder.current === release) releaseFolder.current = undefined;
        setStudio((now) => {
          if (now.phase !== "dividing") return now; // another file was chosen
          if ((error as Error).name === "AbortError") return { phase: "chosen", file, facts, wasCancelled: true };
          return { phase: "chosen", file, facts, error: error as Error };
        });
      }
    })();
  };

  const cancel = (): void => {
    setStudio((now) => (now.phase === "dividing" ? { ...now, isCancelling: true } : now));
    stopping.current.abort();
    stopping.current = new AbortController();
  };

  return {
    studio,
    choose,
    divide,
    cancel,
    sendSlave: () => {
      if (studio.phase === "done") sendSlaveOf(studio.output);
    },
    publishMain: () => {
      if (studio.phase === "done")
        transfer(
          "main",
          ({ mainId, main }, onProgress, signal) => uploadMain(mainId, main, onProgress, signal),
          studio.output,
        );
    },
  };
}

function progressOf(meter: RateMeter, step: DivisionStep, method: StudioMethod): DivisionProgress {
  const now = performance.now();
  meter.add(now, method === "samples" ? step.bytes : step.pictures);
  return { ...step, rate: meter.rate(), secondsLeft: meter.secondsLeft(now, step.share) };
}
