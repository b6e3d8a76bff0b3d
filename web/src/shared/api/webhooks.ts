/** Addresses that the counts of one CM or video are posted to (server/API.md). */
import type { Webhook } from "../../../../server/reports/schemas.ts";
import { call } from "./call.ts";
import { changeAnswered } from "./session.ts";

export type { Webhook };

/** @param of `cms/<id>` or `videos/<id>` */
export const loadWebhook = (of: string): Promise<Webhook> => call("GET /api/{of}/webhook", { path: { of } });

export const putWebhook = (of: string, url: string | null): Promise<Webhook> =>
  changeAnswered("PUT /api/{of}/webhook", { path: { of }, body: { url } });
