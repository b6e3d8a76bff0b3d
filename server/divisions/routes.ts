import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { accountOf, guarded } from "../accounts/identity.ts";
import { defineRoute } from "../http/route.ts";
import { given, json, jsonBody, refusals } from "../http/schemas.ts";
import { Refusal } from "../refusal.ts";
import { restrictionOptions } from "../reservations/routes.ts";
import type { Reservation } from "../reservations/store.ts";
import { randomBytes } from "../security/random-bytes.ts";
import type { DivisionDeps } from "./deps.ts";
import { type JobState, OPEN_STATES } from "./kinds.ts";
import type { DivisionRunner } from "./runner.ts";
import * as schemas from "./schemas.ts";
import type { Job, JobSettings } from "./store.ts";

const CREATORS = ["provider", "administrator"] as const;
const UNDER_WAY: readonly JobState[] = ["empty", "held", "queued", "running"];
const path = "/api/jobs/{jobId}" as const;
const request = { params: schemas.jobParams };

const listRoute = defineRoute({
  path: "/api/jobs",
  summary: "My jobs of dividing, the newest first; an administrator's answer has everybody's",
  ...guarded("get", CREATORS),
  responses: { 200: json(schemas.jobListSchema, "At most 100"), ...refusals(401, 403) },
});

const makeRoute = defineRoute({
  path: "/api/jobs",
  summary: "Have the service divide a video; its source is uploaded then, as the kind `source` with the job's id",
  ...guarded("post", CREATORS),
  request: { body: jsonBody(schemas.newJobSchema) },
  responses: { 201: json(schemas.jobSchema, "Made"), ...refusals(400, 401, 403, 404, 409, 413, 415, 429) },
});

const jobRoute = defineRoute({
  path,
  summary: "How far a job is",
  ...guarded("get", CREATORS),
  request,
  responses: { 200: json(schemas.jobSchema, "The job"), ...refusals(400, 401, 403, 404) },
});

const changeRoute = defineRoute({
  path,
  summary: "Change what a job is told, such as the parts that are hidden, before it runs",
  ...guarded("patch", CREATORS),
  request: { ...request, body: jsonBody(schemas.jobChangeSchema) },
  responses: { 200: json(schemas.jobSchema, "Changed"), ...refusals(400, 401, 403, 404, 409, 413, 415) },
});

const startRoute = defineRoute({
  path: `${path}/start`,
  summary: "Start a job that holds its source, or one that failed once more",
  ...guarded("post", CREATORS),
  request,
  responses: { 200: json(schemas.jobSchema, "Queued, or running already"), ...refusals(400, 401, 403, 404, 409) },
});

const cancelRoute = defineRoute({
  path: `${path}/cancel`,
  summary: "Cancel a job; its source is removed",
  ...guarded("post", CREATORS),
  request,
  responses: { 200: json(schemas.jobSchema, "Cancelled"), ...refusals(400, 401, 403, 404, 409) },
});

const removeRoute = defineRoute({
  path,
  summary: "Strike a job that came to its end off the list; its video stays",
  ...guarded("delete", CREATORS),
  request,
  responses: { 204: { description: "Gone" }, ...refusals(400, 401, 403, 404, 409) },
});

/** Videos that the service divides itself (restriction patent, claim 1). */
export function registerJobs(app: OpenAPIHono, deps: DivisionDeps & { divisions: DivisionRunner }): void {
  const { divisions, limits, now } = deps;
  const { jobs, reservations } = deps.store;

  app.openapi(listRoute, async (c) => {
    const isForAll = c.get("identity")?.role === "administrator";
    const found = await (isForAll ? jobs.list() : jobs.list(accountOf(c)));
    return c.json({ jobs: found.map(toJson) }, 200);
  });

  app.openapi(makeRoute, async (c) => {
    const { reservationId, startsItself, ...told } = c.req.valid("json");
    const ownerId = accountOf(c);
    // One at a time: side by side, each would see fewer than there are.
    const made = await deps.importLock.run(`jobs of ${ownerId}`, async () => {
      const underWay = (await jobs.list(ownerId)).filter(({ state }) => UNDER_WAY.includes(state));
      if (underWay.length >= limits.jobsPerAccount)
        throw new Refusal("too_many", `${underWay.length} jobs have not come to their end: wait, or cancel some first`);
      const settings = settingsOf(told);
      const reservation = reservationId === null ? undefined : await reservations.byId(reservationId);
      if (reservationId !== null && reservation?.ownerId !== ownerId)
        throw new Refusal("not_found", `there is no reservation ${reservationId} of this account`, { reservationId });
      const job: Job = {
        ...{ id: randomBytes(16).toString("hex"), ownerId, reservationId, startsItself },
        settings: reservation === undefined ? settings : await reserved(reservation, settings),
        ...{ state: "empty", sourceBytes: null, stage: null, progress: 0, attempts: 0 },
        ...{ requeuedBecause: null, error: null, mainId: null, slaveId: null, madeAt: now(), changedAt: now() },
      };
      await jobs.insert(job);
      return job;
    });
    return c.json(toJson(made), 201);
  });

  app.openapi(jobRoute, async (c) => c.json(toJson(await own(c, c.req.valid("param").jobId)), 200));

  app.openapi(changeRoute, async (c) => {
    const job = await own(c, c.req.valid("param").jobId);
    const settings = { ...job.settings, ...settingsOf(given(c.req.valid("json"))) } as JobSettings;
    const reservation = job.reservationId === null ? undefined : await reservations.byId(job.reservationId);
    const change = { settings: reservation === undefined ? settings : await reserved(reservation, settings) };
    if (!(await jobs.move(job.id, OPEN_STATES, { ...change, changedAt: now() }))) throw tooLate(job.id);
    return c.json(toJson({ ...job, ...change }), 200);
  });

  app.openapi(startRoute, async (c) => {
    const job = await own(c, c.req.valid("param").jobId);
    const queued = { state: "queued" as const, error: null, changedAt: now() };
    if (job.sourceBytes !== null) {
      const again = { ...queued, attempts: 0, requeuedBecause: "asked" as const };
      if ((await jobs.move(job.id, ["held"], queued)) || (await jobs.move(job.id, ["failed"], again))) divisions.wake();
    }
    const after = await own(c, job.id);
    if (after.state !== "queued" && after.state !== "running" && after.state !== "done")
      throw new Refusal("conflict", `job ${job.id} has no source to be divided: make another one`, { jobId: job.id });
    return c.json(toJson(after), 200);
  });

  app.openapi(cancelRoute, async (c) => {
    const { id } = await own(c, c.req.valid("param").jobId);
    if (!(await divisions.cancel(id))) throw tooLate(id);
    return c.json(toJson(await own(c, id)), 200);
  });

  app.openapi(removeRoute, async (c) => {
    const { id, state } = await own(c, c.req.valid("param").jobId);
    if (UNDER_WAY.includes(state)) throw new Refusal("conflict", "it has not come to its end: cancel it first");
    await jobs.remove(id);
    await deps.blobs.remove("sources", id);
    return c.body(null, 204);
  });

  /** @throws Refusal not_found: also where it is somebody else's */
  async function own(c: Context, jobId: string): Promise<Job> {
    const job = await jobs.byId(jobId);
    if (job === undefined || (job.ownerId !== accountOf(c) && c.get("identity")?.role !== "administrator"))
      throw new Refusal("not_found", `there is no job ${jobId} of this account`, { jobId });
    return job;
  }

  /** What a reservation of protection says of a job. */
  async function reserved({ protection, choice, title }: Reservation, settings: JobSettings): Promise<JobSettings> {
    const named = settings.title === "" ? { ...settings, title } : settings;
    if (protection === "off") return { ...named, marks: "none", parts: [], reverse: false };
    if (named.protection === "patent" && !named.withoutOriginal)
      throw new Refusal("bad_request", "json.protection: a video with hidden parts has to be sealed", {
        place: "json.protection",
      });
    if (protection === "auto") return { ...named, marks: "auto" };
    if (choice === null)
      throw new Refusal(
        "conflict",
        "the reservation waits for a choice: who sees hidden parts, and how they are hidden",
      );
    const { treatments } = await restrictionOptions(reservations);
    if (!treatments.includes(choice.treatment))
      throw new Refusal("conflict", "the service does not offer any more what the reservation chose: choose again");
    return { ...named, treatment: choice.treatment };
  }
}

const tooLate = (jobId: string): Refusal =>
  new Refusal("conflict", `job ${jobId} is running or came to its end: make another one`, { jobId });

type Told = Partial<Omit<JobSettings, "parts">> & { parts?: schemas.JobPart[] };

function settingsOf({ parts, ...told }: Told): JobSettings {
  const same = told as Omit<JobSettings, "parts">;
  if (parts === undefined) return same as JobSettings;
  return {
    ...same,
    parts: parts.map(({ startSeconds, endSeconds, viewers, ...part }) => ({
      ...part,
      startMicroseconds: Math.round(startSeconds * 1e6),
      endMicroseconds: Math.round(endSeconds * 1e6),
      viewers: viewers as JobSettings["parts"][number]["viewers"],
    })),
  };
}

function toJson({
  id,
  state,
  startsItself: _own,
  slaveId: _slave,
  settings,
  madeAt,
  changedAt,
  ...same
}: Job): schemas.Job {
  return {
    ...settings,
    ...same,
    parts: settings.parts.map(({ startMicroseconds, endMicroseconds, ...part }) => ({
      ...part,
      startSeconds: startMicroseconds / 1e6,
      endSeconds: endMicroseconds / 1e6,
    })),
    jobId: id,
    jobState: state,
    mainId: state === "done" ? same.mainId : null,
    madeAt: new Date(madeAt).toISOString(),
    changedAt: new Date(changedAt).toISOString(),
  };
}
