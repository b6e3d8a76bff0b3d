/** Addresses that reports are posted to: an account's, and one more for a CM or a video (Cmix patent, claim 3). */
import { randomBytes } from "node:crypto";
import { checkUrl } from "../security/guarded-fetch.ts";
import type { ReportDeps } from "./deps.ts";
import type { ReportScope } from "./store.ts";

const SECRET_BYTES = 32;

export type Subject = { cmId: string } | { mainId: string };

/** What a webhook is kept under; unlike any account's id. */
export const subjectKey = (subject: Subject): string =>
  "cmId" in subject ? `cm ${subject.cmId}` : `video ${subject.mainId}`;

export function scopeOf(key: string): ReportScope {
  const [kind, id = ""] = key.split(" ");
  return kind === "cm" ? { cmId: id } : { mainId: id };
}

/** A new secret to sign with: as the receiver is told it, and as it is stored. */
export function newSecret({ key }: Pick<ReportDeps, "key">, receiver: string): { text: string; sealed: Uint8Array } {
  const secret = new Uint8Array(randomBytes(SECRET_BYTES));
  return { text: Buffer.from(secret).toString("hex"), sealed: key.seal(secret, purposeOf(receiver)) };
}

/**
 * Sets or, with null, takes away the address that a day's counts are posted to.
 *
 * @returns the secret that posts are signed with, where the address is another than before; it is told this once
 * @throws InputError the address is not allowed
 */
export async function setWebhook(deps: ReportDeps, subject: Subject, url: string | null): Promise<string | null> {
  const { store, outbound, now } = deps;
  const key = subjectKey(subject);
  if (url === null) {
    await store.reports.removeWebhook(key);
    return null;
  }
  checkUrl(url, outbound);
  const before = await store.reports.webhook(key);
  if (before?.url === url) return null;
  const { text, sealed } = newSecret(deps, key);
  await store.reports.putWebhook({ subject: key, url, secret: sealed, since: before?.since ?? now() });
  return text;
}

/** @throws Error the address was taken away */
export async function postingTo(
  { store, key }: ReportDeps,
  receiver: string,
): Promise<{ url: string; secret: string }> {
  const settings = receiver.includes(" ") ? undefined : await store.reports.settings(receiver);
  const webhook = settings === undefined ? await store.reports.webhook(receiver) : undefined;
  const [url, sealed] = [settings?.webhookUrl ?? webhook?.url, settings?.webhookSecret ?? webhook?.secret];
  if (url === undefined || sealed === undefined) throw new Error("there is no address any more");
  const secret = key.open(new Uint8Array(sealed), purposeOf(receiver));
  return { url, secret: Buffer.from(secret).toString("hex") };
}

const purposeOf = (receiver: string): string => `webhook of ${receiver}`;
