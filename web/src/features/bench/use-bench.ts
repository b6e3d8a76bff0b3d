/** The bench's state: what has been measured so far. */
import * as Comlink from "comlink";
import { useCallback, useEffect, useRef, useState } from "react";
import type { KernelTimes } from "../../../../bench/kernels/kernel-cases.ts";
import { installErrorTransfer } from "../../../../codec/hosts/error-transfer.ts";
import type { BenchScene, BenchWorkerApi, CodecPoint } from "../../bench/protocol/bench-api.ts";

export interface Bench {
  phase: "idle" | "running" | "done";
  scene: BenchScene | undefined;
  points: CodecPoint[];
  kernels: KernelTimes[];
  error: Error | undefined;
}

const IDLE: Bench = { phase: "idle", scene: undefined, points: [], kernels: [], error: undefined };

export function useBench(): { bench: Bench; start: () => void } {
  const [bench, setBench] = useState(IDLE);
  const worker = useRef<Worker>(undefined);

  const start = useCallback(() => {
    worker.current?.terminate();
    const spawned = new Worker(new URL("../../bench/worker/bench.worker.ts", import.meta.url), { type: "module" });
    worker.current = spawned;
    installErrorTransfer();
    const change = (part: (before: Bench) => Partial<Bench>) => {
      if (worker.current === spawned) setBench((before) => ({ ...before, ...part(before) }));
    };
    const fail = (error: Error) => change(() => ({ phase: "done", error }));
    spawned.onerror = (event) => fail(new Error(`the bench's worker broke (${event.message}): load the page again`));
    setBench({ ...IDLE, phase: "running" });
    measure(Comlink.wrap<BenchWorkerApi>(spawned), change).catch(fail);
  }, []);

  useEffect(
    () => () => {
      worker.current?.terminate();
      worker.current = undefined;
    },
    [],
  );
  return { bench, start };
}

async function measure(
  remote: Comlink.Remote<BenchWorkerApi>,
  change: (part: (before: Bench) => Partial<Bench>) => void,
): Promise<void> {
  const scene = await remote.scene();
  change(() => ({ scene }));
  await remote.runCodec(Comlink.proxy((point) => change(({ points }) => ({ points: [...points, point] }))));
  await remote.runKernels(Comlink.proxy((times) => change(({ kernels }) => ({ kernels: [...kernels, times] }))));
  change(() => ({ phase: "done" }));
}
