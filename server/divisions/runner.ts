/** Runs the jobs, one at a time, each in a process of its own. What is half done after a crash is taken back, and done again. */
import { availableParallelism } from "node:os";
import { type ByteSource, fromHex, type JudgedMark, judgeMarks, type Sighting } from "../../codec/index.ts";
import type { BlobUpload } from "../blobs/store.ts";
import type { ByteStream } from "../byte-stream.ts";
import { logDivision } from "../library/division-log.ts";
import { importExtra } from "../library/import-extra.ts";
import { importMain } from "../library/import-main.ts";
import { importSlave } from "../library/import-slave.ts";
import type { RestrictionChoice } from "../reservations/store.ts";
import type { DivisionDeps } from "./deps.ts";
import { DivisionFailure, divideInProcess } from "./division-process.ts";
import { ENDABLE_STATES, type JobError, type RequeueReason } from "./kinds.ts";
import type { Job, JobChange } from "./store.ts";
import type { DivisionOutcome } from "./words.ts";

/** A job whose process ends so often fails. */
export const ATTEMPTS_MOST = 3;
/** So long a job that came to its end stays in the list. */
const LISTED_DAYS = 90;
const COPY_BYTES = 1 << 20;

export class DivisionRunner {
  private current: { id: string; abort: AbortController } | undefined;
  private loop: Promise<void> = Promise.resolve();
  private isAwake = false;
  /** Somebody woke it while it was looking. */
  private isWanted = false;
  private isStopping = false;
  private isStarted = false;

  constructor(private readonly deps: DivisionDeps) {}

  /** Takes up what an earlier run left, and runs what is queued. */
  async start(): Promise<void> {
    for (const job of await this.deps.store.jobs.inState("running")) await this.takeBack(job);
    this.isStarted = true;
    this.wake();
  }

  /** There may be a job. */
  wake(): void {
    this.isWanted = true;
    if (this.isAwake || this.isStopping || !this.isStarted) return;
    this.isAwake = true;
    this.loop = this.runAll()
      .catch((error: Error) => this.deps.log("error", { name: error.name, message: error.message }))
      .finally(() => {
        this.isAwake = false;
      });
  }

  /** @returns false where it has come to its end, or its pair is on its way into the library */
  async cancel(jobId: string): Promise<boolean> {
    const change = { state: "cancelled" as const, sourceBytes: null, error: null };
    if (!(await this.move(jobId, ENDABLE_STATES, change, true))) return false;
    if (this.current?.id === jobId) this.current.abort.abort();
    await this.deps.blobs.remove("sources", jobId);
    return true;
  }

  /** Ends what runs; it is queued again. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.current?.abort.abort();
    await this.loop;
  }

  /** Waits until nothing is queued any more. */
  async settled(): Promise<void> {
    while (this.isAwake) await this.loop;
  }

  /** Gives up what nobody finished, and the sources of jobs that failed, after the time that uploads have; of deleted accounts, all. */
  async removeExpired(): Promise<void> {
    const { store, limits, now, blobs } = this.deps;
    const oldest = now() - limits.uploadLifetimeSeconds * 1000;
    for (const job of await store.jobs.inState("running")) if (job.id !== this.current?.id) await this.takeBack(job);
    for (const { id, state, changedAt, sourceBytes } of await store.jobs.inState("empty", "held", "failed")) {
      if (changedAt >= oldest) continue;
      if (state !== "failed") await this.cancel(id);
      else if (sourceBytes !== null && (await this.move(id, ["failed"], { sourceBytes: null })))
        await blobs.remove("sources", id);
    }
    for (const { id } of await store.jobs.ofDeletedAccounts()) {
      await this.cancel(id);
      await store.jobs.remove(id);
      await blobs.remove("sources", id);
    }
    await store.jobs.removeEndedBefore(now() - LISTED_DAYS * 24 * 3600 * 1000);
    this.wake(); // what a trouble of the database left
  }

  private async runAll(): Promise<void> {
    while (!this.isStopping) {
      this.isWanted = false;
      const [next] = await this.deps.store.jobs.inState("queued");
      if (next === undefined) {
        if (this.isWanted) continue;
        this.isAwake = false; // at once with having looked
        return;
      }
      const abort = new AbortController();
      this.current = { id: next.id, abort };
      const begun = { attempts: next.attempts + 1, progress: 0, stage: null, error: null };
      try {
        if (await this.move(next.id, ["queued"], { state: "running", ...begun }))
          await this.run({ ...next, ...begun }, abort.signal);
      } finally {
        this.current = undefined;
      }
    }
  }

  private async run(job: Job, signal: AbortSignal): Promise<void> {
    const { blobs, log } = this.deps;
    const opened: BlobUpload[] = [];
    const open = async (kind: "mains" | "slaves"): Promise<BlobUpload> => {
      const upload = await blobs.upload(kind);
      opened.push(upload);
      return upload;
    };
    try {
      const outputs = { main: await open("mains"), slave: await open("slaves") };
      const outcome = await this.divide(job, outputs, signal);
      const { mainId, slaveId } = outcome;
      // From here on it is not cancelled any more.
      if (!(await this.move(job.id, ["running"], { mainId, slaveId, stage: "library", progress: 0 }))) return;
      await this.takeIn(job, outcome, outputs);
      await this.end(job.id, mainId);
      log("job", { jobId: job.id, mainId, parts: outcome.parts });
    } catch (error) {
      await this.fail(job, error, signal);
    } finally {
      for (const output of opened) await output.discard();
    }
  }

  private async divide(
    job: Job,
    outputs: { main: BlobUpload; slave: BlobUpload },
    signal: AbortSignal,
  ): Promise<DivisionOutcome> {
    const { blobs, limits, publicOrigin, now, store } = this.deps;
    const source = await blobs.source("sources", job.id);
    const reservation = job.reservationId === null ? undefined : await store.reservations.byId(job.reservationId);
    const protect: RestrictionChoice | null = reservation?.protection === "on" ? reservation.choice : null;
    const { settings } = job;
    let told = 0;
    const order = {
      bytes: source.size,
      settings,
      protect,
      service: publicOrigin ?? "",
      memoryMebibytes: limits.jobMemoryMebibytes,
      workers: Math.max(1, availableParallelism() - 1),
    };
    return divideInProcess(order, {
      source,
      outputs,
      signal,
      judge: (sightings) => this.judge(sightings, settings.unsignedMarks),
      onStep: (stage, share) => {
        // A row is written once a second.
        if (share > 0 && performance.now() - told < 1000) return;
        told = performance.now();
        const change = { stage, progress: Math.min(1, Math.max(0, share)), changedAt: now() };
        store.jobs.move(job.id, ["running"], change).catch(() => {});
      },
      secondsMost: limits.jobSeconds,
      outputBytesMost: limits.jobOutputFactor * source.size + limits.jobOutputBytes,
    });
  }

  /** Which marks count: the service's own, where its address is known, signed by keys and told by records that are not revoked. */
  private judge(sightings: Sighting[], unsigned: boolean): Promise<JudgedMark[]> {
    const { store, publicOrigin, now } = this.deps;
    return judgeMarks(sightings, {
      unsigned,
      nowSeconds: Math.floor(now() / 1000),
      ...(publicOrigin?.startsWith("https://") && { services: [publicOrigin] }),
      keys: async (keyId) => {
        const key = await store.rights.key(keyId);
        return key === undefined || key.revokedAt !== null ? undefined : fromHex(key.publicKey);
      },
      records: async (id) => {
        const record = await store.rights.record(id);
        return record === undefined || record.revokedAt !== null ? undefined : record.signed;
      },
    });
  }

  /** As if it had been uploaded; a draft until main and slave are both there. */
  private async takeIn(
    { ownerId, settings, reservationId }: Job,
    { mainId, slaveId, teaser }: DivisionOutcome,
    outputs: { main: BlobUpload; slave: BlobUpload },
  ): Promise<void> {
    const { deps } = this;
    const [slave, main] = [(await outputs.slave.finish()).source, (await outputs.main.finish()).source];
    await importSlave(deps, slaveId, bytesOf(slave), ownerId);
    await logDivision(deps, ownerId, "slave", { slaveId, mainId, bytes: slave.size });
    await importMain(deps, mainId, bytesOf(main), settings.state);
    await logDivision(deps, ownerId, "main", { slaveId, mainId, bytes: main.size });
    if (teaser !== undefined) await importExtra(deps, mainId, "teaser", single(teaser));
    if (reservationId !== null) await deps.store.reservations.change(reservationId, { mainId });
  }

  private async end(jobId: string, mainId: string): Promise<void> {
    await this.move(jobId, ["running"], { state: "done", mainId, progress: 1, sourceBytes: null, error: null });
    await this.deps.blobs.remove("sources", jobId);
  }

  private async fail(job: Job, error: unknown, signal: AbortSignal): Promise<void> {
    await this.forgetHalf((await this.deps.store.jobs.byId(job.id)) ?? job);
    if (signal.aborted) return void (await this.queueAgain(job, "server")); // nothing to move where it was cancelled
    if (error instanceof DivisionFailure && error.code === "process" && job.attempts < ATTEMPTS_MOST)
      return void (await this.queueAgain(job, "process"));
    const code: JobError = error instanceof DivisionFailure ? error.code : "server";
    const { message } = error as Error;
    this.deps.log("job-failed", { jobId: job.id, code, message });
    await this.move(job.id, ["running"], { state: "failed", error: { code, message }, mainId: null, slaveId: null });
  }

  /** Of a server that ended in the middle of it. */
  private async takeBack(job: Job): Promise<void> {
    const { videos } = this.deps.store;
    const isWhole = job.mainId !== null && (await videos.main(job.mainId)) !== undefined;
    if (isWhole) return this.end(job.id, job.mainId as string);
    await this.forgetHalf(job);
    if (job.attempts < ATTEMPTS_MOST) return void (await this.queueAgain(job, "server"));
    const error = { code: "process" as const, message: `it was begun ${job.attempts} times and never came to its end` };
    await this.move(job.id, ["running"], { state: "failed", error, mainId: null, slaveId: null });
  }

  private queueAgain(job: Job, requeuedBecause: RequeueReason): Promise<boolean> {
    const again = { state: "queued" as const, requeuedBecause, stage: null, progress: 0 };
    return this.move(job.id, ["running"], { ...again, mainId: null, slaveId: null });
  }

  /** Removes a slave whose main did not come, and files without a video. */
  private async forgetHalf({ mainId, slaveId }: Job): Promise<void> {
    if (mainId === null || slaveId === null) return;
    const { store, blobs, slaveReaders } = this.deps;
    if ((await store.videos.main(mainId)) !== undefined) return;
    await store.videos.forget(slaveId);
    slaveReaders.forget(slaveId);
    await blobs.remove("slaves", slaveId);
    await blobs.remove("mains", mainId);
  }

  private move(
    id: string,
    from: Parameters<typeof this.deps.store.jobs.move>[1],
    change: JobChange,
    onlyWithoutPair = false,
  ) {
    return this.deps.store.jobs.move(id, from, { changedAt: this.deps.now(), ...change }, onlyWithoutPair);
  }
}

async function* bytesOf(source: ByteSource): ByteStream {
  for (let at = 0; at < source.size; at += COPY_BYTES)
    yield await source.read(at, Math.min(COPY_BYTES, source.size - at));
}

async function* single(bytes: Uint8Array): ByteStream {
  yield bytes;
}
