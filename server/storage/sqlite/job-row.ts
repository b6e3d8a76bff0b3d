import type { JobError, JobStage, JobState, RequeueReason } from "../../divisions/kinds.ts";

export interface JobRow {
  id: string;
  owner_id: string;
  reservation_id: string | null;
  /** JSON of JobSettings. */
  settings: string;
  state: JobState;
  starts_itself: number;
  source_bytes: number | null;
  stage: JobStage | null;
  progress: number;
  attempts: number;
  requeued_because: RequeueReason | null;
  error_code: JobError | null;
  error_message: string | null;
  main_id: string | null;
  slave_id: string | null;
  made_at: number;
  changed_at: number;
}
