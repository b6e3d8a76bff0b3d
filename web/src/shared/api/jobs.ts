/** Videos that the service divides itself (server/API.md). */
import type { Job, JobChange, JobPart, NewJob } from "../../../../server/divisions/schemas.ts";
import { call } from "./call.ts";
import { change, changeAnswered, uploadHeaders } from "./session.ts";
import { type UploadProgress, uploadSource } from "./upload.ts";

export type { Job, JobPart, NewJob };

export const listJobs = async (): Promise<Job[]> => (await call("GET /api/jobs")).jobs;

export const makeJob = (job: NewJob): Promise<Job> => changeAnswered("POST /api/jobs", { body: job });

export const changeJob = (jobId: string, values: JobChange): Promise<Job> =>
  changeAnswered("PATCH /api/jobs/{jobId}", { path: { jobId }, body: values });

export const startJob = (jobId: string): Promise<Job> =>
  changeAnswered("POST /api/jobs/{jobId}/start", { path: { jobId } });

export const cancelJob = (jobId: string): Promise<Job> =>
  changeAnswered("POST /api/jobs/{jobId}/cancel", { path: { jobId } });

export async function removeJob(jobId: string): Promise<void> {
  await change("DELETE /api/jobs/{jobId}", { path: { jobId } });
}

export const sendSource = async (jobId: string, file: Blob, onProgress: UploadProgress): Promise<void> =>
  uploadSource(jobId, file, await uploadHeaders(), onProgress);
