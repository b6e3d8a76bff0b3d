/** What a job of dividing is and can be told; only constants, which the web client has too. */

/**
 * `empty`: waits for its source; `held`: has it, and waits to be started; then `queued` and `running`; at its end `done`, `failed`
 * (can be started again while its source is kept) or `cancelled`.
 */
export const JOB_STATES = ["empty", "held", "queued", "running", "done", "failed", "cancelled"] as const;
export type JobState = (typeof JOB_STATES)[number];

/** Those in which its settings may still be changed. */
export const OPEN_STATES: readonly JobState[] = ["empty", "held", "queued", "failed"];
/** Those in which it may be cancelled. */
export const ENDABLE_STATES: readonly JobState[] = ["empty", "held", "queued", "running", "failed"];

/** What it is at. */
export const JOB_STAGES = ["marks", "dividing", "library"] as const;
export type JobStage = (typeof JOB_STAGES)[number];

/** Why it is queued once more: its process ended, the server did, or somebody asked. */
export const REQUEUE_REASONS = ["process", "server", "asked"] as const;
export type RequeueReason = (typeof REQUEUE_REASONS)[number];

/** `decoder`: none is installed for its coding; `time`, `memory`, `output`: over its limits; `process`: it ended each time. */
export const JOB_ERRORS = ["decoder", "time", "memory", "output", "process", "input", "unsupported", "server"] as const;
export type JobError = (typeof JOB_ERRORS)[number];

/** Methods by their names; `auto` keeps a file as it is where nothing of it is to be hidden. */
export const JOB_METHODS = ["auto", "mpeg", "samples", "compress"] as const;
