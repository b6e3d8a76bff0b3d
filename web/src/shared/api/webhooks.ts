/** Addresses that the counts of one CM or video are posted to (server/API.md). */
import { request } from "../net/request.ts";
import { change } from "./session.ts";

export interface Webhook {
  url: string | null;
  /** Told once, when the address was changed. */
  secret: string | null;
  /** Newest first. */
  sendings: { from: string; to: string; sentAt: string | null; error: string | null }[];
}

/** @param of `cms/<id>` or `videos/<id>` */
export async function loadWebhook(of: string): Promise<Webhook> {
  return (await (await request(`/api/${of}/webhook`)).json()) as Webhook;
}

export async function putWebhook(of: string, url: string | null): Promise<Webhook> {
  return (await (await change("PUT", `/api/${of}/webhook`, { url })).json()) as Webhook;
}
