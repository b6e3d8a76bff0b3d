import type { Identity } from "../accounts/identity.ts";
import { receive } from "../blobs/receive.ts";
import type { Blobs } from "../blobs/store.ts";
import type { ByteStream } from "../byte-stream.ts";
import type { Limits } from "../config.ts";
import type { KeyedLock } from "../keyed-lock.ts";
import type { SourceIntake } from "../library/source-intake.ts";
import { Refusal } from "../refusal.ts";
import type { JobStore } from "./store.ts";

export interface IntakeDeps {
  store: { jobs: JobStore };
  blobs: Blobs;
  /** One source of a job at a time. */
  importLock: KeyedLock;
  limits: Pick<Limits, "sourceFileMaxBytes">;
  /** Milliseconds since 1970. */
  now(): number;
}

/** Takes the sources of jobs. @param onQueued a job waits to be run */
export function createIntake(
  { store: { jobs }, blobs, importLock, limits, now }: IntakeDeps,
  onQueued: () => void,
): SourceIntake {
  const waiting = async (jobId: string) => {
    const job = await jobs.byId(jobId);
    if (job !== undefined && job.state !== "empty")
      throw new Refusal("conflict", `job ${jobId} has its source, or came to its end: make another one`, { jobId });
    return job;
  };
  return {
    async mayTake(jobId: string, identity: Identity) {
      if ((await waiting(jobId))?.ownerId !== identity.accountId)
        throw new Refusal("not_found", `there is no job ${jobId} of this account: make one first`, { jobId });
    },

    async take(jobId: string, bytes: ByteStream) {
      return receive(blobs, "sources", bytes, limits.sourceFileMaxBytes, async (upload) => {
        const { source } = await upload.finish();
        return importLock.run(`source ${jobId}`, async () => {
          const job = await waiting(jobId);
          if (job === undefined) throw new Refusal("not_found", `there is no job ${jobId}`, { jobId });
          const state = job.startsItself ? "queued" : "held";
          await upload.commit(jobId);
          if (!(await jobs.move(jobId, ["empty"], { state, sourceBytes: source.size, changedAt: now() }))) {
            await blobs.remove("sources", jobId);
            throw new Refusal("conflict", `job ${jobId} was cancelled meanwhile`, { jobId });
          }
          if (state === "queued") onQueued();
          return { jobId, bytes: source.size, state };
        });
      });
    },

    bytesOf: (accountId) => jobs.bytesOf(accountId),
  };
}
