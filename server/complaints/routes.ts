import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { AccessLog } from "../accounts/access-log.ts";
import { accountOf, guarded } from "../accounts/identity.ts";
import { addressKey, Rates } from "../accounts/rates.ts";
import { defineRoute } from "../http/route.ts";
import { idSchema, json, jsonBody, refusals } from "../http/schemas.ts";
import { findVideo } from "../library/find-video.ts";
import type { Video } from "../library/store.ts";
import { Refusal } from "../refusal.ts";
import { complaintMail } from "./complaint-mail.ts";
import type { ComplaintDeps } from "./deps.ts";
import type { ComplaintReason } from "./reasons.ts";
import * as schemas from "./schemas.ts";
import type { Complaint } from "./store.ts";

const makeRoute = defineRoute({
  method: "post",
  path: "/api/videos/{mainId}/complaints",
  summary: "Report a video to the service's administrator, with an account or without",
  request: { params: z.object({ mainId: idSchema }), body: jsonBody(schemas.newComplaintSchema) },
  responses: {
    204: { description: "The administrator sees it; the video's provider learns that there is one, and not whose" },
    ...refusals(400, 403, 404, 410, 413, 415, 429),
  },
});

const listRoute = defineRoute({
  path: "/api/admin/complaints",
  summary: "What viewers reported, newest first",
  ...guarded("get", ["administrator"]),
  request: { query: schemas.complaintQuery },
  responses: { 200: json(schemas.complaintListSchema, "At most 100"), ...refusals(400, 401, 403) },
});

const settleRoute = defineRoute({
  path: "/api/admin/complaints/{number}",
  summary: "Mark a report as settled; the video is withdrawn as its provider would do it",
  ...guarded("patch", ["administrator"]),
  request: {
    params: z.object({ number: z.string().regex(/^\d{1,15}$/, "a number") }),
    body: jsonBody(schemas.settlementSchema),
  },
  responses: { 200: json(schemas.complaintSchema, "Settled"), ...refusals(400, 401, 403, 404, 409, 413, 415) },
});

/** Reports of videos by who watches them. */
export function registerComplaints(app: OpenAPIHono, deps: ComplaintDeps, log: AccessLog): void {
  const { complaints } = deps.store;
  const rates = new Rates(deps.limits.rates);

  /** By account, or by address without one; and by address whatever account asks, of which anybody can make many. */
  async function takeRates(c: Context): Promise<void> {
    const address = addressKey(c.get("client").address);
    await rates.take("complaintAddress", address);
    await rates.take("complaint", c.get("identity")?.accountId ?? `visitor ${address}`);
  }

  /** Once a day for a video. */
  async function tellProvider({ ownerId, mainId, title }: Video, reason: ComplaintReason): Promise<void> {
    const owner = ownerId === null ? undefined : await deps.store.accounts.byId(ownerId);
    if (deps.mailer === undefined || owner === undefined || owner.email === null || owner.status !== "active") return;
    try {
      await rates.take("complaintMail", mainId);
    } catch {
      return;
    }
    await deps.mailer.send({ to: owner.email, ...complaintMail(title, reason) });
  }

  app.openapi(makeRoute, async (c) => {
    const { reason, text } = c.req.valid("json");
    await takeRates(c);
    const video = await findVideo(deps, c.get("identity"), c.req.valid("param").mainId);
    const accountId = c.get("identity")?.accountId ?? null;
    await complaints.insert({ at: deps.now(), mainId: video.mainId, reason, text, accountId });
    await log.add("complaint_made", accountId ?? undefined, c.get("client").address);
    tellProvider(video, reason).catch(({ message }: Error) => deps.log("complaint-mail-failed", { message }));
    return c.body(null, 204);
  });

  app.openapi(listRoute, async (c) => {
    const { state, before } = c.req.valid("query");
    const found = await complaints.list({ isOpen: state === "open", before });
    return c.json({ complaints: found.map(complaintToJson) }, 200);
  });

  app.openapi(settleRoute, async (c) => {
    const number = Number(c.req.valid("param").number);
    const by = { at: deps.now(), byAccountId: accountOf(c), note: c.req.valid("json").note };
    const isSettled = await complaints.settle(number, by);
    const complaint = await complaints.byNumber(number);
    if (complaint === undefined) throw new Refusal("not_found", "there is no such report");
    if (!isSettled) throw new Refusal("conflict", "this report was settled before");
    await log.add("complaint_settled", complaint.accountId ?? undefined, c.get("client").address, by.byAccountId);
    return c.json(complaintToJson(complaint), 200);
  });
}

const complaintToJson = ({ at, settled, ...same }: Complaint): schemas.Complaint => ({
  ...same,
  at: new Date(at).toISOString(),
  settled: settled && { ...settled, at: new Date(settled.at).toISOString() },
});
